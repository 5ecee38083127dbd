"""The jump box as asyncssh's client sees it: forwarding, its failures, and its switches."""

import asyncio
import contextlib
import gc
import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from bot.lab import JumpboxState, Lab, NoSuchHost
from tests.lab.client import request

Connection = asyncssh.SSHClientConnection


@contextlib.asynccontextmanager
async def connected(
    lab: Lab, folder: Path, *, user: str = "probe", key: str = "lab_key"
) -> AsyncIterator[Connection]:
    lab.settings_toml(folder)
    async with asyncssh.connect(
        "127.0.0.1",
        lab.jumpbox.port,
        username=user,
        client_keys=[str(folder / key)],
        known_hosts=str(folder / "lab_known_hosts"),
        config=None,
        agent_path=None,
    ) as connection:
        yield connection


async def opened(connection: Connection, host: str, port: int = 3389) -> bytes:
    reader, writer = await connection.open_connection(host, port, encoding=None)
    writer.write(request(3))
    answer: bytes = await reader.read(100)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("host", ["192.0.2.11", "srv-app-01.lab.example"])
async def test_it_forwards_to_the_hosts(lab: Lab, tmp_path: Path, host: str) -> None:
    async with connected(lab, tmp_path) as connection:
        assert (await opened(connection, host))[5] == 0xD0


@pytest.mark.parametrize("port", [445, 135, 5985])
async def test_windows_ports_beside_rdp_are_open(lab: Lab, tmp_path: Path, port: int) -> None:
    async with connected(lab, tmp_path) as connection:
        _, writer = await connection.open_connection("192.0.2.42", port, encoding=None)
        writer.close()


@pytest.mark.parametrize("port", [3389, 22])
async def test_a_refused_port_fails_as_openssh_says_it(lab: Lab, tmp_path: Path, port: int) -> None:
    async with connected(lab, tmp_path) as connection:
        with pytest.raises(asyncssh.ChannelOpenError) as caught:
            await opened(connection, "192.0.2.41", port)
    assert (caught.value.code, caught.value.reason) == (2, "Connection refused")


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("192.0.2.42", 3389),
        ("198.51.100.11", 3389),
        ("198.51.100.11", 445),
        ("192.0.2.200", 3389),
        ("127.0.0.1", 22),
    ],
)
async def test_a_silent_port_never_answers(lab: Lab, tmp_path: Path, host: str, port: int) -> None:
    async with connected(lab, tmp_path) as connection:
        attempt = asyncio.ensure_future(opened(connection, host, port))
        await opened(connection, "192.0.2.11")
        assert not attempt.done()
        attempt.cancel()


async def test_the_other_user_and_the_other_key_are_refused(lab: Lab, tmp_path: Path) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    stranger.write_private_key(str(tmp_path / "stranger"))
    with pytest.raises(asyncssh.PermissionDenied):
        async with connected(lab, tmp_path, user="root"):
            pass
    with pytest.raises(asyncssh.PermissionDenied):
        async with connected(lab, tmp_path, key="stranger"):
            pass


async def test_commands(lab: Lab, tmp_path: Path) -> None:
    async with connected(lab, tmp_path) as connection:
        config = await connection.run("cat /etc/resolv.conf")
        assert "nameserver 192.0.2.53" in str(config.stdout)
        missing = await connection.run("reboot")
        assert missing.exit_status == 127


async def test_down_and_up_again_on_the_same_port(lab: Lab, tmp_path: Path) -> None:
    async with connected(lab, tmp_path) as connection:
        await lab.switch_jumpbox(JumpboxState.DOWN)
        async with asyncio.timeout(5):
            await connection.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        async with connected(lab, tmp_path):
            pass
    await lab.switch_jumpbox(JumpboxState.UP)
    async with connected(lab, tmp_path) as connection:
        assert await opened(connection, "192.0.2.11")


async def test_other_host_key(lab: Lab, tmp_path: Path) -> None:
    await lab.switch_jumpbox(JumpboxState.OTHER_HOST_KEY)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        async with connected(lab, tmp_path):
            pass


async def test_refused_key(lab: Lab, tmp_path: Path) -> None:
    await lab.switch_jumpbox(JumpboxState.REFUSES_KEY)
    with pytest.raises(asyncssh.PermissionDenied):
        async with connected(lab, tmp_path):
            pass


async def test_forbidden_forwarding(lab: Lab, tmp_path: Path) -> None:
    await lab.switch_jumpbox(JumpboxState.NO_FORWARDING)
    async with connected(lab, tmp_path) as connection:
        with pytest.raises(asyncssh.ChannelOpenError) as caught:
            await opened(connection, "192.0.2.11")
        assert caught.value.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED
        assert (await connection.run("true")).exit_status == 0


async def test_the_branch_breaks_and_the_head_office_does_not(lab: Lab, tmp_path: Path) -> None:
    await lab.switch_jumpbox(JumpboxState.DOWN, "branch")
    async with connected(lab, tmp_path) as connection:
        assert await opened(connection, "192.0.2.11")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", lab.branch.port)
    await lab.switch_jumpbox(JumpboxState.DEAD_RESOLVER, "branch")
    assert [each.names.dead for each in lab.places.values()] == [False, True]
    with pytest.raises(NoSuchHost, match="cellar"):
        await lab.switch_jumpbox(JumpboxState.UP, "cellar")


async def test_what_is_cut_before_it_is_opened_leaves_no_warning(lab: Lab, tmp_path: Path) -> None:
    async with connected(lab, tmp_path) as connection:
        (visit,) = lab.jumpbox._visits
        waiting = visit.connection_requested("192.0.2.11", 3389, "", 0)
        assert inspect.isawaitable(waiting), "asyncssh awaits it later, or drops it"
        connection.abort()
    del waiting
    gc.collect()  # a coroutine that nobody awaited would say so now


async def test_nothing_is_left_open_for_a_client_that_has_gone(lab: Lab, tmp_path: Path) -> None:
    async with connected(lab, tmp_path) as connection:
        opening = asyncio.create_task(opened(connection, "192.0.2.12"))  # half a second away
        await asyncio.sleep(0.1)
        connection.abort()
    with pytest.raises((ConnectionError, asyncssh.Error)):
        await opening
    for _ in range(100):
        if lab.host("srv-app-02").seen.connections:
            break
        await asyncio.sleep(0.05)
    await lab.close()
    gc.collect()  # what is left open says so now, and pytest takes it for an error
