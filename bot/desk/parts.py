"""What the desk is made of; all of it comes from outside, so each part has a twin in tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.desk.access import Access
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.nudging import USUAL, Nudging
from bot.desk.planning import Planner
from bot.desk.surface import Surface
from bot.evidence import Observation
from bot.probes.base import Report, Target
from bot.store.base import Store


class Looker(Protocol):
    """Knows the places to look from and looks."""

    def admit(self, target: Target) -> None:
        """Judge what can be judged before looking; raises TargetRefused."""
        ...

    def places(self, host: str, via: str | None = None) -> tuple[str, ...]:
        """Names of the places for a host; raises NoVantage."""
        ...

    async def look(
        self,
        target: Target,
        places: Sequence[str],
        *,
        seconds: float,
        only: frozenset[str] | None = None,
        report: Report | None = None,
    ) -> list[Observation]:
        """Look from all places; raises TargetRefused."""
        ...


@dataclass(slots=True)
class Parts:
    """The desk's parts and the few settings that it reads itself, which may change while it works.

    Whoever needs a setting reads it here when it is needed, and keeps no copy.
    """

    store: Store
    scout: Looker
    planner: Planner
    access: Access
    surface: Surface
    library: Library
    clock: Callable[[], datetime]
    allowance: Allowance
    helpdesk: tuple[str, ...] = ()
    """Channels in which cards may stand; the first is the one that cards are shared to."""
    escalation: str = ""
    """The channel that is told of escalations, empty for none."""
    seconds: float = 10.0
    """How long one look may take."""
    abandon: timedelta = timedelta(days=5)
    """Silence after which an open ticket is given up."""
    nudging: Nudging = USUAL
    """When the people of a silent ticket are reminded."""
    keep: timedelta = timedelta(days=730)
    """How long closed tickets are kept."""

    def handed_to(self) -> str:
        """The channel that is told of escalations now."""
        return self.escalation
