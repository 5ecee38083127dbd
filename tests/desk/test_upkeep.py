"""Silence ends a ticket, never one with a measure in force; old tickets are deleted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.desk.desk import TERMINAL
from bot.desk.intents import Verb
from bot.desk.nudging import Hours, Nudging
from bot.desk.upkeep import Upkeep
from bot.settings import DeskSection
from tests.desk import office as o
from tests.desk.test_approval import in_force

DAY, HOUR = 86_400, 3_600


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


def nudges(office: o.Office) -> list[str]:
    return [note.user for note in office.wall.notes if "has waited" in note.text]


async def test_a_silent_ticket_is_reminded_of_once_a_period(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.clock.pass_(3.9 * HOUR)
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == []
        office.clock.pass_(0.2 * HOUR)
        for _ in range(3):
            await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == [o.ASKER]
        await office.press(Verb.CLAIM, user=o.ADMIN)
        office.clock.pass_(4.1 * HOUR)
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == [o.ASKER, o.ADMIN]


async def test_a_restart_reminds_nobody_again(tmp_path: Path) -> None:
    clock = o.Clock()
    async with o.office(tmp_path, clock=clock) as office:
        office.scout.sight = o.expired()
        await office.open()
        clock.pass_(5 * HOUR)
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == [o.ASKER]
    async with o.office(tmp_path, clock=clock) as office:
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == []
        clock.pass_(4 * HOUR)
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == [o.ASKER]


async def test_nobody_is_reminded_outside_working_hours(tmp_path: Path) -> None:
    clock = o.Clock()
    zone = "Europe/Berlin"
    local = clock().astimezone(ZoneInfo(zone))
    past = Nudging(hours=Hours(0, local.hour * 60 + local.minute, ZoneInfo(zone)))
    async with o.office(tmp_path, clock=clock, nudging=past) as office:
        office.scout.sight = o.expired()
        await office.open()
        clock.pass_(4.5 * HOUR)
        assert not past.hours.hold(clock())
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == []
        clock.pass_(DAY - 5 * HOUR)
        assert past.hours.hold(clock())
        await upkeep(office).round()
        await office.quiet()
        assert nudges(office) == [o.ASKER]


@pytest.mark.parametrize(
    ("span", "at", "held"),
    [
        ("08:00-18:00", "2026-07-01T06:00", True),
        ("08:00-18:00", "2026-07-01T05:59", False),
        ("08:00-18:00", "2026-07-01T15:59", True),
        ("08:00-18:00", "2026-07-01T16:00", False),
        ("08:00-18:00", "2026-01-15T07:00", True),
        ("08:00-18:00", "2026-01-15T06:59", False),
        ("22:00-06:00", "2026-01-15T22:00", True),
        ("22:00-06:00", "2026-01-15T12:00", False),
        ("00:00-24:00", "2026-01-15T22:59", True),
        ("08:00-08:00", "2026-01-15T03:00", True),
    ],
)
def test_working_hours_are_those_of_the_zone(span: str, at: str, held: bool) -> None:
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert Hours.of(span, "Europe/Berlin").hold(when) is held


def test_the_settings_reach_the_reminders() -> None:
    desk = DeskSection(timezone="Asia/Tokyo", working_hours="09:30-17:00", stale_hours=2)
    made = Nudging.of(desk)
    assert made == Nudging(timedelta(hours=2), Hours(570, 1020, ZoneInfo("Asia/Tokyo")))


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
