"""Logging in to a jump box: every way in which it can go wrong has its own word."""

import asyncio
import socket
from ipaddress import ip_address
from pathlib import Path

import asyncssh
import pytest

from bot.evidence import Failure
from bot.vantage.base import VantageError
from bot.vantage.jumpbox import Jumpbox
from tests.vantage.servers import DnsServer, SshBox, echo, silence, soon, tcp_server

HOST = ip_address("10.0.0.1")


async def refused(vantage: Jumpbox, seconds: float = 20.0) -> VantageError:
    """The failure of a session; the vantage is closed."""
    try:
        with pytest.raises(VantageError) as caught:
            await vantage.session(soon(seconds))
    finally:
        await vantage.close()
    return caught.value


async def test_a_login_reports_how_long_it_took(jumpbox: Jumpbox) -> None:
    session = await jumpbox.session(soon())
    assert session.state == "ok"
    assert session.connect_ms > 0
    assert jumpbox.name == "dc1"


async def test_an_unknown_host_key_is_a_hard_stop(server: SshBox, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("# nothing yet\n")
    error = await refused(Jumpbox(server.config(tmp_path)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_HOST_KEY, "host-key-unknown")
    assert server.host_key.get_fingerprint() in error.detail
    assert "rdp-triage jumpbox trust dc1" in error.detail
    assert server.logins == 0


async def test_a_changed_host_key_is_told_from_an_unknown_one(
    server: SshBox, tmp_path: Path
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "known_hosts").write_text(server.pinned(other))
    error = await refused(Jumpbox(server.config(tmp_path)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_HOST_KEY, "host-key-changed")
    assert server.host_key.get_fingerprint() in error.detail
    assert other.get_fingerprint() in error.detail
    assert server.logins == 0


async def test_a_key_of_another_kind_is_a_changed_key(server: SshBox, tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    (tmp_path / "known_hosts").write_text(server.pinned(other))
    error = await refused(Jumpbox(server.config(tmp_path)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_HOST_KEY, "host-key-changed")
    assert server.host_key.get_fingerprint() in error.detail


async def test_a_revoked_host_key_is_not_accepted(server: SshBox, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(f"@revoked {server.pinned()}")
    error = await refused(Jumpbox(server.config(tmp_path)))
    assert error.failure is Failure.JUMPBOX_HOST_KEY
    assert server.logins == 0


async def test_without_a_known_hosts_file_nothing_is_trusted(
    server: SshBox, tmp_path: Path
) -> None:
    error = await refused(Jumpbox(server.config(tmp_path, known_hosts=tmp_path / "missing")))
    assert (error.failure, error.state) == (Failure.JUMPBOX_HOST_KEY, "host-key-unknown")
    assert "missing" in error.detail


async def test_a_refused_login_is_a_matter_of_the_key(server: SshBox, tmp_path: Path) -> None:
    server.welcome = False
    error = await refused(Jumpbox(server.config(tmp_path)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_AUTH, "auth-refused")


@pytest.mark.parametrize("content", [None, "not a key", "encrypted", "open"])
async def test_a_key_file_that_cannot_be_used_is_named(
    server: SshBox, tmp_path: Path, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    key = tmp_path / "bad_key"
    if content is not None:
        key.touch(mode=0o600)
    if content == "encrypted":
        key.write_bytes(server.client_key.export_private_key("pkcs8-pem", "passphrase"))
    elif content == "open":
        key.write_bytes(server.client_key.export_private_key("openssh"))
    elif content is not None:
        key.write_text(content)
    if content is not None:
        key.chmod(0o640 if content == "open" else 0o600)
    error = await refused(Jumpbox(server.config(tmp_path, key=key)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_AUTH, "auth-refused")
    assert "bad_key" in error.detail
    assert caplog.messages == [error.detail], "who runs the bot reads its log"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o601])
async def test_a_private_key_that_others_can_read_is_not_used(
    server: SshBox, tmp_path: Path, mode: int
) -> None:
    config = server.config(tmp_path)
    config.key.chmod(mode)
    error = await refused(Jumpbox(config))
    assert (error.failure, error.state) == (Failure.JUMPBOX_AUTH, "auth-refused")
    assert f"mode {mode:04o}" in error.detail
    assert f"chmod 600 {config.key}" in error.detail
    assert (server.logins, "PRIVATE" in error.detail) == (0, False)


async def test_pinned_keys_that_everybody_can_change_are_not_trusted(
    server: SshBox, tmp_path: Path
) -> None:
    config = server.config(tmp_path)
    config.known_hosts.chmod(0o666)
    error = await refused(Jumpbox(config))
    assert (error.failure, error.state) == (Failure.JUMPBOX_HOST_KEY, "host-key-unknown")
    assert f"chmod 644 {config.known_hosts}" in error.detail
    config.known_hosts.chmod(0o644)
    vantage = Jumpbox(config)
    assert (await vantage.session(soon())).state == "ok"
    await vantage.close()


async def test_nothing_listening_is_unreachable(server: SshBox, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = await refused(Jumpbox(server.config(tmp_path, port=port)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_UNREACHABLE, "unreachable")


async def test_something_that_is_not_ssh_is_unreachable(server: SshBox, tmp_path: Path) -> None:
    async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with tcp_server(http) as port:
        error = await refused(Jumpbox(server.config(tmp_path, port=port)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_UNREACHABLE, "unreachable")


async def test_a_silent_jump_box_costs_the_deadline(server: SshBox, tmp_path: Path) -> None:
    async with tcp_server(silence) as port:
        error = await refused(Jumpbox(server.config(tmp_path, port=port)), 0.2)
    assert (error.failure, error.state) == (Failure.JUMPBOX_TIMEOUT, "timeout")


@pytest.mark.parametrize("host", ["gone.corp.example", "not a name"])
async def test_a_name_without_address_is_the_jump_boxs_own_fault(
    server: SshBox, tmp_path: Path, host: str
) -> None:
    async with tcp_server(DnsServer({}).handle) as port:
        server.routes[("127.0.0.1", 53)] = port
        outer = Jumpbox(server.config(tmp_path, resolver=(("127.0.0.1", 53),)))
        error = await refused(Jumpbox(server.config(tmp_path, name="dc2", host=host, via=outer)))
        await outer.close()
    assert (error.failure, error.state) == (Failure.JUMPBOX_UNREACHABLE, "unreachable")
    assert host in error.detail
    assert "dc2" in error.detail


async def test_logins_are_counted_once(server: SshBox, jumpbox: Jumpbox) -> None:
    await asyncio.gather(*(jumpbox.session(soon()) for _ in range(20)))
    assert server.logins <= 2  # a key is first offered, then proven
    assert len(server.connections) == 1


async def test_a_cancelled_waiter_leaves_the_login_to_the_others(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    first = asyncio.create_task(jumpbox.session(soon()))
    second = asyncio.create_task(jumpbox.session(soon()))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).state == "ok"
    assert len(server.connections) == 1


async def test_trust_can_be_repaired_without_a_restart(server: SshBox, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text("")
    vantage = Jumpbox(server.config(tmp_path))
    with pytest.raises(VantageError):
        await vantage.session(soon())
    offered = await vantage.offered_key(soon())
    assert offered.fingerprint == server.host_key.get_fingerprint()
    assert offered.algorithm == "ssh-ed25519"
    known_hosts.write_text(offered.line + "\n")
    assert (await vantage.session(soon())).state == "ok"
    await vantage.close()


async def test_offered_keys_need_a_jump_box(server: SshBox, tmp_path: Path) -> None:
    async with tcp_server(silence) as port:
        vantage = Jumpbox(server.config(tmp_path, port=port))
        with pytest.raises(VantageError) as caught:
            await vantage.offered_key(soon(0.2))
        assert caught.value.failure is Failure.JUMPBOX_TIMEOUT


async def test_a_jump_box_behind_another_one(server: SshBox, tmp_path: Path) -> None:
    inner = SshBox()
    await inner.start()
    server.routes[("127.0.0.1", inner.port)] = inner.port
    (tmp_path / "inner").mkdir()
    outer = Jumpbox(server.config(tmp_path))
    vantage = Jumpbox(inner.config(tmp_path / "inner", name="dc2", via=outer))
    async with tcp_server(echo) as port:
        inner.routes[("10.0.0.1", 3389)] = port
        stream = await vantage.connect(HOST, 3389, soon())
        await stream.write(b"hi", soon())
        assert await stream.read(9, soon()) == b"hi"
        await stream.close()
        assert (await vantage.offered_key(soon())).algorithm == "ssh-ed25519"
        await vantage.close()
        assert (await outer.session(soon())).state == "ok"
        await outer.close()
    await inner.stop()


async def test_the_outer_jump_box_may_forbid_the_way(server: SshBox, tmp_path: Path) -> None:
    outer = Jumpbox(server.config(tmp_path))
    server.routes[("127.0.0.1", 7)] = asyncssh.ChannelOpenError(1, "open failed")
    error = await refused(Jumpbox(server.config(tmp_path, port=7, via=outer)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_FORWARDING, "forwarding-denied")
    error = await refused(Jumpbox(server.config(tmp_path, port=8, via=outer)))
    assert (error.failure, error.state) == (Failure.JUMPBOX_UNREACHABLE, "unreachable")
    await outer.close()
