"""Every connection that a run opens, and which of them wait for the host's first word."""

from collections import Counter
from collections.abc import Awaitable

from bot.vantage.base import Address, Stream
from bot.vantage.jumpbox import Jumpbox
from tests.hostile.meter import Meter, Metered


class Ledger:
    """``opened`` counts by address and port; ``most`` is how many were pending at once.

    Pending is a connection from its SYN on until the host's first byte or its end.  ``written`` is
    everything that was sent.
    """

    def __init__(self) -> None:
        self.opened = Counter[tuple[Address, int]]()
        self.written = list[bytes]()
        self.most = Counter[Address]()
        self._pending = Counter[Address]()

    async def enter(self, address: Address, port: int, opening: Awaitable[Stream]) -> "Entry":
        """One connection."""
        self.opened[address, port] += 1
        entry = Entry(self, address)
        try:
            entry.stream = await opening
        except BaseException:
            entry.answered()
            raise
        return entry

    def to(self, port: int) -> int:
        """Connections to one port."""
        return sum(count for (_, known), count in self.opened.items() if known == port)

    def count(self, address: Address, pending: int) -> None:
        """A connection began to wait, or waits no longer."""
        self._pending[address] += pending
        self.most[address] = max(self.most[address], self._pending[address])


class Entry(Meter):
    """A stream that its ledger hears of."""

    def __init__(self, ledger: Ledger, address: Address) -> None:
        self.taken = 0
        self._ledger, self._address = ledger, address
        self._answered = False
        ledger.count(address, 1)

    def answered(self) -> None:
        """The host has spoken, or it is over."""
        if not self._answered:
            self._answered = True
            self._ledger.count(self._address, -1)

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
