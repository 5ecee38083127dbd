"""The places to look from, exchanged while the bot runs, and what is seen from there counted.

Strategy: a look ends with the places that it began with; the former ones are closed when their
last look has ended, so that nobody's look breaks off over a change of the settings.
"""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic

from bot.desk.looking import Scout
from bot.evidence import Observation
from bot.probes.base import Report, Target
from bot.wiring.meters import Meters

log = logging.getLogger(__name__)


class Places:
    """A ``Looker`` that hands everything to the scout of today."""

    def __init__(self, scout: Scout, meters: Meters) -> None:
        self._scout = scout
        self._meters = meters
        self._running: dict[Scout, int] = {scout: 0}
        self._closing: set[asyncio.Task[None]] = set()

    def admit(self, target: Target) -> None:
        """See Looker.admit."""
        self._scout.admit(target)

    def places(self, host: str, via: str | None = None) -> tuple[str, ...]:
        """See Looker.places."""
        return self._scout.places(host, via)

    async def look(
        self,
        target: Target,
        places: Sequence[str],
        *,
        seconds: float,
        only: frozenset[str] | None = None,
        report: Report | None = None,
    ) -> list[Observation]:
        """See Looker.look."""
        scout, begun = self._scout, monotonic()
        self._running[scout] += 1
        self._meters.looking(1)
        try:
            seen = await scout.look(target, places, seconds=seconds, only=only, report=report)
            self._meters.looked(monotonic() - begun, seen)
        finally:
            self._meters.looking(-1)
            self._running[scout] -= 1
            self._let_go(scout)
        return seen

    def adopt(self, scout: Scout) -> None:
        """Look from other places from now on."""
        before, self._scout = self._scout, scout
        self._running[scout] = 0
        self._let_go(before)

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(scout.close() for scout in self._running), return_exceptions=True)
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _let_go(self, scout: Scout) -> None:
        if scout is self._scout or self._running.get(scout) != 0:
            return
        del self._running[scout]
        task = asyncio.create_task(scout.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
