"""One connection to the host: its bytes counted, its answers waited for within a patience."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from bot.vantage.base import Address, Stream
from bot.wire.cursor import Malformed

MOST_BYTES = 256 * 1024

Until = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Opened:
    """One TCP handshake: how long it took, and whether nothing else of ours was pending then.

    Beside others a second more may be the host's short queue, and not a lost packet.
    """

    address: Address
    connect_ms: float
    alone: bool


class Line:
    """One connection: a Stream whose bytes are counted, and that answers within a patience."""

    def __init__(self, stream: Stream, address: Address, connect_ms: float, until: Until) -> None:
        self.address = address
        self.connect_ms = connect_ms
        self.pending = ExitStack()
        self.left = False
        """Whether who opened it has left it to somebody else, who closes it."""
        self._stream = stream
        self._until = until
        self.heard = 0

    async def read(self, limit: int, deadline: float) -> bytes:
        """As Stream; raises Malformed once the peer has sent 256 KiB."""
        data = await self._stream.read(limit, deadline)
        self.pending.close()
        self.heard += len(data)
        if self.heard > MOST_BYTES:
            raise Malformed(f"more than {MOST_BYTES} bytes on one connection")
        return data

    async def write(self, data: bytes, deadline: float) -> None:
        """As Stream."""
        await self._stream.write(data, deadline)

    async def ending(self, deadline: float) -> str:
        """As Stream."""
        return await self._stream.ending(deadline)

    async def close(self) -> None:
        """As Stream."""
        self.pending.close()
        await self._stream.close()

    def patience(self) -> float:
        """The loop time until which an answer to what is sent now is waited for."""
        return self._until()
