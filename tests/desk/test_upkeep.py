"""Silence ends a ticket, never one with a measure in force; old tickets are deleted."""

from datetime import timedelta
from pathlib import Path

from bot.desk.desk import TERMINAL
from bot.desk.intents import Verb
from bot.desk.upkeep import Upkeep
from tests.desk import office as o
from tests.desk.test_approval import in_force

DAY = 86_400


def upkeep(office: o.Office) -> Upkeep:
    return office.desk._upkeep


async def test_silence_of_days_ends_a_ticket_and_it_can_come_back(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.clock.pass_(4.9 * DAY)
        await upkeep(office).round()
        assert (await office.ticket()).state == "open"
        await office.press(Verb.CLAIM)
        office.clock.pass_(4.9 * DAY)
        await upkeep(office).round()
        assert (await office.ticket()).state == "open"
        office.clock.pass_(0.2 * DAY)
        await upkeep(office).round()
        await office.quiet()
        assert (await office.ticket()).state == "abandoned"
        assert office.wall.last.state == "abandoned"
        await office.press(Verb.REOPEN)
        assert (await office.ticket()).state == "open"


async def test_a_measure_in_force_is_reminded_of_every_day(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        office.clock.pass_(DAY)
        for _ in range(3):
            await upkeep(office).round()
        await office.quiet()
        said = [note.user for note in office.wall.notes if "still in force" in note.text]
        assert sorted(said) == [o.ASKER, o.LEAD]
        office.clock.pass_(10 * DAY)
        await upkeep(office).round()
        assert (await office.ticket()).state == "open"


async def test_old_closed_tickets_are_deleted(tmp_path: Path) -> None:
    async with o.office(tmp_path, keep=timedelta(days=30)) as office:
        await office.open()
        await office.press(Verb.CANCEL)
        office.clock.pass_(29 * DAY)
        await upkeep(office).round()
        assert await office.store.ticket(1) is not None
        office.clock.pass_(2 * DAY)
        await upkeep(office).round()
        assert await office.store.ticket(1) is None


async def test_tickets_of_a_terminal_are_left_alone(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        assert upkeep(office).theirs == TERMINAL
