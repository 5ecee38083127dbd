"""Trust in a chain, judged by OpenSSL over real loopback TLS servers."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.evidence import Failure
from bot.lab.behaviour import HEALTHY
from bot.lab.certificates import root, server_context, web_context
from bot.vantage.base import VantageError
from bot.vantage.tcp import DirectStream, open_tcp
from bot.vantage.trust import Distrusted, has_roots, start_trusted_tls
from tests.probes.loopback import LOOPBACK

NAME = "rdg.lab.example"


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that trusts the lab's authority and nobody else."""
    path = tmp_path / "roots.pem"
    path.write_bytes(root())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return path


@asynccontextmanager
async def meeting(context: ssl.SSLContext) -> AsyncIterator[DirectStream]:
    """A connection to a TLS server that waits until its client leaves."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    stream = await open_tcp(LOOPBACK, server.sockets[0].getsockname()[1], soon())
    try:
        yield stream
    finally:
        await stream.close()
        server.close()
        await server.wait_closed()


def soon() -> float:
    return asyncio.get_running_loop().time() + 10


@pytest.mark.usefixtures("roots")
async def test_a_chain_that_ends_at_a_root_is_trusted_whatever_it_names() -> None:
    assert has_roots()
    async with meeting(web_context(NAME, (-1, 1))) as stream:
        secured = await start_trusted_tls(stream, "another.example", soon())
        assert len(secured.certificates) == 1


@pytest.mark.usefixtures("roots")
@pytest.mark.parametrize(("days", "by_date"), [((-9, -2), True), ((2, 9), True)])
async def test_a_certificate_out_of_date_is_told_from_a_chain_without_a_root(
    days: tuple[float, float], by_date: bool
) -> None:
    async with meeting(web_context(NAME, days)) as stream:
        with pytest.raises(Distrusted) as caught:
            await start_trusted_tls(stream, NAME, soon())
    assert caught.value.by_date is by_date


@pytest.mark.usefixtures("roots")
async def test_a_self_signed_certificate_is_not_trusted() -> None:
    async with meeting(server_context(HEALTHY, "rdg")) as stream:
        with pytest.raises(Distrusted, match="code 18") as caught:
            await start_trusted_tls(stream, NAME, soon())
    assert not caught.value.by_date


async def test_without_roots_nothing_can_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / "none"))
    assert not has_roots()


@pytest.mark.usefixtures("roots")
async def test_a_handshake_that_fails_for_another_reason_says_so() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        stream = await open_tcp(LOOPBACK, server.sockets[0].getsockname()[1], soon())
        with pytest.raises(VantageError) as caught:
            await start_trusted_tls(stream, NAME, soon())
        await stream.close()
    assert caught.value.failure is Failure.TLS_CLOSED
