"""The jump box vantage against a real OpenSSH server: its error texts, limits and delays."""

import asyncio
import getpass
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

import asyncssh
import pytest

from bot.evidence import Failure
from bot.targets import Rules
from bot.vantage.base import VantageError
from bot.vantage.jumpbox import Jumpbox, JumpboxConfig
from tests.real_programs import program
from tests.vantage.servers import DnsServer, echo, reset, silence, soon, tcp_server

pytestmark = pytest.mark.real

LOOPBACK = ip_address("127.0.0.1")
RULES = Rules.of(["*.corp.example", "localhost", "127.0.0.0/8", "10.0.0.0/8"], [], [])


@dataclass
class Sshd:
    """A running sshd: how to log in, and its process."""

    config: JumpboxConfig
    process: asyncio.subprocess.Process


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def prepare() -> None:
    """As root sshd separates privileges, for which it needs this empty folder."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


@asynccontextmanager
async def sshd(folder: Path, *options: str) -> AsyncIterator[Sshd]:
    """Run OpenSSH in the foreground on the loopback until the block ends."""
    binary = program("sshd")
    prepare()
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    port = free_port()
    (folder / "host_key").touch(mode=0o600)
    (folder / "host_key").write_bytes(host_key.export_private_key("openssh"))
    (folder / "key").touch(mode=0o600)
    (folder / "key").write_bytes(client_key.export_private_key("openssh"))
    (folder / "authorized").write_bytes(client_key.export_public_key("openssh"))
    public = host_key.export_public_key("openssh").decode()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")
    (folder / "sshd_config").write_text(
        "\n".join(
            [
                *options,
                f"Port {port}",
                "ListenAddress 127.0.0.1",
                f"HostKey {folder / 'host_key'}",
                f"AuthorizedKeysFile {folder / 'authorized'}",
                "UsePAM no",
                "StrictModes no",
                "PidFile none",
                "PasswordAuthentication no",
                "PermitRootLogin prohibit-password",
                "SetEnv SHLVL=1",  # so that bash does not read the tester's own .bashrc
            ]
        )
    )
    process = await asyncio.create_subprocess_exec(
        binary, "-D", "-e", "-f", str(folder / "sshd_config"), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while b"listening on" not in (line := await process.stderr.readline()):
        assert line, "sshd ended at once"
    log = asyncio.create_task(process.stderr.read())
    try:
        yield Sshd(
            JumpboxConfig(
                name="dc1", host="127.0.0.1", port=port, user=getpass.getuser(),
                key=folder / "key", known_hosts=folder / "known_hosts", rules=RULES,
            ),
            process,
        )  # fmt: skip
    finally:
        process.kill()
        await process.wait()
        log.cancel()
        await asyncio.wait([log])


@asynccontextmanager
async def jumpbox(folder: Path, *options: str) -> AsyncIterator[tuple[Jumpbox, Sshd]]:
    async with sshd(folder, *options) as server:
        vantage = Jumpbox(server.config)
        try:
            yield vantage, server
        finally:
            await vantage.close()


async def failure(vantage: Jumpbox, port: int, address: str = "127.0.0.1") -> VantageError:
    with pytest.raises(VantageError) as caught:
        await vantage.connect(ip_address(address), port, soon())
    return caught.value


async def test_streams_work_and_a_reset_reads_as_the_end(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _), tcp_server(echo) as port:
        assert (await vantage.session(soon())).state == "ok"
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(b"hello", soon())
        assert await stream.read(9, soon()) == b"hello"
        await stream.close()
        async with tcp_server(reset) as other:
            stream = await vantage.connect(LOOPBACK, other, soon())
            await stream.write(b"x", soon())
            assert await stream.read(9, soon()) == b""
            await stream.close()


async def test_error_texts_of_openssh_are_understood(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        assert (await failure(vantage, free_port())).failure is Failure.TCP_REFUSED
        # TCP to a broadcast address: connect() fails at once and sshd says "open failed".
        error = await failure(vantage, 3389, "127.255.255.255")
        assert error.failure is Failure.TCP_UNREACHABLE
        assert "open failed" in error.detail


@pytest.mark.parametrize("option", ["AllowTcpForwarding no", "PermitOpen 127.0.0.1:1"])
async def test_forbidden_forwarding_is_the_jump_boxs_doing(tmp_path: Path, option: str) -> None:
    async with jumpbox(tmp_path, option) as (vantage, _), tcp_server(echo) as port:
        assert (await vantage.session(soon())).state == "ok"
        error = await failure(vantage, port)
        assert (error.failure, error.state) == (Failure.JUMPBOX_FORWARDING, "forwarding-denied")


async def test_a_key_that_is_not_authorised_is_refused(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _):
        (tmp_path / "authorized").write_text("")
        with pytest.raises(VantageError) as caught:
            await vantage.session(soon())
        assert (caught.value.failure, caught.value.state) == (Failure.JUMPBOX_AUTH, "auth-refused")


async def test_the_key_shown_is_the_key_that_is_pinned(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, server):
        offered = await vantage.offered_key(soon())
        assert offered.line in server.config.known_hosts.read_text()


async def test_names_come_from_the_jump_boxs_files_and_resolver(tmp_path: Path) -> None:
    zone = {("srv.corp.example", "A"): ["127.0.0.1"]}
    async with (
        sshd(tmp_path) as server,
        tcp_server(DnsServer(zone).handle) as port,
    ):
        more = {"resolver": (("127.0.0.1", port),)}
        parts = {name: getattr(server.config, name) for name in JumpboxConfig.__slots__}
        vantage = Jumpbox(JumpboxConfig(**(parts | more)))
        found = await vantage.lookup("localhost", soon())
        assert (found.status, found.resolver) == ("ok", "/etc/hosts")
        found = await vantage.lookup("srv.corp.example", soon())
        assert found.addresses == (LOOPBACK,)
        assert (await vantage.lookup("gone.corp.example", soon())).status == "nxdomain"
        await vantage.close()


async def test_refused_sessions_do_not_matter_to_streams(tmp_path: Path) -> None:
    async with jumpbox(tmp_path, "MaxSessions 0") as (vantage, _), tcp_server(echo) as port:
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(b"x", soon())
        assert await stream.read(9, soon()) == b"x"
        await stream.close()
        assert await vantage.ping(LOOPBACK, soon()) == "unknown"


async def test_a_hundred_streams_at_once(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, _), tcp_server(echo) as port:

        async def visit() -> bytes:
            stream = await vantage.connect(LOOPBACK, port, soon())
            await stream.write(b"x", soon())
            answer = await stream.read(9, soon())
            await stream.close()
            return answer

        assert await asyncio.gather(*(visit() for _ in range(100))) == [b"x"] * 100
        connection = await vantage._link.ready(soon())
        assert connection.abandoned == 0


async def test_a_stopped_jump_box_is_not_a_silent_host(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, server), tcp_server(silence) as port:
        await vantage._link.files(soon())
        await vantage._link.survey(soon())
        stream = await vantage.connect(LOOPBACK, port, soon())
        with pytest.raises(VantageError) as silent_host:
            await stream.read(9, soon(0.4))
        assert silent_host.value.failure is Failure.PROBE_DEADLINE
        stopped = children(server.process.pid)
        send(signal.SIGSTOP, stopped)
        try:
            for attempt in (
                lambda: stream.read(9, soon(1.2)),
                lambda: vantage.connect(LOOPBACK, port, soon(1.2)),
            ):
                with pytest.raises(VantageError) as silent_box:
                    await attempt()
                assert silent_box.value.failure is Failure.JUMPBOX_TIMEOUT
        finally:
            send(signal.SIGCONT, stopped)
        await stream.close()


async def test_a_stopped_jump_box_on_the_way_to_another_is_named(tmp_path: Path) -> None:
    for name in ("outer", "inner"):
        (tmp_path / name).mkdir()
    async with (
        jumpbox(tmp_path / "outer") as (outer, server),
        sshd(tmp_path / "inner") as behind,
        tcp_server(silence) as port,
    ):
        inner = Jumpbox(replace(behind.config, name="dc2", via=outer))
        stream = await inner.connect(LOOPBACK, port, soon())
        stopped = children(server.process.pid)
        send(signal.SIGSTOP, stopped)
        try:
            with pytest.raises(VantageError) as silent_box:
                await stream.read(9, soon(1.2))
        finally:
            send(signal.SIGCONT, stopped)
        assert (silent_box.value.failure, silent_box.value.box) == (Failure.JUMPBOX_TIMEOUT, "dc1")
        await stream.close()
        await inner.close()


async def test_the_connection_is_made_anew_when_sshd_dropped_it(tmp_path: Path) -> None:
    async with jumpbox(tmp_path) as (vantage, server), tcp_server(echo) as port:
        first = await vantage.connect(LOOPBACK, port, soon())
        send(signal.SIGKILL, children(server.process.pid))
        with pytest.raises(VantageError) as lost:
            await first.read(9, soon())
        assert lost.value.failure is Failure.JUMPBOX_UNREACHABLE
        stream = await vantage.connect(LOOPBACK, port, soon())
        await stream.write(b"back", soon())
        assert await stream.read(9, soon()) == b"back"
        await first.close()
        await stream.close()


def send(number: int, pids: list[int]) -> None:
    """Signal processes; one that has ended meanwhile does not keep the others from it."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def children(pid: int) -> list[int]:
    """All descendants of a process: sshd serves each connection in one or two."""
    found: list[int] = []
    with suppress(OSError):  # it has ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found
