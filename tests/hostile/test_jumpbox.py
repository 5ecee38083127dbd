"""Jump boxes that flood, whose commands never end, and that vanish in the middle."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar

import asyncssh
import pytest
import pytest_asyncio

from bot.evidence import Observation
from bot.probes import Target
from bot.vantage.base import Address, Stream
from bot.vantage.jumpbox import Jumpbox
from tests.hostile.hosts import HUNDRED_MEGABYTES, STAGES, flood, good, left, until
from tests.hostile.impostor import NAMES, moving
from tests.hostile.meter import MOST_TAKEN, Meter, seen, words
from tests.probes.servers import Peer, Serve, hosting
from tests.vantage.servers import SshBox, soon, tcp_server

HOST = "10.0.0.1"
MOST_SENT = 1024 * 1024
"""A window of 128 KiB and what both programs and the system buffer."""


class Flooding(SshBox):
    """Every command prints a hundred megabytes, on both outputs; ``printed`` counts them."""

    def __init__(self, piece: str = "nameserver 127.0.0.1 nameserver x" * 99 + "\n") -> None:
        super().__init__()
        self.piece = piece
        self.printed = 0
        self.most_printed = 0

    async def _run(self, process: asyncssh.SSHServerProcess[str]) -> None:
        printed = 0
        try:
            while printed < HUNDRED_MEGABYTES:
                process.stdout.write(self.piece)
                process.stderr.write(self.piece)
                await process.stdout.drain()
                await process.stderr.drain()
                printed += 2 * len(self.piece)
                self.most_printed = max(self.most_printed, printed)
        except (OSError, asyncssh.Error):
            return


@pytest_asyncio.fixture
async def box() -> AsyncIterator[SshBox]:
    server = SshBox()
    await server.start()
    yield server
    await server.stop()


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[int]:
    """A host whose connections end with the test: this jump box forgets some of them."""
    async with tcp_server(lambda reader, writer: serve(Peer(reader, writer))) as port:
        yield port


async def looked(box: SshBox, folder: Path, **more: float) -> dict[str, Observation]:
    vantage = Jumpbox(box.config(folder))
    try:
        found = await seen(vantage, Target(HOST, 3389), **more)
        return {one.probe: one for one in found}
    finally:
        await vantage.close()


async def test_commands_that_print_without_end(tmp_path: Path) -> None:
    box = Flooding()
    await box.start()
    try:
        async with hosting(good()) as host:
            box.routes[(HOST, 3389)] = host.port
            found = await looked(box, tmp_path)
            vantage = Jumpbox(box.config(tmp_path))
            files = await vantage._link.files(soon(20))
            assert await vantage.ping(ip_address(HOST), soon(0.3)) == "unknown"
            await vantage.close()
        assert words(found)["nla.challenge"] == "passed"
        assert len(files.servers) <= 3
        assert 0 < box.most_printed <= MOST_SENT
    finally:
        await box.stop()


async def test_hosts_that_flood_through_a_jump_box(box: SshBox, tmp_path: Path) -> None:
    class Metered(Jumpbox):
        """A jump box with a meter on every stream."""

        meters: ClassVar[list[Meter]] = []

        async def connect(self, address: Address, port: int, deadline: float) -> Stream:  # type: ignore[override]
            self.meters.append(Meter(await super().connect(address, port, deadline)))
            return self.meters[-1]

    for stage in STAGES:
        serve = until(stage, flood(b"\x30\x82\xff\x00", sound_first=stage != "inside"))
        async with served(serve) as port:
            box.routes[(HOST, 3389)] = port
            vantage = Metered(box.config(tmp_path))
            said = words({one.probe: one for one in await seen(vantage, Target(HOST, 3389))})
            await vantage.close()
        assert said["port.tcp"] == said["jumpbox.session"] == "passed"
    assert 0 < max(meter.taken for meter in Metered.meters) <= MOST_TAKEN


# Our server's side of an open that was under way when the connection was cut: nobody runs it.
@pytest.mark.filterwarnings("ignore:.*_Guest._open:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine '_Guest._open':RuntimeWarning")
async def test_a_jump_box_that_vanishes_in_the_middle(box: SshBox, tmp_path: Path) -> None:
    """Its loss is never blamed on the host: no probe of the host fails."""
    for stage in STAGES:

        async def vanish(*_: object) -> None:
            for connection in list(box.connections):
                connection.abort()
            await asyncio.Event().wait()

        async with served(until(stage, vanish)) as port:
            box.routes[(HOST, 3389)] = port
            found = await looked(box, tmp_path, seconds=4.0)
            said = words(found)
            assert said["jumpbox.session"] == "jumpbox.unreachable", (stage, said)
            blamed = {name: word for name, word in said.items() if "." in word}
            assert all(word.startswith("jumpbox.") for word in blamed.values()), (stage, said)


async def test_a_jump_box_that_greets_without_end(tmp_path: Path) -> None:
    """Lines before the version are allowed (RFC 4253 4.2), but not a hundred megabytes."""

    async def greet(peer: Peer) -> None:
        for _ in range(HUNDRED_MEGABYTES // 16000):
            await peer.send(b"welcome, stranger\r\n" * 800)

    box = SshBox()
    async with hosting(greet) as host:
        box.port = host.port
        found = await looked(box, tmp_path, seconds=4.0)
    assert words(found)["jumpbox.session"] in {"jumpbox.unreachable", "jumpbox.timeout"}


async def test_a_jump_box_that_drips(tmp_path: Path) -> None:
    async def drip(peer: Peer) -> None:
        for byte in b"SSH-2.0-OpenSSH_9.2\r\n":
            await peer.send(bytes((byte,)))
            if await left(peer, 1.0):
                return

    box = SshBox()
    async with hosting(drip) as host:
        box.port = host.port
        found = await looked(box, tmp_path, seconds=2.0)
    assert words(found)["jumpbox.session"] == "jumpbox.timeout"


SPOKEN = "".join(NAMES.values()) * 99
"""What a jump box says for itself, and anybody in its place before the login."""


def dead(found: dict[str, Observation]) -> None:
    """Nothing that was said stands in a detail as it is."""
    said = [one.detail for one in found.values()]
    assert any("pwned" in each for each in said)
    assert [moving(each) for each in said if moving(each)] == []
    assert max(map(len, said)) <= 400


async def test_a_stranger_who_hangs_up_with_a_speech(tmp_path: Path) -> None:
    async def hang_up(peer: Peer) -> None:
        await peer.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        await peer.read()
        reason = SPOKEN.encode()
        body = struct.pack(">BII", 1, 2, len(reason)) + reason + bytes(4)
        padding = 16 - (len(body) + 5) % 8
        await peer.send(
            struct.pack(">IB", len(body) + 1 + padding, padding) + body + bytes(padding)
        )
        await peer.read()

    box = SshBox()
    async with hosting(hang_up) as host:
        box.port = host.port
        found = await looked(box, tmp_path, seconds=4.0)
    assert words(found)["jumpbox.session"] == "jumpbox.unreachable"
    dead(found)


@pytest.mark.parametrize("code", [1, 2])
async def test_a_jump_box_that_refuses_with_a_speech(
    box: SshBox, tmp_path: Path, code: int
) -> None:
    """1: prohibited, 2: the connection failed (RFC 4254 5.1)."""
    box.routes[(HOST, 3389)] = asyncssh.ChannelOpenError(code, SPOKEN)
    dead(await looked(box, tmp_path, seconds=4.0))
