"""How a host ended a stream, told through a real OpenSSH server (and through no server else)."""

import asyncio
import signal
import struct
from pathlib import Path

import pytest

from bot.vantage.base import VantageError
from bot.vantage.jumpbox import Jumpbox
from bot.vantage.jumpbox.stream import SshStream
from tests.vantage.jumpbox.test_openssh import LOOPBACK, children, send
from tests.vantage.jumpbox.test_openssh import jumpbox as openssh
from tests.vantage.servers import Handler, SshBox, reset, silence, soon, tcp_server

pytestmark = pytest.mark.real


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read something, then close both directions."""
    await reader.read(1)


async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read something, end our own direction, read on."""
    await reader.read(1)
    writer.write_eof()
    while await reader.read(9):
        pass


async def speak_and_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say goodbye, then reset the connection."""
    await reader.read(1)
    writer.write(b"bye")
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("handler", "said", "wanted"),
    [
        (reset, b"", "reset"),
        (close, b"", "closed"),
        (half_close, b"", "half"),
        (speak_and_reset, b"bye", "reset"),
    ],
)
async def test_the_kind_of_end(tmp_path: Path, handler: Handler, said: bytes, wanted: str) -> None:
    async with openssh(tmp_path) as (vantage, _), tcp_server(handler) as port:
        stream = await vantage.connect(LOOPBACK, port, soon())
        assert await stream.ending(soon()) == "unknown"  # nothing was written for that
        await stream.write(b"x", soon())
        heard = b""
        while piece := await stream.read(9, soon()):
            heard += piece
        assert heard in {said, b""}  # a reset may overtake what was said before it
        assert await stream.ending(soon()) == wanted
        assert await stream.ending(soon()) == wanted
        await stream.close()


async def test_a_stream_that_is_closed_or_open_has_no_end(tmp_path: Path) -> None:
    async with openssh(tmp_path) as (vantage, _), tcp_server(silence) as port:
        stream = await vantage.connect(LOOPBACK, port, soon())
        assert await stream.ending(soon()) == "unknown"
        await stream.close()
        assert await stream.ending(soon()) == "unknown"


async def test_a_deadline_or_a_lost_jump_box_leaves_it_unknown(tmp_path: Path) -> None:
    async with openssh(tmp_path) as (vantage, server), tcp_server(close) as port:
        late = await ended(vantage, port)
        assert await late.ending(soon(-1)) == "unknown"
        lost = await ended(vantage, port)
        send(signal.SIGKILL, children(server.process.pid))
        assert await lost.ending(soon()) == "unknown"
        with pytest.raises(VantageError):
            await lost.read(9, soon())
        await late.close()
        await lost.close()


async def test_a_stopped_jump_box_leaves_it_unknown(tmp_path: Path) -> None:
    async with openssh(tmp_path) as (vantage, server), tcp_server(close) as port:
        await vantage._link.files(soon())
        await vantage._link.survey(soon())
        stream = await ended(vantage, port)
        stopped = children(server.process.pid)
        send(signal.SIGSTOP, stopped)
        try:
            assert await stream.ending(soon(0.3)) == "unknown"
        finally:
            send(signal.SIGCONT, stopped)
        await stream.close()


async def test_other_servers_are_not_asked(server: SshBox, jumpbox: Jumpbox) -> None:
    async with tcp_server(close) as port:
        server.routes[("127.0.0.1", 3389)] = port
        stream = await jumpbox.connect(LOOPBACK, 3389, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b""
        assert await stream.ending(soon()) == "unknown"
        await stream.close()


async def ended(vantage: Jumpbox, port: int) -> SshStream:
    stream = await vantage.connect(LOOPBACK, port, soon())
    await stream.write(b"x", soon())
    assert await stream.read(9, soon()) == b""
    return stream
