"""The places to look from die and come back; the host is never blamed for it."""

import asyncio
import os
import pwd
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.lab import JumpboxState
from bot.sandbox.world import Message
from tests.faults.tools import children
from tests.real.cli import JUMPBOX, Way
from tests.real.processes import child, wait_for
from tests.real.sshd import sshd
from tests.real_programs import program
from tests.whole.cards import labels, said
from tests.whole.support import Whole, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOX = "ssh1"


async def test_a_resolver_that_is_dead_is_named_and_the_host_is_not_blamed(world: Whole) -> None:
    await world.lab.switch_jumpbox(JumpboxState.DEAD_RESOLVER)
    card = await world.open()
    assert "certificate: expired" not in said(card).lower()
    assert "DNS" in said(card)
    await world.lab.switch_jumpbox(JumpboxState.UP)
    await recheck(world, card)
    assert "expired" in said(card)
    assert world.cards() == [card]


@pytest.mark.real
async def test_a_jump_box_that_dies_in_mid_probe_and_comes_back(tmp_path: Path) -> None:
    """OpenSSH, killed with every connection that it holds, started anew with the same keys."""
    async with behind_openssh(tmp_path) as far:
        world, mute = far.world, far.mute
        line = f"/rdp 127.0.0.1:{mute.port} via {BOX}"
        assert (await world.slack.command("asker", "helpdesk", line)).ok
        await world.wait(mute.taken.is_set, "the probe")
        far.kill()
        (card,) = await world.wait(lambda: cards(world), "the card")
        await world.moved(card)
        assert BOX in said(card)
        assert "jump box" in said(card).lower()
        assert "hangs" not in said(card)
        far.start()
        await recheck(world, card)
        assert "this time the jump box let the probes through" in said(card)
        assert "Worse than before" not in said(card)
        assert f"Port {mute.port}  open" in said(card)
        assert cards(world) == [card]
        await world.bot.stop()


async def recheck(world: Whole, card: Message) -> None:
    """Ask for another look, by the button or in the menu."""
    if "Re-check" in labels(card):
        await world.press(card, "Re-check")
    else:
        await world.choose(card, "recheck")


def cards(world: Whole) -> list[Message]:
    return world.slack.from_app("helpdesk")


class Mute:
    """A host that takes a connection and says nothing."""

    def __init__(self) -> None:
        self.taken = asyncio.Event()
        self.port = 0

    async def listen(self) -> asyncio.Server:
        """Listen on a free port."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken.set()
        with suppress(OSError):
            while await reader.read(1000):
                pass
        writer.close()


@dataclass
class Far:
    """A world whose way to a mute host leads through OpenSSH."""

    world: Whole
    mute: Mute
    config: Path
    port: int
    stack: ExitStack
    pid: int = 0

    def start(self) -> None:
        """Start the server; the second time with the keys and on the port of the first."""
        log = self.config.with_suffix(".log")
        command = [program("sshd"), "-D", "-e", "-f", str(self.config)]
        process = self.stack.enter_context(child(command, log))
        wait_for(process, log, lambda: "listening" in log.read_text(encoding="utf-8"))
        self.pid = process.pid

    def kill(self) -> None:
        """End the server and whatever serves its connections, without warning."""
        for pid in (self.pid, *children(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def behind_openssh(folder: Path) -> AsyncIterator[Far]:
    """Keys and configuration come from ``tests.real``; the server is our own to kill."""
    with sshd(folder / "sshd") as box:
        way = Way.to(box)
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(ExitStack())
        world = await stack.enter_async_context(whole(folder, start=False))
        mute = Mute()
        stack.callback((await mute.listen()).close)
        far = Far(world, mute, folder / "sshd" / "sshd_config", way.port, servers)
        far.start()
        (folder / "known_hosts").write_text(way.known_host, encoding="ascii")
        text = world.config.read_text(encoding="utf-8")
        user = pwd.getpwuid(os.geteuid()).pw_name
        box_lines = JUMPBOX.format(way=way, user=user, allow='["127.0.0.1/32"]', via="")
        targets = f'[targets]\nports = [3389, {mute.port}]\nallow = ["127.0.0.1/32", '
        text = text.replace("[targets]\nallow = [", targets)
        world.config.write_text(f"{text}\n{box_lines}", encoding="utf-8")
        await world.bot.start()
        yield far
