"""What goes wrong during a soak, one trouble at a time, in an order that the seed decides."""

import asyncio
import os
import random
import resource
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

from bot.lab import JumpboxState
from tests.faults.test_storage import locked
from tests.faults.tools import children, descriptors, limited
from tests.whole.support import Whole

CALM = (1.0, 3.0)
"""Seconds between two troubles."""
SPELL = 2.5
"""Seconds that a lasting trouble lasts."""


@dataclass
class Troubles:
    """Strikes until told to stop; ``restarts`` allows those that end the process."""

    world: Whole
    chance: random.Random
    restarts: bool = True
    struck: Counter[str] = field(default_factory=Counter)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """One after the other; each is over before the next begins."""
        lasting: list[Callable[[], Awaitable[None]]] = [
            self.busy, self.ill, self.lost_answers, self.overlooked, self.twice, self.refreshed,
            self.cut, self.box_down, self.no_names, self.disk, self.lock, self.shortage,
            self.worker,
        ]  # fmt: skip
        self._stop.clear()
        while not self._stop.is_set():
            ending = [self.stopped, self.killed] if self.restarts else []
            trouble = self.chance.choice([*lasting, *ending, *ending])
            self.struck[trouble.__name__] += 1
            await trouble()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self.chance.uniform(*CALM))

    def stop(self) -> None:
        """Let the present trouble be the last."""
        self._stop.set()

    async def busy(self) -> None:
        self.world.slack.fault("chat.*", "429", times=8, seconds=1)

    async def ill(self) -> None:
        self.world.slack.fault("chat.update", "503", times=4)

    async def lost_answers(self) -> None:
        self.world.slack.fault("chat.update", "drop-after", times=3)

    async def overlooked(self) -> None:
        self.world.slack.fault("envelope:*", "hold-ack", times=2)

    async def twice(self) -> None:
        self.world.slack.fault("envelope:*", "duplicate", times=5)

    async def refreshed(self) -> None:
        await self.world.slack.sockets.refresh()

    async def cut(self) -> None:
        await self.world.slack.sockets.close()

    async def box_down(self) -> None:
        await self._box(JumpboxState.DOWN)

    async def no_names(self) -> None:
        await self._box(JumpboxState.DEAD_RESOLVER)

    async def _box(self, state: JumpboxState) -> None:
        await self.world.lab.switch_jumpbox(state)
        await asyncio.sleep(SPELL)
        await self.world.lab.switch_jumpbox(JumpboxState.UP)

    async def disk(self) -> None:
        await self._under(limited(self.world.bot.pid, resource.RLIMIT_FSIZE, 4096))

    async def lock(self) -> None:
        await self._under(locked(self.world.database))

    async def shortage(self) -> None:
        pid = self.world.bot.pid
        await self._under(limited(pid, resource.RLIMIT_NOFILE, descriptors(pid)))

    async def _under(self, trouble: AbstractContextManager[None]) -> None:
        with trouble:
            await asyncio.sleep(SPELL)
        await asyncio.sleep(SPELL)  # what was not taken is said before anything else happens

    async def worker(self) -> None:
        for child in children(self.world.bot.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    async def stopped(self) -> None:
        await self.world.bot.stop()
        await self.world.bot.start()

    async def killed(self) -> None:
        await self.world.bot.kill()
        await self.world.bot.start()
