"""How the bot is, for ``/readyz`` and ``/metrics``: each part is asked, for a bounded time.

Strategy: whoever asks waits at most ``PATIENCE``; of two who ask at once both ask.  A fault is a
sentence of this program, without the name of a host, a person or a file.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from time import monotonic

from bot.desk.desk import Desk
from bot.desk.library import Library
from bot.desk.planning import WorkerPlanner
from bot.store.base import StoreError
from bot.store.operated import OperatedStore
from bot.wiring.meters import CONTENT_TYPE, Meters
from handlers.transport import Transport

PATIENCE = 2.0
"""Seconds within which the store has to answer."""

DEAF = 60.0
"""Seconds of silence on a socket whose pings are answered every ten."""


@dataclass(slots=True)
class Vitals:
    """Asks the parts; ``way_in`` is set once it is open."""

    store: OperatedStore
    planner: WorkerPlanner
    library: Library
    desk: Desk
    meters: Meters
    way_in: Transport | None = None
    delivered: Callable[[], float] = monotonic
    """When (monotonic) the last delivery came; of the start where there was none."""
    content_type: str = field(default=CONTENT_TYPE, init=False)

    async def faults(self) -> dict[str, str]:
        """What keeps the bot from working, by part; also noted as numbers."""
        asked: dict[str, Awaitable[str]] = {
            "slack": self._slack(),
            "store": self._store(),
            "planner": self._planner(),
        }
        answers = await asyncio.gather(*asked.values())
        for part, metric in zip(asked, ("slack_connected", "store_up", "planner_up"), strict=True):
            self.meters.set(metric, not dict(zip(asked, answers, strict=True))[part])
        found = {part: why for part, why in zip(asked, answers, strict=True) if why}
        self.meters.set("ready", not found)
        return found

    async def _slack(self) -> str:
        if self.way_in is None or not await self.way_in.connected():
            return "Slack cannot reach the bot: there is no open connection"
        if self.way_in.silence > DEAF:
            return f"nothing was heard on the socket for {self.way_in.silence:.0f} s"
        if self.desk.barred:
            return f"Slack takes nothing that the bot says ({self.desk.barred})"
        return ""

    async def _store(self) -> str:
        return await self.store.fault(PATIENCE)

    async def _planner(self) -> str:
        return self.planner.fault

    async def metrics(self) -> bytes:
        """All numbers; those that cannot be had just now stand as they were."""
        await self.faults()
        model = self.library.current
        self.meters.versions(version("rdp-triage"), model.catalog.hash, model.epoch)
        if self.way_in is not None:
            self.meters.set("slack_silence_seconds", self.way_in.silence)
        self.meters.set("slack_delivery_age_seconds", monotonic() - self.delivered())
        for name, value in self._sizes():
            self.meters.set(name, value)
        try:
            waiting = await asyncio.wait_for(self.store.backlog(), PATIENCE)
        except (StoreError, TimeoutError):
            return self.meters.text()
        self.meters.set("intents_pending", waiting.intents)
        self.meters.set("parcels_waiting", waiting.parcels)
        self.meters.tickets(waiting.states.items())
        return self.meters.text()

    def _sizes(self) -> Iterator[tuple[str, float]]:
        path = self.store.path
        files = [path, path.with_name(f"{path.name}-wal")]
        try:
            yield "store_bytes", sum(each.stat().st_size for each in files if each.exists())
            disk = os.statvfs(path)
        except OSError:
            return
        yield "store_free_bytes", disk.f_bavail * disk.f_frsize
