"""Streams through a jump box: bytes, refusals, lost connections, and no channel left behind."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path

import asyncssh
import pytest

from bot.evidence import Failure
from bot.targets import TargetRefused
from bot.vantage.base import VantageError
from bot.vantage.commands import SURVEY
from bot.vantage.jumpbox import Jumpbox, link
from tests.vantage.servers import SshBox, echo, reset, silence, soon, tcp_server

HOST = ip_address("10.0.0.1")


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is awaited here has no event
            await asyncio.sleep(0.005)


async def failure(attempt: Awaitable[object]) -> VantageError:
    with pytest.raises(VantageError) as caught:
        await attempt
    return caught.value


async def test_bytes_go_both_ways(server: SshBox, jumpbox: Jumpbox) -> None:
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(HOST, 3389, soon())
        await stream.write(b"hello", soon())
        assert await stream.read(2, soon()) == b"he"
        assert await stream.read(99, soon()) == b"llo"
        await stream.close()
        await stream.close()
        await until(lambda: server.channels == 0)


async def test_a_reset_reads_as_the_end(server: SshBox, jumpbox: Jumpbox) -> None:
    async with tcp_server(reset) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(HOST, 3389, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b""
        await stream.write(b"y", soon())
        assert await stream.read(9, soon()) == b""
        await stream.close()


async def test_silence_is_told_from_a_silent_jump_box(server: SshBox, jumpbox: Jumpbox) -> None:
    async with tcp_server(silence) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(HOST, 3389, soon())
        error = await failure(stream.read(9, soon(0.2)))
        assert error.failure is Failure.PROBE_DEADLINE
        await stream.close()


async def test_a_flood_is_held_back(server: SshBox, jumpbox: Jumpbox) -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(bytes(65536))
            await writer.drain()
            sent += 65536

    async with tcp_server(flood) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(HOST, 3389, soon())
        assert await stream.read(10, soon()) == bytes(10)
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.1)
        buffered = stream._reader._session._recv_buf_len
        assert buffered <= 131072 + 32768
        await stream.close()


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        (1, "open failed", Failure.JUMPBOX_FORWARDING),
        (3, "unknown channel type", Failure.JUMPBOX_FORWARDING),
        (2, "Connection refused", Failure.TCP_REFUSED),
        (2, "Connection timed out", Failure.TCP_TIMEOUT),
        (2, "Operation timed out", Failure.TCP_TIMEOUT),
        (2, "No route to host", Failure.TCP_UNREACHABLE),
        (2, "Network is unreachable", Failure.TCP_UNREACHABLE),
        (2, "Host is unreachable", Failure.TCP_UNREACHABLE),
        (2, "open failed", Failure.TCP_UNREACHABLE),
        # What Linux makes of ICMPv6's and ICMP's further words of prohibition.
        (2, "Permission denied", Failure.TCP_UNREACHABLE),
        (2, "Protocol not available", Failure.TCP_UNREACHABLE),
        (2, "Machine is not on the network", Failure.TCP_UNREACHABLE),
        (2, "[Errno 111] Connect call failed ('10.0.0.1', 3389)", Failure.TCP_REFUSED),
        (2, "Verbindung abgelehnt", Failure.TCP_FAILED),
    ],
)
async def test_refusals_are_read_by_code_then_by_text(
    server: SshBox, jumpbox: Jumpbox, code: int, text: str, wanted: Failure
) -> None:
    server.routes[("10.0.0.1", 3389)] = asyncssh.ChannelOpenError(code, text)
    error = await failure(jumpbox.connect(HOST, 3389, soon()))
    assert error.failure is wanted
    assert text in error.detail
    assert (error.state == "forwarding-denied") == (wanted is Failure.JUMPBOX_FORWARDING)


async def test_an_open_that_times_out_leaves_no_channel(server: SshBox, jumpbox: Jumpbox) -> None:
    server.routes[("10.0.0.1", 3389)] = None
    error = await failure(jumpbox.connect(HOST, 3389, soon(0.2)))
    assert error.failure is Failure.TCP_TIMEOUT
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        await until(lambda: server.channels == 1)  # the open is still pending over there
        server.thaw.set()
        await until(lambda: server.channels == 0)
    connection = await jumpbox._link.ready(soon())
    assert len(connection._ssh._channels) == 0
    assert connection.abandoned == 0


async def test_cancelled_opens_leave_no_channel(server: SshBox, jumpbox: Jumpbox) -> None:
    server.routes[("10.0.0.1", 3389)] = None
    await jumpbox.session(soon())
    opens = [asyncio.create_task(jumpbox.connect(HOST, 3389, soon())) for _ in range(5)]
    await until(lambda: server.channels >= 5)
    for task in opens:
        task.cancel()
    await asyncio.wait(opens)
    assert all(task.cancelled() for task in opens)
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        server.thaw.set()
        await until(lambda: server.channels == 0)
        connection = await jumpbox._link.ready(soon())
        await until(lambda: len(connection._ssh._channels) == 0)
        stream = await jumpbox.connect(HOST, 3389, soon())
        await stream.close()


async def test_an_open_cancelled_at_the_moment_it_succeeds_leaves_no_channel(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        connection = await jumpbox._link.ready(soon())
        await jumpbox._link.files(soon())
        for turns in range(1, 40):  # let the open get further and further before the cancellation
            task = asyncio.create_task(jumpbox.connect(HOST, 3389, soon()))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                await task.result().close()
        await until(lambda: server.channels == 0 and not connection._ssh._channels)
        assert jumpbox._link._channels._value == 128


async def test_a_hundred_opens_stay_under_the_cap(server: SshBox, tmp_path: Path) -> None:
    vantage = Jumpbox(server.config(tmp_path, channels=8))
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        await vantage._link.files(soon())
        await until(lambda: server.channels == 0)
        server.most_channels = 0

        async def visit(number: int) -> bytes:
            stream = await vantage.connect(HOST, 3389, soon())
            await stream.write(b"%d" % number, soon())
            answer = await stream.read(99, soon())
            await stream.close()
            return answer

        answers = await asyncio.gather(*(visit(number) for number in range(100)))
    assert answers == [b"%d" % number for number in range(100)]
    assert 2 <= server.most_channels <= 8 + 8  # a closed channel is counted until both sides know
    assert len(server.connections) == 1
    await vantage.close()


async def test_when_all_places_are_taken_nobody_is_blamed(server: SshBox, tmp_path: Path) -> None:
    vantage = Jumpbox(server.config(tmp_path, channels=1))
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await vantage.connect(HOST, 3389, soon())
        error = await failure(vantage.connect(HOST, 3389, soon(0.05)))
        assert error.failure is Failure.PROBE_DEADLINE
        await stream.close()
        again = await vantage.connect(HOST, 3389, soon())
        await again.close()
    await vantage.close()


async def test_a_lost_jump_box_is_never_the_end_of_a_stream(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    async with tcp_server(silence) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(HOST, 3389, soon())
        reading = asyncio.create_task(stream.read(9, soon()))
        await asyncio.sleep(0.01)
        await server.stop()
        error = await failure(reading)
        assert (error.failure, error.state) == (Failure.JUMPBOX_UNREACHABLE, "unreachable")
        error = await failure(stream.write(b"x", soon()))
        assert error.failure is Failure.JUMPBOX_UNREACHABLE
        error = await failure(jumpbox.connect(HOST, 3389, soon()))
        assert error.failure is Failure.JUMPBOX_UNREACHABLE
        await stream.close()


async def test_an_open_during_the_loss_is_the_jump_boxs_fault(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    server.routes[("10.0.0.1", 3389)] = None
    opening = asyncio.create_task(jumpbox.connect(HOST, 3389, soon()))
    await until(lambda: server.channels >= 1)
    await server.stop()
    error = await failure(opening)
    assert error.failure is Failure.JUMPBOX_UNREACHABLE


async def test_the_connection_is_made_anew_after_a_loss(server: SshBox, jumpbox: Jumpbox) -> None:
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        first = await jumpbox.connect(HOST, 3389, soon())
        await server.stop()
        await server.start()
        stream = await jumpbox.connect(HOST, 3389, soon())
        await stream.write(b"back", soon())
        assert await stream.read(9, soon()) == b"back"
        await first.close()
        await stream.close()


async def test_a_connection_that_broke_unnoticed_is_made_anew_once(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        await jumpbox.session(soon())
        for connection in list(server.connections):
            connection.abort()  # no turn of the loop: the client does not know yet
        stream = await jumpbox.connect(HOST, 3389, soon())
        await stream.close()
        assert server.logins >= 2


async def test_a_worn_connection_is_replaced_and_its_streams_live_on(
    server: SshBox, jumpbox: Jumpbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "WORN", 1)
    async with tcp_server(echo) as port:
        server.routes |= {("10.0.0.1", 3389): port, ("10.0.0.2", 3389): None}
        stream = await jumpbox.connect(HOST, 3389, soon())
        await failure(jumpbox.connect(ip_address("10.0.0.2"), 3389, soon(0.1)))
        other = await jumpbox.connect(HOST, 3389, soon())
        assert len(server.connections) == 2
        await stream.write(b"still", soon())
        assert await stream.read(9, soon()) == b"still"
        await stream.close()
        await other.close()
        monkeypatch.setattr(link, "RETIREMENT", 0.0)
        await failure(jumpbox.connect(ip_address("10.0.0.2"), 3389, soon(0.1)))
        third = await jumpbox.connect(HOST, 3389, soon())
        await until(lambda: len(server.connections) == 2)  # the first one waits for its own time
        await third.close()


async def test_only_allowed_addresses_are_opened(server: SshBox, jumpbox: Jumpbox) -> None:
    for address in ("11.0.0.1", "10.9.0.1", "::ffff:10.9.0.1"):
        with pytest.raises(TargetRefused):
            await jumpbox.connect(ip_address(address), 3389, soon())
        with pytest.raises(TargetRefused):
            await jumpbox.ping(ip_address(address), soon())
    assert server.connections == set()


async def test_ping_runs_on_the_jump_box(server: SshBox, jumpbox: Jumpbox) -> None:
    assert server.commands is not None
    server.commands[SURVEY.line] = "survey 42\nsystem Linux\nping iputils 20221126\n"
    await jumpbox._link.files(soon())
    server.commands["ping -n -c 1 -W 3 10.0.0.1"] = "1 received"
    assert await jumpbox.ping(HOST, soon(3.9)) == "reply"
    assert await jumpbox.ping(ip_address("10.0.0.2"), soon(3.9)) == "unknown"
    server.statuses = {"ping -n -c 1 -W 3 10.0.0.4": 1, "ping -n -c 1 -W 3 10.0.0.5": 1}
    server.commands["ping -n -c 1 -W 3 10.0.0.4"] = "0 received"
    assert await jumpbox.ping(ip_address("10.0.0.4"), soon(3.9)) == "silence"
    server.commands["ping -n -c 1 -W 3 10.0.0.5"] = "ping: permission denied (are you root?)"
    assert await jumpbox.ping(ip_address("10.0.0.5"), soon(3.9)) == "unknown"
    server.commands["ping -n -c 1 -W 1 10.0.0.3"] = "hang"
    assert await jumpbox.ping(ip_address("10.0.0.3"), soon(0.1)) == "unknown"


async def test_closing_ends_everything(server: SshBox, jumpbox: Jumpbox) -> None:
    await jumpbox.session(soon())
    await jumpbox.close()
    await until(lambda: not server.connections)
    await jumpbox.close()
    assert (await jumpbox.session(soon())).state == "ok"
