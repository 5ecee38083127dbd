"""One clock for the local Slack: real time that can be moved forward, or time that stands still.

Everything in Slack that expires (acks, triggers, response URLs, retries, rate limits) asks this
clock, so that a test crosses thirty minutes with one call of ``advance``.
"""

import asyncio
import time
from typing import Any

PATIENCE = 10.0  # real seconds that a standing clock waits for an answer before it jumps


class Clock:
    """Unix time in seconds; ``flowing=False`` stands still between calls of ``advance``."""

    def __init__(self, *, flowing: bool = True, start: float | None = None) -> None:
        self.flowing = flowing
        self._start = time.time() if start is None else start
        self._origin = time.monotonic()
        self._moved = 0.0
        self._sleepers: set[asyncio.Future[None]] = set()

    def now(self) -> float:
        """The current time of this Slack."""
        passed = time.monotonic() - self._origin if self.flowing else 0.0
        return self._start + self._moved + passed

    def advance(self, seconds: float) -> None:
        """Move forward at once and wake everything that is due."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._moved += seconds
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Sleep in this clock's time."""
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, moment: float) -> None:
        """Sleep until the clock shows ``moment``."""
        while (left := moment - self.now()) > 0:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers.add(sleeper)
            try:
                await asyncio.wait({sleeper}, timeout=left if self.flowing else None)
            finally:
                self._sleepers.discard(sleeper)

    async def answered(self, answer: asyncio.Future[Any], deadline: float) -> bool:
        """Whether ``answer`` is there before ``deadline``; a standing clock jumps there by itself.

        Without that jump a program that never answers would hang the test that waits for it.
        """
        alarm: asyncio.Future[Any] = asyncio.ensure_future(self.sleep_until(deadline))
        try:
            patience = None if self.flowing else PATIENCE
            done, _ = await asyncio.wait(
                {answer, alarm}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                self.advance(max(0.0, deadline - self.now()))
        finally:
            alarm.cancel()
        return answer.done()
