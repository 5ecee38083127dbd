"""A TCP connection that sends together what is written together.

Strategy: asyncssh sends each SSH packet by itself and an empty one before it, and a look at a host
is dozens of small packets, so most of its time went into telling the kernel about each.  Here all
that is written before the event loop turns leaves in one piece; nothing waits for anything else.
asyncssh takes the connection as it would take one through another jump box (``tunnel``).
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast


class Gathering(asyncio.Transport):
    """A transport whose writes are put together until the event loop turns."""

    def __init__(self, below: asyncio.Transport) -> None:
        super().__init__()
        self._below = below
        self._loop = asyncio.get_running_loop()
        self._pieces = list[bytes]()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send soon, after all that was written before."""
        if not self._pieces:
            self._loop.call_soon(self._send)
        self._pieces.append(bytes(data))

    def close(self) -> None:
        """Close after what was written has been sent."""
        self._send()
        self._below.close()

    def abort(self) -> None:
        """Close at once, unsent data included."""
        self._pieces.clear()
        self._below.abort()

    def is_closing(self) -> bool:
        """As the connection."""
        return self._below.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As the connection."""
        return self._below.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """As the connection."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """As the connection."""
        self._below.resume_reading()

    def _send(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces:
            self._below.write(b"".join(pieces))


class Passing(asyncio.Protocol):
    """Hands everything on to the protocol above, and a gathering transport to write to."""

    def __init__(self, above: asyncio.Protocol) -> None:
        self.above = above

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self.above.connection_made(Gathering(cast("asyncio.Transport", transport)))

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self.above.data_received(data)

    def eof_received(self) -> bool | None:
        """The other side has ended."""
        return self.above.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.above.connection_lost(exc)

    def pause_writing(self) -> None:
        """Too much is on its way."""
        self.above.pause_writing()

    def resume_writing(self) -> None:
        """It has gone."""
        self.above.resume_writing()


class Tcp:
    """What asyncssh asks of a tunnel, over a plain connection."""

    async def create_connection(
        self, session_factory: Callable[[], Any], remote_host: str, remote_port: int
    ) -> tuple[asyncio.BaseTransport, Any]:
        """Connect to an address; raises OSError."""
        transport, passing = await asyncio.get_running_loop().create_connection(
            lambda: Passing(session_factory()), remote_host, remote_port
        )
        return transport, passing.above
