"""How much one person and the whole desk may ask for at a time.

Strategy: sliding windows in memory, judged before any probe; the clock is the caller's, and what
lies further ahead of it than a window is as good as past: it was set back.  What is lost at a
restart is only the counting, never a ticket.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.access import NotAllowed
from bot.settings import Settings
from bot.store.base import Tenant

_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Allowance:
    """The numbers of the settings section ``[limits]``; they may change while somebody counts."""

    in_flight: int = 100
    per_user_minute: int = 10
    same_host_seconds: float = 15

    @classmethod
    def of(cls, settings: Settings) -> "Allowance":
        """From the settings."""
        limits = settings.limits
        return cls(limits.in_flight, limits.per_user_minute, limits.same_host_seconds)

    def adopt(self, other: "Allowance") -> None:
        """Take over other numbers, for whoever counts by these."""
        self.in_flight = other.in_flight
        self.per_user_minute = other.per_user_minute
        self.same_host_seconds = other.same_host_seconds


class Limits:
    """Counts openings; a command over a limit is refused with the reason."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._asked: dict[tuple[Tenant, str], deque[datetime]] = {}
        self._looked: dict[tuple[Tenant, str, int], tuple[datetime, int]] = {}

    def admit(self, tenant: Tenant, user: str, in_flight: int, now: datetime) -> None:
        """Count one opening; raises NotAllowed over a limit."""
        if in_flight >= self._allowance.in_flight:
            raise NotAllowed(
                f"{in_flight} hosts are being looked at right now, which is the limit. "
                "Try again in a minute."
            )
        asked = self._asked.setdefault((tenant, user), deque())
        while asked and abs(now - asked[0]) >= _MINUTE:
            asked.popleft()
        if len(asked) >= self._allowance.per_user_minute:
            raise NotAllowed(
                f"You asked {len(asked)} times within a minute, which is the limit. "
                "Try again in a minute."
            )
        asked.append(now)
        if len(self._asked) > 10_000:
            self._asked = {
                who: times for who, times in self._asked.items() if abs(now - times[-1]) < _MINUTE
            }

    def same(self, tenant: Tenant, host: str, port: int, now: datetime) -> int | None:
        """The ticket that began to look at this host a moment ago, if any."""
        found = self._looked.get((tenant, host.casefold(), port))
        gap = timedelta(seconds=self._allowance.same_host_seconds)
        if found is None or abs(now - found[0]) >= gap:
            return None
        return found[1]

    def began(self, tenant: Tenant, host: str, port: int, now: datetime, number: int) -> None:
        """Remember that a ticket looks at a host from now on."""
        gap = timedelta(seconds=self._allowance.same_host_seconds)
        if len(self._looked) > 1_000:
            self._looked = {
                what: seen for what, seen in self._looked.items() if abs(now - seen[0]) < gap
            }
        self._looked[tenant, host.casefold(), port] = (now, number)
