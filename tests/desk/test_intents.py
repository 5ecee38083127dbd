"""Intents survive the store, and a button's value is believed only in its exact form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.intents import BadValue, Click, Opening, Sender, Verb, read
from bot.store.base import Intent, Tenant
from tests.desk import office as o

SENDER = Sender("U0ASKER", Tenant("E1", "T1"), "C1", "trigger-1", "http://127.0.0.1/hook")


def stored(intent: Intent) -> Intent:
    """The intent as it comes back from the store: its payload went through JSON."""
    return Intent(
        intent.key,
        intent.kind,
        intent.tenant,
        intent.user,
        intent.at,
        json.loads(json.dumps(intent.payload)),
        intent.ticket,
        intent.version,
    )


def test_an_opening_comes_back_as_it_was() -> None:
    wish = Opening(SENDER, "srv", 3390, ("0x904",), "text", "dc1", "rdg", {"onset": "suddenly"})
    intent = stored(wish.intent(o.NOON))
    assert (intent.ticket, intent.version, intent.kind) == (None, None, "open")
    found = read(intent)
    assert isinstance(found, Opening)
    assert (found.host, found.port, found.codes, found.via) == ("srv", 3390, ("0x904",), "dc1")
    assert found.sender.user == SENDER.user
    assert found.sender.reply == SENDER.reply


@pytest.mark.parametrize("verb", list(Verb))
def test_a_click_comes_back_as_it_was(verb: Verb) -> None:
    click = Click(SENDER, verb, 7, 3, "renew-certificate", "no", "1.2")
    found = read(stored(click.intent(o.NOON)))
    assert isinstance(found, Click)
    assert (found.verb, found.ticket, found.version) == (verb, 7, 3)
    assert (found.step, found.detail, found.card) == ("renew-certificate", "no", "1.2")


@given(
    st.integers(1, 10**15 - 1),
    st.integers(0, 10**9 - 1),
    st.from_regex(r"[a-z0-9]{0,9}", fullmatch=True),
)
def test_what_stands_on_a_button_is_read_back(ticket: int, version: int, step: str) -> None:
    click = Click(SENDER, Verb.WORKED, ticket, version, step)
    found = Click.parse(SENDER, Verb.WORKED, click.value())
    assert (found.ticket, found.version, found.step) == (ticket, version, step)


@pytest.mark.parametrize(
    "value",
    ["", "1", "1:2", "0:1:x", "-1:1:x", "1:1:X", "1:1:a b", "1:1:../x", "1:1:-", "1:1:x:y",
     "1:1:x\n", "٣:1:x", "9" * 16 + ":1:x", "1:" + "9" * 10 + ":x"],
)  # fmt: skip
def test_other_values_are_refused(value: str) -> None:
    with pytest.raises(BadValue):
        Click.parse(SENDER, Verb.WORKED, value)


@given(st.text(max_size=60))
def test_any_value_is_read_or_refused(value: str) -> None:
    try:
        click = Click.parse(SENDER, Verb.ANSWER, value, detail="yes")
    except BadValue:
        return
    assert click.value() == value


def test_an_answer_needs_a_state() -> None:
    for state in ("", "<x>", "a b", "-"):
        with pytest.raises(BadValue):
            Click.parse(SENDER, Verb.ANSWER, "1:2:q", state)


def test_two_deliveries_have_two_keys_and_one_delivery_has_one() -> None:
    click = Click(SENDER, Verb.WORKED, 7, 3, "x")
    again = Click(SENDER, Verb.WORKED, 7, 3, "x")
    assert click.intent(o.NOON).key == again.intent(o.NOON).key
    assert click.intent(o.NOON).key != Click(SENDER, Verb.FAILED, 7, 3, "x").intent(o.NOON).key
