"""Cancelled looks and lost jump boxes leave no channel, task, descriptor or child behind."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from bot.evidence import Observation
from bot.lab import Lab
from bot.lab.hosts import RDP_PORT
from bot.lab.jumpbox import JumpboxState
from bot.probes import Target
from bot.probes.run import look
from bot.targets import Rules
from bot.vantage.direct import Direct
from bot.vantage.jumpbox import Jumpbox, JumpboxConfig
from tests.hostile.hosts import good
from tests.hostile.leaks import nothing_left, until
from tests.probes.servers import hosting

POINTS = 50
SEED = 11
GATEWAY = Target("rdg-01.lab.example", 443)
# Hosts that answer: where a port is silent, SSH cannot take an open back until the box gives up.
ANSWERING = ("srv-app-01", "srv-app-02", "srv-db-01", "srv-db-03", "srv-file-03", "pc-sales-13")
HEALTHY = ANSWERING[:2]
SILENT = ("srv-file-02", "pc-sales-11")


def jumpbox(lab: Lab, folder: Path) -> Jumpbox:
    """The lab's jump box as a vantage."""
    lab.settings_toml(folder)
    rules = Rules.of(["*.lab.example", "192.0.2.0/24", "198.51.100.0/24"], [], [])
    key, known_hosts = folder / "lab_key", folder / "lab_known_hosts"
    port = lab.jumpbox.port
    return Jumpbox(JumpboxConfig("lab", "127.0.0.1", port, "probe", key, known_hosts, rules))


def channels(lab: Lab) -> int:
    """Channels that are open on the jump box's side."""
    return sum(len(visit._connection._channels) for visit in lab.jumpbox._visits)


def looking(vantage: Jumpbox, name: str, seconds: float = 6.0) -> "asyncio.Task[list[Observation]]":
    """A look that has begun."""
    target = Target(f"{name}.lab.example", RDP_PORT, GATEWAY)
    deadline = asyncio.get_running_loop().time() + seconds
    return asyncio.create_task(look(vantage, target, deadline=deadline, connect_timeout=1.0))


async def stop(task: "asyncio.Task[list[Observation]]") -> None:
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() or task.exception() is None


async def test_a_cancelled_look_leaves_nothing(tmp_path: Path) -> None:
    random = Random(SEED)  # noqa: S311 - no secret
    async with Lab() as lab, nothing_left():
        vantage = jumpbox(lab, tmp_path)
        for point in range(POINTS):
            task = looking(vantage, random.choice(ANSWERING))
            if point % 2:
                await asyncio.sleep(random.uniform(0, 0.25))
            for _ in range(random.randrange(60)):
                await asyncio.sleep(0)
            await stop(task)
            assert await until(lambda: not channels(lab)), f"point {point}"
            connection = vantage._link._current
            if connection is not None:
                assert await until(lambda: not connection._ssh._channels)  # noqa: B023
                assert connection.abandoned == 0
                assert vantage._link._channels._value == 128
        await vantage.close()


async def test_a_cancelled_first_look_leaves_no_login(tmp_path: Path) -> None:
    """Each look has to log in first, and most are cancelled meanwhile."""
    random = Random(SEED + 1)  # noqa: S311 - no secret
    async with Lab() as lab, nothing_left():
        for _ in range(POINTS // 2):
            vantage = jumpbox(lab, tmp_path)
            task = looking(vantage, random.choice((*ANSWERING, *SILENT)))
            await asyncio.sleep(random.uniform(0, 0.08))
            await stop(task)
            await vantage.close()
            assert await until(lambda: not lab.jumpbox._visits)


async def test_a_cancelled_look_from_here_leaves_nothing(tmp_path: Path) -> None:
    """A closed port, so that the look goes on to other ports and a ping of the system's."""
    random = Random(SEED + 3)  # noqa: S311 - no secret
    vantage = Direct(Rules.exactly("127.0.0.1"))
    async with nothing_left():
        for _ in range(POINTS):
            deadline = asyncio.get_running_loop().time() + 6
            task = asyncio.create_task(look(vantage, Target("127.0.0.1", 1), deadline=deadline))
            await asyncio.sleep(random.uniform(0, 0.04))
            await stop(task)


async def test_a_cancelled_look_at_an_open_port_from_here_leaves_nothing() -> None:
    """The system's ping and ss are asked about the way to it."""
    random = Random(SEED + 4)  # noqa: S311 - no secret
    vantage = Direct(Rules.exactly("127.0.0.1"))
    async with hosting(good()) as host, nothing_left():
        for _ in range(POINTS):
            deadline = asyncio.get_running_loop().time() + 6
            target = Target("127.0.0.1", host.port)
            task = asyncio.create_task(look(vantage, target, deadline=deadline))
            await asyncio.sleep(random.uniform(0, 0.25))
            await stop(task)
        await vantage.close()


async def test_silent_hosts_leave_nothing_once_the_jump_box_is_let_go(tmp_path: Path) -> None:
    async with Lab() as lab, nothing_left():
        vantage = jumpbox(lab, tmp_path)
        for name in (*SILENT, *SILENT):
            task = looking(vantage, name)
            await asyncio.sleep(0.2)
            await stop(task)
        await vantage.close()
        assert await until(lambda: not lab.jumpbox._visits)


# The lab's side of an open that was under way when the connection was cut: nobody runs it.
@pytest.mark.filterwarnings("ignore:.*_Visit._open:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine '_Visit._open':RuntimeWarning")
@pytest.mark.parametrize("kind", ["closed", "cut"])
async def test_a_jump_box_that_is_lost_leaves_nothing(tmp_path: Path, kind: str) -> None:
    random = Random(SEED + 2)  # noqa: S311 - no secret
    async with Lab() as lab, nothing_left():
        vantage = jumpbox(lab, tmp_path)
        for _ in range(12):
            name = random.choice((*ANSWERING, *SILENT))
            task = looking(vantage, name, 3.0)
            await asyncio.sleep(random.uniform(0, 0.2))
            if kind == "cut":
                for visit in list(lab.jumpbox._visits):
                    visit.leave()
            else:
                await lab.switch_jumpbox(JumpboxState.DOWN)
            failed = {one.probe: one for one in await task if one.failure}
            if name in HEALTHY:  # it is never blamed
                # The lab's authority is not trusted here, and that the gateway did say.
                assert failed.keys() <= {"jumpbox.session", "gateway.tls"}, failed
            await lab.switch_jumpbox(JumpboxState.UP)
        await vantage.close()
        assert await until(lambda: not lab.jumpbox._visits)
