"""Quiet reminders of tickets that nobody has touched: when, whom, and how often.

Strategy: pure.  A reminder's key names the last thing that happened and the period since, and the
store takes each key once; so a restart, or ten rounds within one period, remind once.  Outside
working hours nothing is said; the first round of the next day says it once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from bot.desk.surface import Note
from bot.settings import DeskSection
from bot.store.base import Parcel, Ticket

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours as minutes of the day in a zone; they may go past midnight."""

    begin: int = 0
    end: int = _DAY
    zone: tzinfo = UTC

    @classmethod
    def of(cls, span: str, zone: str) -> Self:
        """From ``08:00-18:00`` and the name of a time zone, both checked by the settings."""
        begin, end = (_minutes(each) for each in span.split("-"))
        return cls(begin, end, ZoneInfo(zone))

    def days(
        self, first: date | None, last: date | None
    ) -> tuple[datetime | None, datetime | None]:
        """From the beginning of one day to the end of another in the zone, as UTC."""
        return self._midnight(first), self._midnight(last + timedelta(days=1) if last else None)

    def day(self, at: datetime) -> date:
        """The day in the zone."""
        return at.astimezone(self.zone).date()

    def _midnight(self, day: date | None) -> datetime | None:
        if day is None:
            return None
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def hold(self, at: datetime) -> bool:
        """Whether people work then; a span that ends where it begins is the whole day."""
        local = at.astimezone(self.zone).time()
        now = local.hour * 60 + local.minute
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True, slots=True)
class Nudging:
    """After how long a silence somebody is reminded, and in which hours."""

    after: timedelta = timedelta(hours=4)
    hours: Hours = Hours()

    @classmethod
    def of(cls, desk: DeskSection) -> Self:
        """As the settings say."""
        hours = Hours.of(desk.working_hours, desk.timezone)
        return cls(timedelta(hours=desk.stale_hours), hours)

    def due(self, ticket: Ticket, last: datetime, now: datetime) -> Parcel | None:
        """The reminder of a ticket whose last event was at ``last``; None where none is due."""
        silent = now - last
        periods = silent // self.after
        if periods < 1 or not self.hours.hold(now):
            return None
        text = (
            f"#{ticket.number} {ticket.host} has waited for {_long(silent)}. "
            f"/rdp ticket {ticket.number} shows what comes next."
        )
        key = f"stale:{ticket.number}:{last.isoformat()}:{periods}"
        return Note(text, ticket.owner or ticket.asked_by, ticket=ticket.number).parcel(key)


USUAL = Nudging()
"""At any hour, after four hours of silence."""


def _long(silent: timedelta) -> str:
    """A span as people say it, in whole hours or days."""
    hours = int(silent.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"
