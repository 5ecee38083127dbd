"""Gateways whose answer never ends, comes byte by byte, or is far too long."""

from pathlib import Path

import pytest

from bot.lab.certificates import root, web_context
from bot.probes import Target
from tests.hostile.hosts import HUNDRED_MEGABYTES, left
from tests.hostile.meter import MOST_TAKEN, Metered, seen
from tests.probes.servers import Peer, Secured, Serve, hosting

NAME = "rdg.lab.example"
CLOSED = 1
"""A port of the loopback where nobody listens."""
ASKS = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\n"


@pytest.fixture(autouse=True)
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that trusts the lab's authority and nobody else."""
    (tmp_path / "roots.pem").write_bytes(root())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))


def answering(first: bytes, endless: bytes = b"", *, slowly: bool = False) -> Serve:
    """TLS, the request, then these bytes; ``slowly`` is one a second."""

    async def serve(peer: Peer) -> None:
        tls = Secured(peer, web_context(NAME, (-1, 30)))
        await tls.handshake()
        await tls.read()
        for at in range(len(first)) if slowly else ():
            await tls.send(first[at : at + 1])
            if await left(peer, 1.0):
                return
        await tls.send(first or b"\r\n")
        piece = endless * (16000 // len(endless)) if endless else b""
        for _ in range(HUNDRED_MEGABYTES // len(piece) if piece else 0):
            await tls.send(piece)
        await peer.read()

    return serve


async def said(serve: Serve) -> tuple[str, str]:
    """The words of ``gateway.tls`` and ``gateway.http``, with its reading."""
    vantage = Metered(NAME)
    async with hosting(serve) as host:
        target = Target("127.0.0.1", CLOSED, Target(NAME, host.port))
        found = {one.probe: one for one in await seen(vantage, target)}
        assert host.connections <= 4
    assert vantage.most <= MOST_TAKEN
    assert not vantage.live
    tls, http = found["gateway.tls"], found["gateway.http"]
    return str(tls.failure or tls.status.value), str(http.facts.get("reading", http.status.value))


@pytest.mark.parametrize(
    ("serve", "reading"),
    [
        (answering(ASKS, b"X-More: more\r\n"), "other"),
        (answering(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\n\r\n"), "other"),
        (answering(b"HTTP/1.1 401 ", b"a"), "other"),
        (answering(b"SSH-2.0-x\r\n", b"a"), "not-http"),
        (answering(ASKS, slowly=True), "silent"),
        (answering(ASKS + b"Content-Length: 1073741824\r\n\r\n", b"a"), "answers"),
        (answering(ASKS + b"Transfer-Encoding: chunked\r\n\r\n", b"f\r\n"), "answers"),
    ],
    ids=["headers", "interim", "status", "ssh", "drip", "gigabyte", "chunks"],
)
async def test_an_answer_without_end(serve: Serve, reading: str) -> None:
    assert await said(serve) == ("passed", reading)


async def test_a_handshake_without_end() -> None:
    async def flood(peer: Peer) -> None:
        await peer.read()
        for _ in range(HUNDRED_MEGABYTES // 16384):
            await peer.send(b"\x16\x03\x03\x00\x04\x00\x00\x00\x00" * 1820)

    assert await said(flood) in {("tls.closed", "not_run"), ("probe.malformed", "not_run")}


async def test_a_handshake_that_drips() -> None:
    async def drip(peer: Peer) -> None:
        await peer.read()
        for byte in b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(64):
            await peer.send(bytes((byte,)))
            if await left(peer, 1.0):
                return

    assert await said(drip) == ("tls.silent", "not_run")
