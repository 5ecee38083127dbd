"""The places to look from, exchanged while the bot runs, and what is seen from there counted.

Strategy: a look ends with the places that it began with; the former ones are closed when their
last look has ended, so that nobody's look breaks off over a change of the settings.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from bot.desk.parts import Looker
from bot.evidence import Observation
from bot.probes.base import Report, Target
from bot.wiring.meters import Meters


class Scouting(Looker, Protocol):
    """A looker that holds connections."""

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(eq=False, slots=True)
class _Post:
    """A scout and the looks that run from its places."""

    scout: Scouting
    looks: int = 0


class Places:
    """A ``Looker`` that hands everything to the scout of today."""

    def __init__(self, scout: Scouting, meters: Meters) -> None:
        self._now = _Post(scout)
        self._former: set[_Post] = set()
        self._meters = meters
        self._closing: set[asyncio.Task[None]] = set()

    def admit(self, target: Target) -> None:
        """See Looker.admit."""
        self._now.scout.admit(target)

    def places(self, host: str, via: str | None = None) -> tuple[str, ...]:
        """See Looker.places."""
        return self._now.scout.places(host, via)

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
        post, begun = self._now, monotonic()
        post.looks += 1
        self._meters.looking(1)
        try:
            seen = await post.scout.look(target, places, seconds=seconds, only=only, report=report)
            self._meters.looked(monotonic() - begun, seen)
        finally:
            self._meters.looking(-1)
            post.looks -= 1
            self._let_go(post)
        return seen

    def adopt(self, scout: Scouting) -> None:
        """Look from other places from now on."""
        before, self._now = self._now, _Post(scout)
        self._former.add(before)
        self._let_go(before)

    async def close(self) -> None:
        """Close every connection."""
        left = [self._now, *self._former]
        await asyncio.gather(*(post.scout.close() for post in left), *self._closing)

    def _let_go(self, post: _Post) -> None:
        """Close the places of a former post once nobody looks from them."""
        if post.looks or post not in self._former:
            return
        self._former.remove(post)
        task = asyncio.create_task(post.scout.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
