"""How much one person and the whole desk may ask for at a time.

Strategy: sliding windows in memory, judged before any probe; the clock is the caller's, and what
lies further ahead of it than a window is as good as past: it was set back.  What is lost at a
restart is only the counting, never a ticket.  A host has many spellings: what a look finds out
about a name (its full form, its addresses) counts as the same host from then on.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.access import NotAllowed
from bot.evidence import Observation
from bot.settings import Settings
from bot.store.base import Tenant, Ticket
from bot.targets.patterns import as_address

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
        self._also: dict[tuple[Tenant, str], frozenset[str]] = {}

    def admit(self, tenant: Tenant, user: str, in_flight: int, now: datetime) -> None:
        """Count one opening; raises NotAllowed over a limit."""
        if in_flight >= self._allowance.in_flight:
            raise NotAllowed(
                f"{in_flight} hosts are being looked at right now, which is the limit. "
                "Try again in a minute."
            )
        self._count((tenant, user), now, "You asked")

    def again(self, ticket: Ticket, now: datetime) -> None:
        """Count one more look at the host of an open ticket; raises NotAllowed over the limit.

        A host allows as many a minute as a person: it may ban us, and with us everybody.
        """
        host = f"{_plain(ticket.host)} port {ticket.port}"
        self._count((ticket.tenant, host), now, f"People had {host} looked at")

    def _count(self, what: tuple[Tenant, str], now: datetime, said: str) -> None:
        asked = self._asked.setdefault(what, deque())
        while asked and abs(now - asked[0]) >= _MINUTE:
            asked.popleft()
        if len(asked) >= self._allowance.per_user_minute:
            raise NotAllowed(
                f"{said} {len(asked)} times within a minute, which is the limit. "
                "Try again in a minute."
            )
        asked.append(now)
        if len(self._asked) > 10_000:
            self._asked = {
                who: times for who, times in self._asked.items() if abs(now - times[-1]) < _MINUTE
            }

    def same(self, tenant: Tenant, host: str, port: int, now: datetime) -> int | None:
        """The ticket that began to look at this host a moment ago, if any."""
        name, gap = _plain(host), timedelta(seconds=self._allowance.same_host_seconds)
        for each in (name, *sorted(self._also.get((tenant, name), ()))):
            found = self._looked.get((tenant, each, port))
            if found is not None and abs(now - found[0]) < gap:
                return found[1]
        return None

    def began(self, tenant: Tenant, host: str, port: int, now: datetime, number: int) -> None:
        """Remember that a ticket looks at a host from now on."""
        gap = timedelta(seconds=self._allowance.same_host_seconds)
        if len(self._looked) > 1_000:
            self._looked = {
                what: seen for what, seen in self._looked.items() if abs(now - seen[0]) < gap
            }
        self._looked[tenant, _plain(host), port] = (now, number)

    def learned(self, ticket: Ticket, seen: Observation) -> None:
        """Remember what a look found out about the name of its host: full form and addresses."""
        # A name that only DNS leads to is another's to say; the full form of the typed one is not.
        full = str(seen.facts.get("canonical", ""))
        completes = _plain(full).startswith(f"{_plain(ticket.host)}.")
        found = (*seen.facts.get("addresses", ()), *([full] if completes else []))
        others = frozenset(_plain(str(other)) for other in found if other)
        if seen.probe != "name.lookup" or not others:
            return
        tenant, name, port = ticket.tenant, _plain(ticket.host), ticket.port
        if len(self._also) > 1_000:
            self._also.clear()  # it is found out anew
        self._also[tenant, name] = others
        began = self._looked.get((tenant, name, port))
        if began is not None:
            for other in others:
                known = self._looked.get((tenant, other, port), began)
                self._looked[tenant, other, port] = max(known, began)


def _plain(host: str) -> str:
    """One spelling of a host: an address as the rules judge it, a name without case."""
    address = as_address(host)
    return host.casefold() if address is None else str(address)
