"""Secrets and foreign text: nothing leaves for a log or a card without passing here.

Strategy: redact last.  The formatters mask secrets after the message and the traceback have
become text, so that no logger, argument or exception can carry one past them.
"""

import codecs
import json
import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

ticket_number: ContextVar[int | None] = ContextVar("ticket_number", default=None)
"""The ticket that the running task works for; it stands in each of its log lines."""

_escaped = codecs.lookup("unicode_escape").encode
"""Found now: looking it up needs a file descriptor, and a log has to work without one."""

MASK = "[redacted]"
SHORTEST = 8
"""Characters of a secret that is masked wherever it stands; shorter ones are also plain words."""
_hidden: list[str] = []
_QUOTE = r"\\?[\"']"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Lines of an .rdp file; a client that saves the password writes it as "password 51:b:...".
    (
        re.compile(
            r"(?i)((?:password 51|gatewayaccesstoken|loadbalanceinfo|signature)\s*:[bs]:)[^\s]+"
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.S
        ),
        MASK,
    ),
    (re.compile(r"\b(?:xox[a-z]|xapp)[-.][A-Za-z0-9.-]*[A-Za-z0-9-]"), MASK),
    # The one-time address of Socket Mode, and the address that answers for one person.
    (re.compile(r"(?i)([?&]ticket=)[^&\s'\"]+"), rf"\1{MASK}"),
    (re.compile(r"(?i)(hooks\.slack\.com/)[^\s'\"]+"), rf"\1{MASK}"),
    (
        re.compile(
            # With a scheme before it or without.
            rf"(?i)((?:authorization|cookie)(?:{_QUOTE})?\s*[=:]\s*(?:{_QUOTE})?)"
            r"(?:\w+\s+)?[^\s,;\"'}\\]+"
        ),
        rf"\1{MASK}",
    ),
    # What people type: "the password is ...", net use, cmdkey, an address with a login in it.
    (
        re.compile(
            r"(?i)(\b(?:pass(?:word|wd|phrase)|pwd|passwort|kennwort)\s+(?:is|was|ist|war|lautet)"
            r"\s+)(?=\S*[\d!@#$%^&*])\S+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(\s[/-](?:p|pw|pass|pwd|password)[:=])\S+"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"), rf"\1{MASK}"),
    (
        re.compile(
            rf"(?i)((?:passw(?:or)?[dt]|kennwort|passphrase|\bpwd|secret|token)(?:{_QUOTE})?\s*[=:]\s*)"
            rf"(?:\\?\"[^\"]*\"|\\?'[^']*'|(?!\[redacted\])[^\s,;)}}\]]+)"
        ),
        rf"\1{MASK}",
    ),
)
# What is neither seen nor wanted: controls, format characters (bidi, zero-width), surrogates.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BREAKS = frozenset({"Zs", "Zl", "Zp"})


@contextmanager
def about(number: int | None) -> Iterator[None]:
    """Within it, log lines concern this ticket."""
    before = ticket_number.set(number)
    try:
        yield
    finally:
        ticket_number.reset(before)


def hide(*secrets: str) -> None:
    """Mask these from now on wherever they stand: a signing secret looks like any other number."""
    known = {*_hidden, *(each for each in secrets if len(each) >= SHORTEST)}
    _hidden[:] = sorted(known, key=lambda secret: (-len(secret), secret))


def redact(text: str) -> str:
    """Mask Slack tokens, private keys, authorization headers and ``password = ...`` pairs."""
    for secret in _hidden:
        text = text.replace(secret, MASK)
    for pattern, mask in _SECRETS:
        text = pattern.sub(mask, text)
    return text


def without_tokens(text: str) -> str:
    """Mask Slack tokens and private keys alone, in texts that speak of settings by their names."""
    for pattern, mask in _SECRETS:
        if "xox" in pattern.pattern or "PRIVATE" in pattern.pattern:
            text = pattern.sub(mask, text)
    return text


def clean(text: str, limit: int) -> str:
    """Foreign text as one printable line of at most ``limit`` characters."""
    seen = "".join(_plain(char) for char in text[: 4 * limit])
    line = " ".join(seen.split())
    return line if len(line) <= limit else f"{line[: max(limit - 1, 0)]}\u2026"[:limit]


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in _BREAKS or char in "\t\n\r\v\f":
        return " "
    return "" if kind in _UNSEEN else char


def _one_line(text: str) -> str:
    """A log text with line breaks and other controls spelled out, so that none can be forged."""
    return "".join(
        char
        if char == " " or unicodedata.category(char) not in _UNSEEN | {"Zl", "Zp"}
        else _escaped(char)[0].decode("ascii")
        for char in text
    )


class _Redacting(logging.Formatter):
    """What both formatters share: the parts of a record as redacted text."""

    def message(self, record: logging.LogRecord) -> str:
        """The message with its arguments filled in."""
        return redact(record.getMessage())

    def trace(self, record: logging.LogRecord) -> str:
        """The traceback and stack, or nothing."""
        parts = []
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return redact("\n".join(parts))

    @staticmethod
    def moment(record: logging.LogRecord) -> str:
        """The time in UTC, ISO 8601 with milliseconds."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonFormatter(_Redacting):
    """One JSON object a line: time, level, logger, message, and ticket and trace if there are."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        fields: dict[str, object] = {
            "time": self.moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
        }
        ticket = ticket_number.get()
        if ticket is not None:
            fields["ticket"] = ticket
        trace = self.trace(record)
        if trace:
            fields["trace"] = trace
        return json.dumps(fields, ensure_ascii=True)


class TextFormatter(_Redacting):
    """One line for people; line breaks inside it are spelled out."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        ticket = ticket_number.get()
        mark = f" #{ticket}" if ticket is not None else ""
        line = (
            f"{self.moment(record)} {record.levelname.lower():7} {record.name}{mark}: "
            f"{_one_line(self.message(record))}"
        )
        trace = self.trace(record)
        return f"{line} | {_one_line(trace)}" if trace else line
