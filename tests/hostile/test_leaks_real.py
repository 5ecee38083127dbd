"""The same with OpenSSH as the jump box and xrdp behind it: what the system itself counts."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot.evidence import Observation
from bot.probes import Target
from bot.probes.run import look
from bot.vantage.jumpbox import Jumpbox
from tests.hostile.leaks import children, nothing_left, until
from tests.real.material import Recipe, certificate
from tests.real.processes import Server
from tests.real.xrdp import Setup, xrdp
from tests.vantage.jumpbox.test_openssh import RULES, Sshd, sshd

pytestmark = pytest.mark.real

POINTS = 50
LOSSES = 10
SEED = 21


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("leaks") / "xrdp"
    with xrdp(folder, certificate(folder, Recipe()), Setup()) as running:
        yield running


@asynccontextmanager
async def behind(folder: Path) -> AsyncIterator[tuple[Jumpbox, Sshd]]:
    """A vantage over a fresh sshd; at the end it holds nothing any more."""
    # A home without start-up files: commands shall take no longer than they must.
    async with sshd(folder, f"SetEnv HOME={folder}") as box:
        async with nothing_left():
            vantage = Jumpbox(replace(box.config, rules=RULES))
            try:
                yield vantage, box
            finally:
                await vantage.close()
        assert await until(lambda: not children(box.process.pid)), "sshd still serves us"


def streams(port: int) -> int:
    """Connections to a port that are established, as the kernel sees them (/proc/net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows[1:])


def looking(vantage: Jumpbox, port: int) -> "asyncio.Task[list[Observation]]":
    deadline = asyncio.get_running_loop().time() + 8
    target = Target("127.0.0.1", port)
    return asyncio.create_task(look(vantage, target, deadline=deadline, connect_timeout=2.0))


async def test_a_cancelled_look_leaves_nothing(tmp_path: Path, host: Server) -> None:
    random = Random(SEED)  # noqa: S311 - no secret
    async with behind(tmp_path) as (vantage, _):
        for point in range(POINTS):
            task = looking(vantage, host.port)
            await asyncio.sleep(random.uniform(0, 0.3))
            task.cancel()
            await asyncio.wait([task])
            connection = vantage._link._current
            if connection is not None:
                assert await until(lambda: not connection._ssh._channels), f"point {point}"  # noqa: B023
            assert await until(lambda: not streams(host.port)), f"point {point}"


async def test_a_jump_box_that_is_killed_leaves_nothing(tmp_path: Path, host: Server) -> None:
    random = Random(SEED + 1)  # noqa: S311 - no secret
    async with behind(tmp_path) as (vantage, box):
        for _ in range(LOSSES):
            task = looking(vantage, host.port)
            await asyncio.sleep(random.uniform(0, 0.3))
            for pid in children(box.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            failed = {one.probe: str(one.failure) for one in await task if one.failure}
            # xrdp has neither NLA nor UDP, which is all that may be said against it.
            assert failed.items() <= {
                ("jumpbox.session", "jumpbox.unreachable"),
                ("nla.challenge", "nla.not_offered"),
                ("udp.transport", "udp.refused"),
            }
            assert await until(lambda: not streams(host.port))
