"""The button "Open another" names the wish that stands in the store, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.access import NotAllowed
from bot.desk.intents import Again, BadValue, Opening, Sender, read
from bot.desk.joining import offer, opening_of, standing
from bot.store.base import Tenant, Ticket
from tests.desk import office as o

SENDER = Sender(o.ASKER, o.TEAM, o.HELPDESK, "wish-1")
FILE: dict[str, str | int] = {"full address": "srv-app-07", "negotiate security layer": 1}
WISH = Opening(
    SENDER,
    o.HOST,
    3390,
    ("0x904",) * 30,
    "it says no " * 400,
    "dc1",
    "rdg.corp.example",
    {"scope": "everybody", "client_os": "w" * 500},
    FILE,
)


def test_each_person_opens_one_ticket_however_often_they_press() -> None:
    first = Again.parse(replace(SENDER, key="trigger-2"), "open:wish-1")
    twice = Again.parse(replace(SENDER, key="trigger-3"), "open:wish-1")
    other = Again.parse(replace(SENDER, user=o.ADMIN), "open:wish-1")
    assert first.intent(o.NOON).key == twice.intent(o.NOON).key
    assert other.intent(o.NOON).key != first.intent(o.NOON).key
    stored = read(first.intent(o.NOON))
    assert isinstance(stored, Again)
    assert stored.wish == "open:wish-1"


async def test_everything_that_was_typed_comes_back(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        claim = await office.store.accept(WISH.intent(o.NOON))
        note = offer(WISH, await opened(office), claim.intent.key)
        presser = replace(SENDER, user=o.ADMIN, key="trigger-2")
        again = Again.parse(presser, note.again).intent(o.NOON)
        found = await opening_of(office.store, again)
        # The key of the delivery is that of the row.
        sender = replace(presser, key=again.key)
        assert found == replace(WISH, sender=sender, again=True)


async def opened(office: o.Office) -> Ticket:
    await office.open()
    return await office.ticket()


@pytest.mark.parametrize("wish", ["open:unknown", "again:U1:open:wish-1"])
async def test_what_is_no_wish_of_this_tenant_opens_nothing(tmp_path: Path, wish: str) -> None:
    async with o.office(tmp_path) as office:
        with pytest.raises(NotAllowed, match="too old"):
            await opening_of(office.store, Again(SENDER, wish).intent(o.NOON))
        await office.store.accept(WISH.intent(o.NOON))
        stranger = replace(SENDER, tenant=Tenant("", "T0OTHER"))
        with pytest.raises(NotAllowed, match="too old"):
            await opening_of(office.store, Again(stranger, "open:wish-1").intent(o.NOON))


@pytest.mark.parametrize("value", ["", "1:2:", "{}", "open:", "open:a b", f"open:{'x' * 201}"])
def test_a_value_that_is_not_ours_is_refused(value: str) -> None:
    with pytest.raises(BadValue):
        Again.parse(SENDER, value)


async def test_a_ticket_as_young_as_the_wish_may_be_its_own(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        ticket = await opened(office)
        wish = Opening(SENDER, o.HOST, 3389)
        assert await standing(office.store, wish, ticket.opened_at) is None
        later = ticket.opened_at + timedelta(seconds=1)
        found = await standing(office.store, wish, later)
        assert found is not None
        assert found.number == 1
