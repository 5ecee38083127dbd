"""Every connection that a run opens, and which of them wait for the host's first word."""

import asyncio
from collections import Counter
from collections.abc import Awaitable

from bot.probes.conduct import PENDING_S
from bot.vantage.base import Address, Stream
from bot.vantage.jumpbox import Jumpbox
from tests.hostile.meter import Meter, Metered


class Ledger:
    """``opened`` counts by address and port; ``most`` is how many were pending at once.

    Pending is a connection from its SYN on until the host's first byte or its end; after a second
    a silent host is taken to have accepted it (``bot.probes.conduct``).  ``written`` is everything
    that was sent.
    """

    def __init__(self) -> None:
        self.opened = Counter[tuple[Address, int]]()
        self.written = list[bytes]()
        self.most = Counter[Address]()
        self.most_unanswered = 0
        self._pending = Counter[Address]()
        self._unanswered = 0

    async def enter(self, address: Address, port: int, opening: Awaitable[Stream]) -> "Entry":
        """One connection."""
        self.opened[address, port] += 1
        entry = Entry(self, address)
        try:
            entry.stream = await opening
        except BaseException:
            entry.answered()
            raise
        entry.timer = asyncio.get_running_loop().call_later(PENDING_S, entry.settle)
        return entry

    def to(self, port: int) -> int:
        """Connections to one port."""
        return sum(count for (_, known), count in self.opened.items() if known == port)

    def count(self, address: Address, pending: int, unanswered: int) -> None:
        """A connection began to wait, or waits no longer."""
        self._pending[address] += pending
        self._unanswered += unanswered
        self.most[address] = max(self.most[address], self._pending[address])
        self.most_unanswered = max(self.most_unanswered, self._unanswered)


class Entry(Meter):
    """A stream that its ledger hears of."""

    def __init__(self, ledger: Ledger, address: Address) -> None:
        self.timer: asyncio.TimerHandle | None = None
        self.taken = 0
        self._ledger, self._address = ledger, address
        self._settled = self._answered = False
        ledger.count(address, 1, 1)

    def settle(self) -> None:
        """It is pending no longer."""
        if self.timer is not None:
            self.timer.cancel()
        if not self._settled:
            self._settled = True
            self._ledger.count(self._address, -1, 0)

    def answered(self) -> None:
        """The host has spoken, or it is over."""
        self.settle()
        if not self._answered:
            self._answered = True
            self._ledger.count(self._address, 0, -1)

    async def read(self, limit: int, deadline: float) -> bytes:
        data = await super().read(limit, deadline)
        self.answered()
        return data

    async def write(self, data: bytes, deadline: float) -> None:
        self._ledger.written.append(data)
        await super().write(data, deadline)

    async def close(self) -> None:
        self.answered()
        await super().close()


class CountedBox(Jumpbox):
    """A jump box with a ledger."""

    ledger: Ledger

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:  # type: ignore[override]
        return await self.ledger.enter(address, port, super().connect(address, port, deadline))


class CountedLoopback(Metered):
    """The loopback with a ledger."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.ledger = Ledger()

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        return await self.ledger.enter(address, port, super().connect(address, port, deadline))
