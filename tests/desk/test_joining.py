"""What travels on the button "Open another" comes back whole, short and judged again."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.intents import BadValue, Opening, Sender
from bot.desk.joining import opening_of, standing, value_of
from tests.desk import office as o

SENDER = Sender(o.ASKER, o.TEAM, o.HELPDESK, "trigger-1")
WISH = Opening(
    SENDER,
    o.HOST,
    3390,
    ("0x904",),
    "it says no",
    "dc1",
    "rdg.corp.example",
    {"scope": "everybody"},
)


def test_it_comes_back_as_it_was_with_the_key_of_the_first_wish() -> None:
    later = replace(SENDER, key="trigger-2")
    found = opening_of(value_of(WISH), later)
    assert found == replace(WISH, sender=later, again="trigger-1")
    twice = opening_of(value_of(WISH), replace(SENDER, key="trigger-3"))
    assert found.intent(o.NOON).key == twice.intent(o.NOON).key
    other = opening_of(value_of(WISH), replace(SENDER, user=o.ADMIN))
    assert other.intent(o.NOON).key != found.intent(o.NOON).key


@pytest.mark.parametrize("message", ["x" * 5_000, '"\\\n' * 1_000, "\U0001f600" * 1_500])
def test_it_never_exceeds_what_a_button_carries(message: str) -> None:
    wish = replace(WISH, message=message, codes=("0x12345678",) * 99, report={"text": message})
    made = value_of(wish)
    assert len(made) <= 2_000
    assert opening_of(made, SENDER).host == o.HOST


@pytest.mark.parametrize(
    "change",
    [
        {"host": "srv;reboot"},
        {"port": 0},
        {"via": "a b"},
        {"gateway": "a b"},
        {"key": ""},
        {"report": 1},
    ],
)
def test_what_is_not_ours_is_refused(change: dict[str, object]) -> None:
    raw = json.loads(value_of(WISH))
    with pytest.raises(BadValue):
        opening_of(json.dumps({**raw, **change}), SENDER)


@pytest.mark.parametrize("value", ["", "1:2:", "[]", "{}", "null"])
def test_neither_is_anything_else(value: str) -> None:
    with pytest.raises(BadValue):
        opening_of(value, SENDER)


async def test_a_ticket_as_young_as_the_wish_may_be_its_own(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        ticket = await office.ticket()
        wish = Opening(SENDER, o.HOST, 3389)
        assert await standing(office.store, wish, ticket.opened_at) is None
        later = ticket.opened_at + timedelta(seconds=1)
        found = await standing(office.store, wish, later)
        assert found is not None
        assert found.number == 1
