"""Too much at once: one person, many people, and one host under many names."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk.intents import Verb
from bot.desk.limits import Allowance, Limits
from bot.evidence import Observation
from bot.store.base import Ticket
from bot.targets import parse_host
from tests.desk import office as o
from tests.handlers.house import house

FULL, SHORT, ADDRESS = "srv.corp.example", "srv", "10.1.2.3"


@dataclass
class Resolving(o.ScriptedScout):
    """Every host that is asked for is one machine."""

    sight: list[Observation] = field(default_factory=o.expired)


def lookup(*addresses: str) -> Observation:
    facts: dict[str, Any] = {"asked": SHORT, "status": "ok", "canonical": FULL}
    return Observation.passed("name.lookup", addresses=[*addresses], **facts)


async def test_one_person_cannot_open_more_than_a_few_a_minute(tmp_path: Path) -> None:
    allowance = Allowance(per_user_minute=3, same_host_seconds=0)
    async with o.office(tmp_path, scout=Resolving(), allowance=allowance) as office:
        await asyncio.gather(*(office.ask(f"srv-{each}") for each in range(20)))
        await office.quiet()
        assert len(office.scout.looks) == 3
        assert len(office.wall.notes) == 17
        assert all("3 times within a minute" in note.text for note in office.wall.notes)
        await office.ask("srv-99", user=o.TEAMMATE)
        await office.quiet()
        assert len(office.scout.looks) == 4  # nobody else waits for them
        office.clock.pass_(60)
        await office.ask("srv-98")
        await office.quiet()
        assert len(office.scout.looks) == 5


async def test_refused_attempts_do_not_keep_somebody_out_for_longer(tmp_path: Path) -> None:
    allowance = Allowance(per_user_minute=2, same_host_seconds=0)
    async with o.office(tmp_path, scout=Resolving(), allowance=allowance) as office:
        for minute in range(3):
            for each in range(10):
                await office.ask(f"srv-{minute}-{each}")
            await office.quiet()
            assert len(office.scout.looks) == 2 * (minute + 1)
            office.clock.pass_(60)


async def test_many_people_together_keep_to_the_tickets_in_flight(tmp_path: Path) -> None:
    scout = Resolving(gate=asyncio.Event())
    allowance = Allowance(in_flight=5, same_host_seconds=0)
    async with o.office(tmp_path, scout=scout, allowance=allowance) as office:
        people = [f"U{each:04}" for each in range(40)]
        asked = (office.ask(f"srv-{user.lower()}", user=user) for user in people)
        await asyncio.gather(*asked)
        async with asyncio.timeout(20):
            while await office.store.pending():  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.01)
        assert len(scout.looks) == 5
        assert scout.gate is not None
        scout.gate.set()
        await office.quiet()
        assert len(office.wall.notes) == 35
        assert {"5 hosts are being looked at" in each.text for each in office.wall.notes} == {True}
        await office.ask("srv-late", user="U0LATE")
        await office.quiet()
        assert len(scout.looks) == 6  # what ended has made room


@pytest.mark.parametrize(
    "spelling", ["SRV-APP-07.corp.example", "srv-app-07.corp.example.", ADDRESS, "::ffff:10.1.2.3"]
)
async def test_another_spelling_of_a_host_is_the_same_host(tmp_path: Path, spelling: str) -> None:
    """Upper case and a final dot by the grammar; the address by what the look found out."""
    allowance = Allowance(same_host_seconds=15)
    async with o.office(tmp_path, scout=Resolving(), allowance=allowance) as office:
        await office.open()
        await office.press(Verb.CANCEL)
        typed = parse_host(spelling).host
        await office.ask(typed, user=o.TEAMMATE)
        await office.quiet()
        assert len(office.scout.looks) == 1
        assert "#1 has just begun to look" in office.wall.notes[-1].text
        office.clock.pass_(15)
        await office.ask(typed, user=o.TEAMMATE)
        await office.quiet()
        assert len(office.scout.looks) == 2


async def test_a_host_is_not_looked_at_again_and_again_by_way_of_its_ticket(tmp_path: Path) -> None:
    """Whoever presses it: what a host may ban is the place that looks, for everybody."""
    allowance = Allowance(per_user_minute=4)
    async with o.office(tmp_path, scout=Resolving(), allowance=allowance) as office:
        await office.open()
        for each in range(12):
            await office.press(Verb.RECHECK, user=(o.ASKER, o.TEAMMATE, o.ADMIN)[each % 3])
        assert len(office.scout.looks) == 1 + 4
        assert "looked at 4 times within a minute" in office.wall.notes[-1].text
        office.clock.pass_(60)
        await office.press(Verb.RECHECK)
        assert len(office.scout.looks) == 1 + 5


def test_what_a_look_found_out_counts_in_every_direction() -> None:
    clock, limits = o.Clock(), Limits(Allowance(same_host_seconds=15))
    ticket = replace(_ticket(), host=SHORT)
    limits.began(o.TEAM, SHORT, 3389, clock(), 7)
    limits.learned(ticket, lookup(ADDRESS))
    for name in (SHORT, FULL, ADDRESS):
        assert limits.same(o.TEAM, name, 3389, clock()) == 7, name
    assert limits.same(o.TEAM, "other", 3389, clock()) is None
    # Whoever answers for a name may lead it anywhere, and shall not draw others to its ticket.
    led = Observation.passed("name.lookup", canonical="other")
    limits.learned(ticket, led)
    assert limits.same(o.TEAM, "other", 3389, clock()) is None
    assert limits.same(o.TEAM, ADDRESS, 3390, clock()) is None
    clock.pass_(20)
    limits.began(o.TEAM, ADDRESS, 3389, clock(), 8)
    assert limits.same(o.TEAM, SHORT, 3389, clock()) == 8  # its address is known from before
    assert limits.same(o.TEAM, FULL, 3389, clock()) is None  # of this nothing was ever looked up


def test_what_is_remembered_is_bounded() -> None:
    clock, limits = o.Clock(), Limits(Allowance(same_host_seconds=15))
    for each in range(3_000):
        limits.began(o.TEAM, f"srv-{each}", 3389, clock(), each)
        limits.learned(replace(_ticket(), host=f"srv-{each}"), lookup(f"10.1.{each % 250}.1"))
        clock.pass_(1)
    assert len(limits._looked) <= 1_100
    assert len(limits._also) <= 1_001


def _ticket() -> Ticket:
    return Ticket(1, o.TEAM, SHORT, 3389, o.ASKER, o.NOON, "open", 1, "k", "expert")


async def test_one_person_floods_slack_and_the_others_are_served(tmp_path: Path) -> None:
    """Through the local Slack: acknowledged, refused privately, and a colleague does not wait."""
    async with house(tmp_path, scout=Resolving()) as bot:
        for each in range(60):  # the house allows fifty a minute
            assert (await bot.slack.command("asker", "helpdesk", f"/rdp srv-{each}")).ok
        await bot.desk.settled()
        assert len(bot.scout.looks) == 50
        await bot.private("asker", "50 times within a minute")
        assert (await bot.slack.command("teammate", "helpdesk", "/rdp srv-x")).ok
        await bot.desk.settled()
        assert len(bot.scout.looks) == 51
