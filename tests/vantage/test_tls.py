"""TLS by hand: every version, weak certificates, and each way in which a handshake can fail."""

import asyncio
import datetime
import ssl
import warnings
from collections.abc import Awaitable, Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.evidence import Failure
from bot.vantage import tls
from bot.vantage.base import VantageError
from bot.vantage.tcp import DirectStream, open_tcp
from bot.vantage.tls import start_tls
from tests.vantage.servers import Handler, silence, soon, tcp_server

LOOPBACK = ip_address("127.0.0.1")
OLD = "TLSv1.0"
NEW = "TLSv1.3"


def certificate(name: str, bits: int = 2048) -> tuple[bytes, bytes, bytes]:
    """A self-signed certificate that expired long ago: PEM of both, and DER."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    encoding = serialization.Encoding
    return pem, made.public_bytes(encoding.PEM), made.public_bytes(encoding.DER)


@pytest.fixture(scope="module")
def leaf() -> tuple[bytes, bytes, bytes]:
    return certificate("srv.corp.example", 1024)


@pytest.fixture(scope="module")
def issuer() -> tuple[bytes, bytes, bytes]:
    return certificate("issuer.corp.example")


T = TypeVar("T")
Context = Callable[..., ssl.SSLContext]


@pytest.fixture
def server_context(
    tmp_path: Path, leaf: tuple[bytes, bytes, bytes], issuer: tuple[bytes, bytes, bytes]
) -> Context:
    def make(lowest: ssl.TLSVersion, highest: ssl.TLSVersion) -> ssl.SSLContext:
        file = tmp_path / "server.pem"
        file.write_bytes(leaf[0] + leaf[1] + issuer[1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(file)
        context.minimum_version = lowest
        context.maximum_version = highest
        return context

    return make


class Peer:
    """The server's side of TLS, pumped by hand so that its alerts are really sent."""

    def __init__(
        self,
        context: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.reader, self.writer = reader, writer
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    async def call(self, step: Callable[[], T]) -> T | None:
        """Run a step to its end; None when the client leaves or is refused."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self.flush()
                data = await self.reader.read(65536)
                if not data:
                    return None
                self.incoming.write(data)
            except ssl.SSLError:
                await self.flush()
                return None
            else:
                await self.flush()
                return done

    async def flush(self) -> None:
        self.writer.write(self.outgoing.read())
        await self.writer.drain()


def speaking(context: ssl.SSLContext) -> Handler:
    """A server that sends everything back reversed, and says goodbye to ``bye``."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(context, reader, writer)
        await peer.call(peer.tls.do_handshake)
        while data := await peer.call(partial(peer.tls.read, 65536)):
            if data == b"bye":
                await peer.call(peer.tls.unwrap)
                return
            await peer.call(partial(peer.tls.write, data[::-1]))

    return handle


async def connected(port: int) -> DirectStream:
    return await open_tcp(LOOPBACK, port, soon())


async def failure(attempt: Awaitable[object]) -> VantageError:
    with pytest.raises(VantageError) as caught:
        await attempt
    return caught.value


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (ssl.TLSVersion.TLSv1, "TLSv1.0"),
        (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
async def test_every_version_is_spoken_and_no_certificate_is_too_bad(
    server_context: Context,
    leaf: tuple[bytes, bytes, bytes],
    issuer: tuple[bytes, bytes, bytes],
    version: ssl.TLSVersion,
    name: str,
) -> None:
    async with tcp_server(speaking(server_context(version, version))) as port:
        secured = await start_tls(await connected(port), "other.example", OLD, NEW, soon())
        assert secured.version == name
        assert secured.cipher
        assert secured.certificates == (leaf[2], issuer[2])
        await secured.write(b"abc", soon())
        assert await secured.read(2, soon()) == b"cb"
        assert await secured.read(9, soon()) == b"a"
        await secured.write(b"bye", soon())
        assert await secured.read(9, soon()) == b""
        await secured.close()


async def test_large_writes_and_reads_are_complete(server_context: Context) -> None:
    both = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    async with tcp_server(speaking(server_context(*both))) as port:
        secured = await start_tls(await connected(port), None, OLD, NEW, soon())
        await secured.write(bytes(100_000), soon())
        received = 0
        while received < 100_000:
            received += len(await secured.read(65536, soon()))
        await secured.close()


async def test_an_abrupt_end_after_the_handshake_is_an_end(server_context: Context) -> None:
    context = server_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    connections: list[asyncio.StreamWriter] = []
    inner = speaking(context)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await inner(reader, writer)

    async with tcp_server(handle) as port:
        secured = await start_tls(await connected(port), None, OLD, NEW, soon())
        connections[0].transport.abort()
        assert await secured.read(9, soon()) == b""
        await secured.close()


async def test_silence_after_the_handshake_is_the_probes_to_judge(server_context: Context) -> None:
    context = server_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    async with tcp_server(speaking(context)) as port:
        secured = await start_tls(await connected(port), None, OLD, NEW, soon())
        error = await failure(secured.read(9, soon(0.05)))
        assert error.failure is Failure.PROBE_DEADLINE
        await secured.close()


async def test_versions_that_do_not_meet_are_no_overlap(server_context: Context) -> None:
    context = server_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    async with tcp_server(speaking(context)) as port:
        for lowest, highest in ((OLD, "TLSv1.1"), (NEW, NEW)):
            stream = await connected(port)
            error = await failure(start_tls(stream, None, lowest, highest, soon()))
            assert error.failure is Failure.TLS_NO_OVERLAP
            await stream.close()


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x28", Failure.TLS_ALERT),  # handshake_failure
        (b"\x15\x03\x01\x00\x02\x02\x70", Failure.TLS_ALERT),  # unrecognized_name
        (b"\x15\x03\x01\x00\x02\x02\x46", Failure.TLS_NO_OVERLAP),  # protocol_version
        (b"\x15\x03\x01\x00\x02\x02\x47", Failure.TLS_NO_OVERLAP),  # insufficient_security
        (b"", Failure.TLS_CLOSED),
        (b"\x16\x03\x01", Failure.TLS_CLOSED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Failure.PROBE_MALFORMED),
        (b"\x03\x00\x00\x09\x02\xf0\x80\x21\x80", Failure.PROBE_MALFORMED),
    ],
)
async def test_failed_handshakes_have_words(answer: bytes, wanted: Failure) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)
        writer.write_eof()
        await silence(reader, writer)

    async with tcp_server(handle) as port:
        stream = await connected(port)
        error = await failure(start_tls(stream, "srv.corp.example", OLD, NEW, soon()))
        assert error.failure is wanted
        assert error.detail
        await stream.close()


async def test_a_server_that_says_nothing_is_silent() -> None:
    async with tcp_server(silence) as port:
        stream = await connected(port)
        error = await failure(start_tls(stream, None, OLD, NEW, soon(0.05)))
        assert error.failure is Failure.TLS_SILENT
        await stream.close()


async def test_a_lost_jump_box_stays_what_it_is() -> None:
    class Broken:
        async def read(self, limit: int, deadline: float) -> bytes:
            raise VantageError(Failure.JUMPBOX_UNREACHABLE)

        async def write(self, data: bytes, deadline: float) -> None:
            """Takes everything."""

        async def ending(self, deadline: float) -> str:
            return "unknown"

        async def close(self) -> None:
            """Nothing is held."""

    error = await failure(start_tls(Broken(), None, OLD, NEW, soon()))
    assert error.failure is Failure.JUMPBOX_UNREACHABLE


def test_old_versions_warn_nobody() -> None:
    tls._context.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tls._context(OLD, "TLSv1.1") is tls._context(OLD, "TLSv1.1")
