"""What a jump box can do besides streams, on a real OpenSSH server with this machine's tools."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.targets import TargetRefused
from bot.vantage.base import Cannot, Datagram, Means
from tests.real_programs import program
from tests.vantage.jumpbox.test_openssh import LOOPBACK, Sshd, free_port, jumpbox
from tests.vantage.servers import echo, silence, soon, tcp_server
from tests.vantage.udp import udp_server

pytestmark = pytest.mark.real

SYN = bytes(range(256)) * 4 + bytes(208)
TOOLS = ("ping", "ip", "ss", "bash", "dd", "od")


@pytest.fixture(autouse=True)
def _tools() -> None:
    for tool in TOOLS:
        program(tool)


def on_the_box(server: Sshd) -> list[str]:
    """The processes that sessions of this sshd left or still run."""
    mark = f"SSH_CONNECTION=127.0.0.1 {{}} 127.0.0.1 {server.config.port}".split("{}")
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environ = (process / "environ").read_text(errors="replace").split("\0")
            words = (process / "cmdline").read_text(errors="replace").split("\0")
        except OSError:
            continue
        if any(row.startswith(mark[0]) and row.endswith(mark[1]) for row in environ):
            found.append(" ".join(words))
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is awaited here has no event
            await asyncio.sleep(0.01)


def wrapper(folder: Path, before: str = "") -> str:
    """A forced command that lets ours through, with something done before."""
    script = folder / "wrapper"
    script.write_text(f'#!/bin/sh\n{before}\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n')
    script.chmod(0o755)
    return f"ForceCommand {script}"


async def test_echoes_of_all_sizes(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        means = await vantage.means(soon())
        for address in (LOOPBACK, ip_address("127.0.0.9")):
            found = await means.echoes(address, [576, 1500, 9000], soon())
            assert [(one.size, one.state) for one in found] == [
                (576, "reply"), (1500, "reply"), (9000, "reply"),
            ]  # fmt: skip
            assert all(one.rtt_ms is not None for one in found)


async def test_its_clock_is_ours_on_the_same_machine(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        found = await (await vantage.means(soon())).clock(soon())
        assert abs(found.offset_s) <= found.error_s


async def test_its_neighbours(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        assert await (await vantage.means(soon())).neighbour(LOOPBACK, soon()) == "elsewhere"


async def test_exactly_one_datagram_goes_out_whole(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        means = await vantage.means(soon())
        async with udp_server(b"\0\1" + bytes(1230)) as (port, came):
            found = await means.datagram(LOOPBACK, port, SYN, soon())
            assert found == Datagram("answers", b"\0\1" + bytes(1230))
            assert came == [SYN]
        async with udp_server(None) as (port, came):
            assert await means.datagram(LOOPBACK, port, SYN, soon(5)) == Datagram("silent")
            assert came == [SYN]
        assert await means.datagram(LOOPBACK, free_port(), SYN, soon()) == Datagram("refused")


async def test_its_connections_to_a_host(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _), tcp_server(silence) as port:
        means = await vantage.means(soon())
        assert await means.sockets(LOOPBACK, port, soon()) == ()
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(bytes(3000), soon())
        await until_acked(means, port)
        await stream.close()


async def until_acked(means: Means, port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            (found,) = await means.sockets(LOOPBACK, port, soon())
            assert (found.mss or 0) > 500
            assert (found.lost, found.backoff) == (0, 0)
            if found.bytes_acked >= 3000:
                return


async def test_the_way_to_it_is_measured(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        assert 0.0 < await (await vantage.means(soon())).leg_ms(soon()) < 20000


async def test_closed_addresses_are_refused(tmp_path: Path) -> None:
    closed = ip_address("11.0.0.1")
    async with jumpbox(tmp_path) as (vantage, _):
        means = await vantage.means(soon())
        attempts: list[Awaitable[object]] = [
            means.echoes(closed, [1500], soon()),
            means.neighbour(closed, soon()),
            means.datagram(closed, 3389, SYN, soon()),
            means.sockets(closed, 3389, soon()),
        ]
        for attempt in attempts:
            with pytest.raises(TargetRefused):
                await attempt


@pytest.mark.parametrize(
    ("option", "part"),
    [
        ("ForceCommand echo not for you", "forced command does (not for you)"),
        ("ForceCommand /usr/sbin/nologin", "no shell"),
        ("MaxSessions 0", "gives us no session"),
    ],
)
async def test_a_box_without_commands_says_why_and_streams_go_on(
    tmp_path: Path, option: str, part: str
) -> None:
    async with jumpbox(tmp_path, option) as (vantage, _), tcp_server(echo) as port:
        means = await vantage.means(soon())
        attempts: list[Awaitable[object]] = [
            means.echoes(LOOPBACK, [1500], soon()),
            means.clock(soon()),
            means.neighbour(LOOPBACK, soon()),
            means.datagram(LOOPBACK, 3389, SYN, soon()),
            means.sockets(LOOPBACK, 3389, soon()),
        ]
        for attempt in attempts:
            with pytest.raises(Cannot, match="jump box dc1 runs no commands for us") as caught:
                await attempt
            assert part in str(caught.value)
        assert await means.leg_ms(soon()) > 0.0
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b"x"
        await stream.close()


async def test_one_session_at_a_time_is_enough(tmp_path: Path) -> None:
    async with jumpbox(tmp_path, "MaxSessions 1") as (vantage, _), udp_server(b"x") as (port, came):
        means = await vantage.means(soon())
        results = await asyncio.gather(
            means.echoes(LOOPBACK, [1500], soon()),
            means.clock(soon()),
            means.datagram(LOOPBACK, port, SYN, soon()),
            means.neighbour(LOOPBACK, soon()),
            means.sockets(LOOPBACK, port, soon()),
            vantage.ping(LOOPBACK, soon()),
        )
        assert results[0][0].state == "reply"
        assert results[2] == Datagram("answers", b"x")
        assert (results[3], results[4], results[5]) == ("elsewhere", (), "reply")
        assert came == [SYN]
        assert (await vantage._link.files(soon())).hosts


@pytest.mark.parametrize("option", ["MaxSessions 10", "MaxSessions 1"])
@pytest.mark.parametrize("forced", [False, True])
async def test_a_caller_who_leaves_leaves_nothing(
    tmp_path: Path, option: str, forced: bool
) -> None:
    # No host of the loopback is silent to a ping, so a ping that hangs stands in for one.
    (tmp_path / "ping").write_text(
        '#!/bin/sh\nif [ "$1" = -V ]; then echo iputils 20221126; else exec sleep 60; fi\n'
    )
    (tmp_path / "ping").chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    more = (
        wrapper(tmp_path, f"PATH={path}; export PATH") if forced else f"SetEnv PATH={path} SHLVL=1"
    )
    async with (
        jumpbox(tmp_path, option, more) as (vantage, server),
        udp_server(None) as (port, came),
    ):
        means = await vantage.means(soon())
        await vantage._link.files(soon())
        await until(lambda: not on_the_box(server))

        async def leave(attempt: Awaitable[object], begun: Callable[[], bool]) -> None:
            task = asyncio.ensure_future(attempt)
            await until(begun)
            task.cancel()
            await asyncio.wait([task])
            await until(lambda: not on_the_box(server))

        await leave(
            means.echoes(LOOPBACK, [1500, 576], soon()),
            lambda: len([one for one in on_the_box(server) if one.startswith("sleep")]) == 2,
        )
        await leave(means.datagram(LOOPBACK, port, SYN, soon()), lambda: bool(came))
        assert came == [SYN]
        assert await means.datagram(LOOPBACK, free_port(), SYN, soon()) == Datagram("refused")
        connection = await vantage._link.ready(soon())
        await until(lambda: not connection._ssh._channels)


async def test_echoes_that_hang_end_in_time_and_count_as_silence(tmp_path: Path) -> None:
    (tmp_path / "ping").write_text(
        "#!/bin/sh\ncase $* in -V) echo iputils 20221126;; *576*) echo PING; exec sleep 60;; "
        "*) echo 1480 bytes from 127.0.0.1: time=1.5 ms;; esac\n"
    )
    (tmp_path / "ping").chmod(0o755)
    path = f"SetEnv PATH={tmp_path}:/usr/bin:/bin SHLVL=1"
    async with jumpbox(tmp_path, path) as (vantage, server):
        means = await vantage.means(soon())
        found = await means.echoes(LOOPBACK, [1500, 604], soon(5))
        assert [one.state for one in found] == ["reply", "silence"]
        await until(lambda: not on_the_box(server))


async def test_what_a_login_file_prints_is_no_answer(tmp_path: Path) -> None:
    """Without a line's end, as a window's title is set; it stands before every output."""
    title = r'printf "\033]0;jump\007Access is refused. "'
    async with jumpbox(tmp_path, wrapper(tmp_path, title)) as (vantage, _):
        means = await vantage.means(soon())
        found = await means.echoes(LOOPBACK, [576, 1500], soon())
        assert [one.state for one in found] == ["reply", "reply"]
        assert abs((await means.clock(soon())).offset_s) < 60
        assert await means.neighbour(LOOPBACK, soon()) == "elsewhere"
        assert await means.sockets(LOOPBACK, 1, soon()) == ()
        async with udp_server(b"\0\1") as (port, _came):
            assert await means.datagram(LOOPBACK, port, SYN, soon()) == Datagram("answers", b"\0\1")
        async with udp_server(None) as (port, _came):
            assert await means.datagram(LOOPBACK, port, SYN, soon(3)) == Datagram("silent")
