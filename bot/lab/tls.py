"""The server side of TLS over a plain stream.

Strategy: a memory pump instead of ``StreamWriter.start_tls``, which would drop the alert of a
failed handshake; the bytes that were read before TLS began are put in front.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class TlsServer:
    """TLS as a server speaks it; each of its answers is held back for ``delay_s`` seconds."""

    def __init__(
        self,
        stream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        context: ssl.SSLContext,
        *,
        first: bytes = b"",
        delay_s: float = 0.0,
    ) -> None:
        self._reader, self._writer = stream
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._in.write(first)
        self._object = context.wrap_bio(self._in, self._out, server_side=True)
        self._delay_s = delay_s

    async def handshake(self) -> None:
        """Raises ssl.SSLError when there is no agreement; our alert is sent before."""
        await self._pump(self._object.do_handshake)

    async def read(self, limit: int) -> bytes:
        """Up to ``limit`` bytes; ``b""`` when the peer has left."""
        try:
            return await self._pump(lambda: self._object.read(limit))
        except ssl.SSLError:
            return b""

    async def write(self, data: bytes) -> None:
        """Send everything as one TLS record."""
        await self._pump(lambda: self._object.write(data))

    async def _pump(self, step: Callable[[], Result]) -> Result:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
            except ssl.SSLError:
                await self._flush()
                raise
            else:
                await self._flush()
                return result
            data = await self._reader.read(65536)
            if data:
                self._in.write(data)
            else:
                self._in.write_eof()

    async def _flush(self) -> None:
        if self._out.pending:
            await asyncio.sleep(self._delay_s)
            self._writer.write(self._out.read())
            await self._writer.drain()
