"""TCP connections of this machine: what the operating system's errors become, and how they end."""

import asyncio
import errno
import socket
import time
from collections.abc import Awaitable
from ipaddress import ip_address

import pytest

from bot.evidence import Failure
from bot.targets import Rules
from bot.vantage import tcp
from bot.vantage.base import Session, Vantage, VantageError
from bot.vantage.direct import Direct
from tests.vantage.servers import Handler, echo, reset, silence, soon, tcp_server

LOOPBACK = ip_address("127.0.0.1")
RULES = Rules.of(["127.0.0.0/8"], [], [])


async def failure(attempt: Awaitable[object]) -> Failure:
    with pytest.raises(VantageError) as caught:
        await attempt
    return caught.value.failure


async def test_bytes_go_both_ways_and_end() -> None:
    vantage: Vantage = Direct(RULES)
    assert vantage.name == "direct"
    assert await vantage.session(soon()) == Session()
    async with tcp_server(echo) as port:
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(b"hello", soon())
        assert await stream.read(2, soon()) == b"he"
        assert await stream.read(9, soon()) == b"llo"
        await stream.close()
        await stream.close()
    await vantage.close()


async def test_a_reset_reads_as_the_end() -> None:
    async with tcp_server(reset) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b""
        await stream.write(b"y", soon())
        assert await stream.read(9, soon()) == b""
        await stream.close()


async def close_after_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def ending(handler: Handler, *, write_on: bool = False) -> tuple[bytes, str]:
    """What was read of a stream that ended, and how it ended."""
    async with tcp_server(handler) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        assert await stream.ending(soon()) == "unknown"
        await stream.write(b"x", soon())
        while write_on and not stream._ended:
            await stream.write(b"y", soon())
            await asyncio.sleep(0.001)
        heard = b""
        while piece := await stream.read(9, soon()):
            heard += piece
        told = await stream.ending(soon())
        await stream.close()
        return heard, told


async def test_a_reset_is_told_from_a_close() -> None:
    assert await ending(close_after_one) == (b"", "closed")
    assert await ending(reset) == (b"", "reset")


async def test_a_reset_while_writing_is_a_reset_too() -> None:
    assert await ending(reset, write_on=True) == (b"", "reset")


async def test_a_peer_that_closed_and_is_written_to_has_closed() -> None:
    async with tcp_server(close_after_one) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b""
        for _ in range(9):
            await stream.write(b"y", soon())
            await asyncio.sleep(0.01)
        assert await stream.ending(soon()) == "closed"
        await stream.close()


async def test_what_came_before_a_reset_is_not_lost() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"bye")
        await asyncio.sleep(0.05)
        await reset(reader, writer)

    async with tcp_server(speak) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        await stream.write(b"xx", soon())
        async with asyncio.timeout(10):
            while not stream._fault:  # noqa: ASYNC110  it has no event
                await asyncio.sleep(0.01)
        assert await stream.read(9, soon()) == b"bye"
        assert await stream.read(9, soon()) == b""
        assert await stream.ending(soon()) == "reset"
        await stream.close()


async def test_an_end_for_another_reason_is_not_known() -> None:
    async with tcp_server(silence) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        stream._fault, stream._ended = OSError(errno.ETIMEDOUT, "said the kernel"), True
        assert await stream.read(9, soon()) == b""
        assert await stream.ending(soon()) == "unknown"
        await stream.close()


async def test_silence_ends_at_the_deadline() -> None:
    async with tcp_server(silence) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        assert await failure(stream.read(9, soon(0.05))) is Failure.PROBE_DEADLINE
        await stream.close()


async def test_what_came_while_this_program_was_held_up_is_not_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stream = await Direct(RULES).connect(LOOPBACK, listener.getsockname()[1], soon())
        peer, _ = listener.accept()
        with peer:
            reading = asyncio.create_task(stream.read(9, soon(0.05)))
            await asyncio.sleep(0)
            peer.sendall(b"here")
            time.sleep(0.2)  # noqa: ASYNC251 - the loop is held up on purpose
            assert await reading == b"here"
        await stream.close()


async def test_a_peer_that_takes_nothing_ends_at_the_deadline() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with tcp_server(deaf) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        big = bytes(32_000_000)
        assert await failure(stream.write(big, soon(0.1))) is Failure.PROBE_DEADLINE
        await stream.close()


async def test_a_closed_port_refuses() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await failure(Direct(RULES).connect(LOOPBACK, port, soon())) is Failure.TCP_REFUSED


async def test_a_full_backlog_times_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        attempt = Direct(RULES).connect(LOOPBACK, address[1], soon(0.1))
        assert await failure(attempt) is Failure.TCP_TIMEOUT
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.EHOSTUNREACH, Failure.TCP_UNREACHABLE),
        (errno.ENETUNREACH, Failure.TCP_UNREACHABLE),
        (errno.EMFILE, Failure.PROBE_INTERNAL),
        (errno.EACCES, Failure.TCP_UNREACHABLE),
        (errno.ENOPROTOOPT, Failure.TCP_UNREACHABLE),
        (errno.ENONET, Failure.TCP_UNREACHABLE),
        (errno.ETIMEDOUT, Failure.TCP_TIMEOUT),
    ],
)
async def test_errors_of_the_system_become_our_words(
    monkeypatch: pytest.MonkeyPatch, number: int, wanted: Failure
) -> None:
    async def failing(*args: object, **options: object) -> None:
        raise OSError(number, "said the kernel")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", failing)
    assert await failure(Direct(RULES).connect(LOOPBACK, 1, soon())) is wanted


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EHOSTUNREACH, "No route to host"),
        (errno.ENETUNREACH, "Network is unreachable"),
        (errno.ECONNREFUSED, "Connection refused"),
    ],
)
async def test_the_detail_tells_an_unreachable_host_from_an_unreachable_network(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    async def failing(*args: object) -> None:
        raise OSError(number, "Connect call failed ('127.0.0.1', 1)")  # as asyncio has it

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", failing)
    with pytest.raises(VantageError) as caught:
        await Direct(RULES).connect(LOOPBACK, 1, soon())
    assert caught.value.detail == said


async def test_a_host_that_takes_us_and_resets_at_once_was_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By timing the reset comes before or after connect() returns; both mean the same."""

    async def failing(*args: object, **options: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "said the kernel")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", failing)
    stream = await Direct(RULES).connect(LOOPBACK, 1, soon())
    await stream.write(b"anybody there?", soon())
    assert await stream.read(10, soon()) == b""
    assert await stream.ending(soon()) == "reset"
    await stream.close()


async def test_a_flood_waits_at_the_door_and_nothing_of_it_is_lost() -> None:
    size = 16 * 1024 * 1024

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(size))
        await writer.drain()

    async with tcp_server(flood) as port:
        stream = await Direct(RULES).connect(LOOPBACK, port, soon())
        held = -1
        async with asyncio.timeout(10):
            while len(stream._data) > held:
                held = len(stream._data)
                await asyncio.sleep(0.1)
        assert tcp.BUFFER < held <= tcp.BUFFER + 256 * 1024
        heard = 0
        while piece := await stream.read(size, soon()):
            heard += len(piece)
        assert heard == size
        await stream.close()
