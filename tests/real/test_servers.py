"""Each real server is what the other tests take it for, seen without the product."""

import asyncio
import datetime as dt
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from tests.lab.client import BARE, NEGOTIATE, ask, certificate_of, dial, request, secured
from tests.real.processes import Server
from tests.real.shadow import PASSWORD, USER
from tests.real.sshd import Jumpbox
from tests.real_programs import program

pytestmark = pytest.mark.real

SSL, HYBRID = 1, 2
CONFIRMED, FAILED = 2, 3


async def answers(port: int, protocols: int) -> tuple[int, int]:
    """Kind and value of the negotiation block in the Connection Confirm."""
    confirm = await ask(port, request(protocols))
    assert (len(confirm), confirm[5]) == (19, 0xD0)
    return confirm[11], int.from_bytes(confirm[15:19], "little")


async def ends(port: int) -> dt.datetime:
    async with secured(port) as stream:
        return x509.load_der_x509_certificate(certificate_of(stream)).not_valid_after_utc


async def test_xrdp_speaks_tls_and_no_nla(good_xrdp: Server) -> None:
    assert await answers(good_xrdp.port, 0) == (CONFIRMED, 0)
    assert await answers(good_xrdp.port, 3) == (CONFIRMED, SSL)
    assert len(await ask(good_xrdp.port, BARE)) == 11


async def test_xrdp_certificates(good_xrdp: Server, expired_xrdp: Server) -> None:
    now = dt.datetime.now(dt.UTC)
    assert await ends(good_xrdp.port) > now > await ends(expired_xrdp.port)


async def test_xrdp_with_rdp_security_selects_nothing_else(rdp_only_xrdp: Server) -> None:
    assert await answers(rdp_only_xrdp.port, 0) == (CONFIRMED, 0)
    assert await answers(rdp_only_xrdp.port, 3) == (CONFIRMED, 0)


async def test_shadow_requires_nla_and_answers_with_a_challenge(nla_shadow: Server) -> None:
    assert await answers(nla_shadow.port, 1) == (FAILED, 5)
    assert await answers(nla_shadow.port, 3) == (CONFIRMED, HYBRID)
    async with secured(nla_shadow.port) as stream:
        stream.writer.write(NEGOTIATE)
        assert b"NTLMSSP\0\x02" in await stream.reader.read(4096)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_freerdp_client_signs_in(
    nla_shadow: Server, screen: str, tmp_path: Path, password: str
) -> None:
    command = [program("xfreerdp"), f"/v:127.0.0.1:{nla_shadow.port}", "/cert:ignore"]
    client = subprocess.run(
        [*command, "+auth-only", f"/u:{USER}", f"/p:{password}"],
        env={"HOME": str(tmp_path), "DISPLAY": screen},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (client.returncode == 0) == (password == PASSWORD), client.stderr


async def test_the_web_server_answers_rdp_with_html(web: Server) -> None:
    assert (await ask(web.port, request(3))).startswith(b"HTTP/1.")


async def test_the_line_server_answers_only_whole_lines(line_web: Server) -> None:
    async with dial(line_web.port) as stream:
        stream.writer.write(request(3) + b"\r\n\r\n")
        assert b"HTML" in await stream.reader.read(4096)
    async with dial(line_web.port) as stream:
        stream.writer.write(request(3))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await stream.reader.read(4096)


@pytest.mark.parametrize("forwards", [True, False])
def test_openssh_lets_the_client_in(
    jumpbox: Jumpbox, strict_jumpbox: Jumpbox, good_xrdp: Server, *, forwards: bool
) -> None:
    box = jumpbox if forwards else strict_jumpbox
    ssh = [
        program("ssh"),
        "-F",
        "none",
        "-p",
        str(box.server.port),
        "-i",
        str(box.client_key.private),
    ]
    ssh += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    ssh += ["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    command = subprocess.run(
        [*ssh, "127.0.0.1", "echo inside"], capture_output=True, timeout=60, check=False
    )
    assert command.stdout == b"inside\n", command.stderr
    tunnel = subprocess.run(
        [*ssh, "-W", f"127.0.0.1:{good_xrdp.port}", "127.0.0.1"],
        input=BARE,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (tunnel.stdout[:6] == BARE[:5] + b"\xd0") == forwards, tunnel.stderr
