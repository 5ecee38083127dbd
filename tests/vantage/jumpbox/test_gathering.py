"""What is written in one turn of the event loop leaves together, in order, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.vantage.jumpbox.gathering import Gathering, Tcp


class Far:
    """The other side: all bytes that came, and whether the end came."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = asyncio.Event()

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65536):
                self.data += piece
                writer.write(piece)
        except ConnectionError:
            pass
        self.ended.set()
        writer.close()


class Above(asyncio.Protocol):
    """The protocol that writes; it keeps what comes back."""

    def __init__(self) -> None:
        self.transport: Gathering | None = None
        self.data = b""
        self.all = asyncio.Event()
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Gathering)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        if len(self.data) == 290:
            self.all.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Far, Above, Gathering]]:
    far = Far()
    async with await asyncio.start_server(far.hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        _, above = await Tcp().create_connection(Above, "127.0.0.1", port)
        assert above.transport is not None
        try:
            yield far, above, above.transport
        finally:
            above.transport.abort()
            await above.lost.wait()


async def test_pieces_arrive_in_order_and_answers_come_back() -> None:
    async with connected() as (far, above, transport):
        for number in range(100):
            transport.write(b"%d " % number)
        assert not above.data
        async with asyncio.timeout(5):
            await above.all.wait()
        assert far.data == above.data == b"".join(b"%d " % number for number in range(100))


async def test_closing_sends_what_was_written_before() -> None:
    async with connected() as (far, above, transport):
        transport.write(b"the last words")
        transport.close()
        assert transport.is_closing()
        async with asyncio.timeout(5):
            await far.ended.wait()
            await above.lost.wait()
        assert far.data == b"the last words"


async def test_aborting_sends_nothing_more() -> None:
    async with connected() as (far, above, transport):
        transport.write(b"never mind")
        transport.abort()
        async with asyncio.timeout(5):
            await far.ended.wait()
            await above.lost.wait()
        assert far.data == b""


async def test_it_tells_where_it_leads_to() -> None:
    async with connected() as (_, _, transport):
        assert transport.get_extra_info("peername")[0] == "127.0.0.1"
        transport.pause_reading()
        transport.resume_reading()
