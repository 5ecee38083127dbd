"""What all places that look at one host at the same time share: how few may stand before its door.

Strategy: a host has one queue, whoever joins it, so the limit of connections that wait for a first
answer holds for all places together.  A connection that has not even opened after a while is in no
queue; it gives its place here back, so that a way that is shut holds up no other.  A host that must
be met one by one is met so by all of them.
"""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

MOST_PENDING = 3
GENTLE_GAP_S = 0.3
SHUT_S = 0.25  # a connection that is still opening now stands before no door
PENDING_S = 1.0  # after this long without an answer the host is taken to have let it in


class Door:
    """The connections to one host from everywhere; ``gentle`` once it must be met one by one."""

    def __init__(self) -> None:
        self.gentle = False
        self.turn = asyncio.Lock()
        self.exit = asyncio.Lock()
        """Whose turn it is to open and to close, towards a host that is met one by one."""
        self._loop = asyncio.get_running_loop()
        self._places = asyncio.Semaphore(MOST_PENDING)
        self._empty = asyncio.Event()
        self._empty.set()
        self._open = 0
        self._last_close = -GENTLE_GAP_S

    async def stand(self, pending: ExitStack) -> Callable[[], None]:
        """Take a place until ``pending`` ends, or for a while; the result says that it opened."""
        await self._places.acquire()
        place = ExitStack()
        place.callback(self._places.release)
        shut = self._loop.call_later(SHUT_S, place.close)
        place.callback(shut.cancel)
        pending.callback(place.close)

        def opened() -> None:
            shut.cancel()
            place.callback(self._loop.call_later(PENDING_S, place.close).cancel)

        return opened

    async def alone(self) -> None:
        """Wait until nobody is with the host, and a moment longer."""
        await self._empty.wait()
        await self.pause()

    def entered(self) -> None:
        """One more connection is open."""
        self._open += 1
        self._empty.clear()

    def left(self) -> None:
        """One connection is closed, or about to be."""
        self._open -= 1
        self._last_close = self._loop.time()
        if not self._open:
            self._empty.set()

    async def pause(self) -> None:
        """Keep the distance to the last that left."""
        await asyncio.sleep(self._last_close + GENTLE_GAP_S - self._loop.time())
