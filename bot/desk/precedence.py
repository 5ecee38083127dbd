"""Acknowledgements go first: work that was accepted begins only when nobody waits for one.

Strategy: Slack gives an acknowledgement three seconds and people feel each tenth, while the work
takes seconds anyway.  A hundred clicks at once are all taken before the first look begins, for at
most ``MOST`` seconds; then one piece of work after the other begins, with a turn of the loop
between them, so that whoever clicks meanwhile does not stand behind a hundred.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

GAP = 0.03
"""Seconds without a new intent until nobody is thought to wait; Bolt sends an ack within 0.01."""

MOST = 1.0
"""Seconds that work waits at most."""

APART = 0.01
"""Seconds between two that begin; on a loop that lags it is more by itself."""


class Precedence:
    """One a desk; belongs to the event loop that uses it."""

    def __init__(self) -> None:
        self._waiting = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._soon: asyncio.TimerHandle | None = None
        self._turnstile = asyncio.Lock()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Around what somebody waits for."""
        self._waiting += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            if self._soon is not None:
                self._soon.cancel()
            self._soon = asyncio.get_running_loop().call_later(GAP, self._calm)

    async def turn(self) -> None:
        """Wait until it is the caller's turn to begin."""
        latest = asyncio.get_running_loop().time() + MOST
        async with self._turnstile:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(latest):
                    await self._quiet.wait()
            await asyncio.sleep(APART)

    def _calm(self) -> None:
        if not self._waiting:
            self._quiet.set()
