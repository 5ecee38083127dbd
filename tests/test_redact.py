"""No secret passes the log formatters, and foreign text becomes one harmless line."""

import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import (
    JsonFormatter,
    TextFormatter,
    about,
    clean,
    hide,
    redact,
    ticket_number,
)

KIND = "OPENSSH PRIVATE KEY"
KEY = f"-----BEGIN {KIND}-----\nb3BlbnNzaC1rZXktdjEAAAA\n-----END {KIND}-----"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("token xoxb-12-34-AbCd used", "12-34-AbCd"),
        ("xapp-1-A02-33-deadbeef", "deadbeef"),
        ("xoxe.xoxp-1-Mi0yLTEx", "Mi0yLTEx"),
        (f"key: {KEY} end", "b3Blbn"),
        ("cut -----BEGIN RSA PRIVATE KEY-----\nMIIE", "MIIE"),
        ("password = hunter2", "hunter2"),
        ("password 51:b:01000000D08C", "D08C"),
        ("x\ngatewayaccesstoken:s:eyJh.bGci\ny", "bGci"),
        ("PASSWORD: 'hunter two'", "hunter"),
        ('{"password": "hunter two"}', "hunter"),
        ('{\\"password\\": \\"hunter2\\"}', "hunter2"),
        ("db_passwd=hunter2;x=1", "hunter2"),
        ("{'text': 'Kennwort: \\'hunter two\\''}", "two"),
        ("signing_secret=8f742231b10e8888abcd", "8f742231"),
        ("Authorization: Bearer abcdefghijkl", "abcdefgh"),
        ("Authorization: abcdefghijkl", "abcdefgh"),
        ("{'Authorization': 'Basic YWxhZGRpbjo='} sent", "YWxhZGRpbjo"),
        ('{\\"authorization\\": \\"Bearer abcdefghijkl\\"}', "abcdefgh"),
        ("Set-Cookie: d=xoxd-1234; path=/", "1234"),
        ("token=abc", "abc"),
        ("url='wss://wss-primary.slack.com/link/?ticket=1a2b-3c&app_id=4d'", "1a2b-3c"),
        ("https://hooks.slack.com/commands/T0HOME/12/AbCdEf failed", "AbCdEf"),
    ],
)
def test_secrets_are_masked(text: str, hidden: str) -> None:
    shown = redact(text)
    assert hidden not in shown
    assert "[redacted]" in shown
    assert redact(shown) == shown


def test_a_secret_that_is_known_is_masked_wherever_it_stands() -> None:
    """A signing secret looks like any other number."""
    known = "8f742231b10e8888abcd99yyyzzz85a5"
    assert known in redact(f"it is {known}")
    hide(known, "short")
    assert redact(f"it is {known}, {{'a': '{known}'}} short") == (
        "it is [redacted], {'a': '[redacted]'} short"
    )


def test_lines_are_about_a_ticket_within() -> None:
    with about(5):
        assert json.loads(JsonFormatter().format(record("inside")))["ticket"] == 5
    assert "ticket" not in json.loads(JsonFormatter().format(record("outside")))


@pytest.mark.parametrize(
    "text",
    [
        "srv-app-07 failed 0x904",
        "the password has expired",
        "xoxo",
        "tokens are fine",
        "10.1.2.3:3389",
        "basic information",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "limit", "wanted"),
    [
        ("srv", 10, "srv"),
        ("a\x00b\x1b[31mc\r\nd", 20, "ab[31mc d"),
        ("\u202eevil\u202c \u200bhost\ufeff", 20, "evil host"),
        ("a\u2028b\u00a0c", 20, "a b c"),
        ("abcdef", 4, "abc\u2026"),
        ("abcd", 4, "abcd"),
        ("  a   b  ", 20, "a b"),
        ("x" * 1000, 5, "xxxx\u2026"),
        ("ab", 1, "\u2026"),
        ("ab", 0, ""),
    ],
)
def test_foreign_text_is_cut_and_cleaned(text: str, limit: int, wanted: str) -> None:
    assert clean(text, limit) == wanted


@given(st.text(), st.integers(1, 50))
def test_cleaned_text_is_short_and_printable(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert all(unicodedata.category(char)[0] != "C" for char in line)
    assert line == line.strip()


def fail() -> None:
    raise RuntimeError("token=xoxb-1-abcdef\nforged line")


def record(message: str, *arguments: object, trace: bool = False) -> logging.LogRecord:
    made = logging.LogRecord("bot.desk", logging.WARNING, __file__, 1, message, arguments, None)
    made.created = 1_700_000_000.25
    if trace:
        try:
            fail()
        except RuntimeError:
            made.exc_info = sys.exc_info()
        made.stack_info = "Stack:\n secret=inner"
    return made


def test_json_lines_hold_the_fields_and_no_secret() -> None:
    number = ticket_number.set(128)
    try:
        line = JsonFormatter().format(
            record("used %s\nfor %s", "xoxb-1-abcdef", {"password": "pw1"})
        )
    finally:
        ticket_number.reset(number)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "warning",
        "logger": "bot.desk",
        "message": "used [redacted]\nfor {'password': [redacted]}",
        "ticket": 128,
    }


def test_json_tracebacks_are_redacted() -> None:
    line = JsonFormatter().format(record("failed", trace=True))
    fields = json.loads(line)
    assert "ticket" not in fields
    assert "RuntimeError" in fields["trace"]
    assert "abcdef" not in line
    assert "inner" not in line


def test_text_lines_cannot_be_forged() -> None:
    number = ticket_number.set(7)
    try:
        line = TextFormatter().format(record("said %s", "a\n2026 forged\x1b[0m", trace=True))
    finally:
        ticket_number.reset(number)
    assert line.startswith(
        "2023-11-14T22:13:20.250Z warning bot.desk #7: said a\\n2026 forged\\x1b"
    )
    assert len(line.splitlines()) == 1
    assert "RuntimeError" in line
    assert "abcdef" not in line
    assert "#" not in TextFormatter().format(record("plain"))
