"""Commands on a connection: turns, limits, and whose fault it is when nothing comes."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.evidence import Failure
from bot.vantage.base import Cannot, VantageError
from bot.vantage.commands import CLOCK, SURVEY, Command
from bot.vantage.jumpbox import Jumpbox, sessions
from bot.vantage.jumpbox.connection import Connection
from bot.vantage.jumpbox.sessions import SLOW
from tests.vantage.jumpbox.test_streams import until
from tests.vantage.servers import SshBox, soon

HOST = ip_address("10.0.0.1")


async def ready(jumpbox: Jumpbox) -> Connection:
    """The connection, once the commands that follow a login are over."""
    connection, _ = await jumpbox._link.survey(soon())
    await jumpbox._link.files(soon())
    return connection


async def failure(connection: Connection, command: str, seconds: float) -> VantageError:
    with pytest.raises(VantageError) as caught:
        await connection.execute(Command(command), soon(seconds))
    return caught.value


async def test_a_command_that_says_nothing_is_no_silence_of_the_jump_box(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    """It may be slow, and its streams go on: so it cannot tell, and nobody is blamed."""
    assert server.commands is not None
    server.commands["sleep"] = "hang"
    connection = await ready(jumpbox)
    with pytest.raises(Cannot, match="did not answer in time"):
        await connection.execute(Command("sleep"), soon(0.2))


async def test_when_all_room_is_taken_nobody_is_blamed(
    server: SshBox, jumpbox: Jumpbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.commands is not None
    server.commands |= {"sleep": "hang", "true": "done"}
    connection = await ready(jumpbox)
    connection._sessions._limit = 1
    running = asyncio.create_task(connection.execute(Command("sleep"), soon()))
    await until(lambda: "sleep" in server.ran)
    assert (await failure(connection, "true", 0.1)).failure is Failure.PROBE_DEADLINE
    left = asyncio.create_task(connection.execute(Command("true"), soon()))
    stays = asyncio.create_task(connection.execute(Command("true"), soon()))
    await asyncio.sleep(0.01)
    left.cancel()
    running.cancel()
    await asyncio.wait([left, running])
    assert (await stays).output == "done"
    assert connection._sessions._running == 0
    assert not connection._sessions._queue


async def test_cancelled_at_any_moment_a_command_gives_its_turn_back(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    assert server.commands is not None
    server.commands |= {"sleep": "hang", "true": "done"}
    connection = await ready(jumpbox)
    connection._sessions._limit = 2
    for turns in range(1, 30):
        tasks = [
            asyncio.create_task(connection.execute(Command("sleep"), soon())) for _ in range(3)
        ]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert connection._sessions._running == 0
        assert not connection._sessions._queue
    assert (await connection.execute(Command("true"), soon())).output == "done"
    await until(lambda: not connection._ssh._channels)


async def test_output_is_bounded(
    server: SshBox, jumpbox: Jumpbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.commands is not None
    server.commands["much"] = "x" * 5000
    monkeypatch.setattr(sessions, "MAX_OUTPUT", 100)
    connection = await ready(jumpbox)
    assert (await connection.execute(Command("much"), soon())).output == "x" * 100


async def test_a_lost_connection_is_the_jump_boxs_fault(server: SshBox, jumpbox: Jumpbox) -> None:
    assert server.commands is not None
    server.commands["sleep"] = "hang"
    connection = await ready(jumpbox)
    running = asyncio.create_task(connection.execute(Command("sleep"), soon()))
    await until(lambda: "sleep" in server.ran)
    for one in list(server.connections):
        one.abort()
    await asyncio.wait([running])
    assert isinstance(running.exception(), VantageError | None)
    for attempt in (
        connection.execute(CLOCK, soon()),
        connection.round_trip(soon()),
    ):
        with pytest.raises(VantageError) as caught:
            await attempt
        assert caught.value.failure is Failure.JUMPBOX_UNREACHABLE


async def test_a_survey_is_made_once_for_each_connection(server: SshBox, jumpbox: Jumpbox) -> None:
    assert server.commands is not None
    server.commands[SURVEY.line] = "survey 42\nsystem FreeBSD\n"
    for _ in range(3):
        means = await jumpbox.means(soon())
        with pytest.raises(Cannot, match="jump box dc1 runs FreeBSD"):
            await means.echoes(HOST, [1500], soon())
    assert server.ran.count(SURVEY.line) == 1
    for one in list(server.connections):
        one.abort()
    server.commands[SURVEY.line] = "survey 42\nsystem Linux\nping iputils 20221126\n"
    async with asyncio.timeout(10):
        while server.ran.count(SURVEY.line) == 1:
            await jumpbox.means(soon())
            await asyncio.sleep(0.01)
    assert (await jumpbox._link.survey(soon()))[1].ping == 20221126


@pytest.mark.parametrize("version", ["OpenSSH_for_Windows_9.5", "1.00 FlowSsh: Bitvise WinSSHD"])
async def test_a_windows_machine_is_known_by_its_server_in_any_language(
    server: SshBox, tmp_path: Path, version: str
) -> None:
    await server.stop()
    server.version = version
    await server.start()
    assert server.commands is not None
    server.commands[SURVEY.line] = "Das System kann den angegebenen Pfad nicht finden.\r\n"
    vantage = Jumpbox(server.config(tmp_path))
    means = await vantage.means(soon())
    with pytest.raises(Cannot, match="it is a Windows machine"):
        await means.echoes(HOST, [1500], soon())
    await vantage.close()


async def test_a_survey_that_hangs_blames_nobody_and_is_made_again(
    server: SshBox, jumpbox: Jumpbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.commands is not None
    monkeypatch.setattr("bot.vantage.jumpbox.link.SURVEY_TIMEOUT", 0.2)
    server.commands[SURVEY.line] = "hang"
    for seconds in (0.05, 20):
        assert (await jumpbox._link.survey(soon(seconds)))[1].trouble == SLOW
    server.commands[SURVEY.line] = "survey 42\nsystem Linux\n"
    assert (await jumpbox._link.survey(soon()))[1].system == "Linux"


async def test_refused_sessions_are_told(server: SshBox, jumpbox: Jumpbox) -> None:
    server.commands = None
    await server.stop()
    await server.start()
    means = await jumpbox.means(soon())
    with pytest.raises(Cannot, match="no session"):
        await means.clock(soon())
    assert await means.leg_ms(soon()) > 0
