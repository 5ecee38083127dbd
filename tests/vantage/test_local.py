"""What this machine can do besides streams, with its own tools; and no process left behind."""

import asyncio
import os
from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.evidence import Failure
from bot.targets import Rules, TargetRefused
from bot.vantage import local
from bot.vantage.base import Cannot, Datagram, Means, VantageError
from bot.vantage.commands import Command
from bot.vantage.direct import Direct
from bot.vantage.local import OwnMeans
from bot.vantage.outputs import Survey
from tests.real_programs import program
from tests.vantage.servers import silence, soon, tcp_server
from tests.vantage.udp import udp_server

LOOPBACK = ip_address("127.0.0.1")
RULES = Rules.of(["127.0.0.0/8"], [], [])
CLOSED = ip_address("10.0.0.1")


@pytest.fixture
def means() -> Means:
    return OwnMeans(RULES, Survey("Linux", frozenset({"ip", "ss"}), 20221126))


async def test_a_command_has_output_status_and_input() -> None:
    ran = await local.run(Command("cat; exit 3", b"fed"), soon())
    assert (ran.output, ran.status) == ("fed", 3)
    assert ran.began <= ran.heard <= soon(0)


async def test_output_is_bounded() -> None:
    ran = await local.run(Command("yes"), soon())
    assert len(ran.output) == local.MAX_OUTPUT


async def test_what_came_before_the_deadline_counts() -> None:
    ran = await local.run(Command("echo first; exec sleep 60"), soon(0.5))
    assert ran.output == "first\n"
    with pytest.raises(VantageError) as caught:
        await local.run(Command("exec sleep 60"), soon(0.1))
    assert caught.value.failure is Failure.PROBE_DEADLINE


async def test_a_watched_command_is_told_to_end() -> None:
    ran = await local.run(Command("echo first; cat; echo last", watched=True), soon(1))
    assert ran.output == "first\nlast\n"


async def test_a_caller_who_leaves_leaves_nothing(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = Command(f"sleep 60 & echo $$ $! > {pids}; wait", watched=True)
    task = asyncio.create_task(local.run(command, soon()))
    async with asyncio.timeout(10):
        while not pids.exists() or not pids.read_text().split():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    async with asyncio.timeout(10):
        while any(alive(int(pid)) for pid in pids.read_text().split()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # an orphan is reaped by whoever is init here


async def test_without_a_shell_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def missing(*args: object, **options: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", missing)
    means = await Direct(RULES).means(soon())
    with pytest.raises(Cannot, match="this machine runs no commands for us: it has no shell"):
        await means.neighbour(LOOPBACK, soon())


async def test_its_clock_is_ours_and_no_way_leads_to_it(means: Means) -> None:
    with pytest.raises(Cannot, match="own clock"):
        await means.clock(soon())
    assert await means.leg_ms(soon()) == 0.0


async def test_one_datagram(means: Means) -> None:
    async with udp_server(b"answer") as (port, came):
        answer = await means.datagram(LOOPBACK, port, bytes(1232), soon())
        assert answer == Datagram("answers", b"answer")
        assert came == [bytes(1232)]
    async with udp_server(None) as (port, came):
        assert await means.datagram(LOOPBACK, port, b"x", soon(0.3)) == Datagram("silent")
        assert came == [b"x"]
    assert await means.datagram(LOOPBACK, port, b"x", soon()) == Datagram("refused")


async def test_a_datagram_that_cannot_be_sent() -> None:
    broadcast = ip_address("255.255.255.255")
    with pytest.raises(Cannot, match="cannot send a datagram"):
        await local.datagram(broadcast, 9, b"x", soon())


async def test_closed_addresses_are_refused(means: Means) -> None:
    for attempt in (
        means.echoes(CLOSED, [1500], soon()),
        means.neighbour(CLOSED, soon()),
        means.datagram(CLOSED, 3389, b"x", soon()),
        means.sockets(CLOSED, 3389, soon()),
    ):
        with pytest.raises(TargetRefused):
            await attempt


@pytest.mark.real
async def test_this_machine_is_surveyed_once_and_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("ping", "ip", "ss"):
        program(tool)
    asked = list[Survey]()

    async def survey(deadline: float) -> Survey:
        asked.append(await local_survey(deadline))
        return asked[-1]

    local_survey = local.survey
    monkeypatch.setattr(local, "survey", survey)
    vantage = Direct(RULES)
    means = await vantage.means(soon())
    assert asked == [], "nothing is run that nobody needs"
    await asyncio.gather(*(means.neighbour(LOOPBACK, soon()) for _ in range(3)))
    assert [(one.system, one.trouble) for one in asked] == [("Linux", "")]
    (echo,) = await means.echoes(LOOPBACK, [1500], soon())
    assert (echo.size, echo.state) == (1500, "reply")
    assert await means.neighbour(LOOPBACK, soon()) == "elsewhere"
    async with tcp_server(silence) as port:
        stream = await vantage.connect(LOOPBACK, port, soon())
        assert len(await means.sockets(LOOPBACK, port, soon())) == 1
        await stream.close()
    assert await vantage.means(soon()) is means
    assert len(asked) == 1
