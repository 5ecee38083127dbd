"""Small real servers on the loopback, each with one way to behave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from spnego._credssp_structures import NegoData, TSRequest
from spnego._ntlm_raw.messages import (
    AvId,
    Challenge,
    FileTime,
    NegotiateFlags,
    TargetInfo,
    Version,
)

from bot.wire.x224 import Bare, Refused, Selected
from tests.wire.samples import certificate, confirm, ec_key, rsa_key, server_context


@dataclass
class Peer:
    """One connection as its server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    kept: bytes = b""

    async def exactly(self, count: int) -> bytes:
        kept, self.kept = self.kept[:count], self.kept[count:]
        return kept + await self.reader.readexactly(count - len(kept))

    async def peek(self) -> bytes:
        """The first byte, which the next read gives again."""
        self.kept = await self.exactly(1)
        return self.kept

    async def read(self) -> bytes:
        kept, self.kept = self.kept, b""
        return kept or await self.reader.read(65536)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def request(self) -> int | None:
        """The mask of a connection request; None for one without negotiation data."""
        head = await self.exactly(4)
        body = await self.exactly(int.from_bytes(head[2:4], "big") - 4)
        asked = body[7:].rpartition(b"\r\n")[2]  # behind the cookie
        return int.from_bytes(asked[-4:], "little") if asked else None


Serve = Callable[[Peer], Awaitable[None]]


@dataclass
class Host:
    """A listening server and what it saw."""

    serve: Serve
    port: int = 0
    connections: int = 0
    open: int = 0
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.quiet.clear()
        try:
            with suppress(
                OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self.serve(Peer(reader, writer))
        finally:
            self.open -= 1
            if not self.open:
                self.quiet.set()
            writer.transport.abort()


@asynccontextmanager
async def hosting(serve: Serve) -> AsyncIterator[Host]:
    """A host on a free port of the loopback; at the end every connection must have been closed."""
    host = Host(serve)
    server = await asyncio.start_server(host.handle, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
        async with asyncio.timeout(5):
            while host.open:
                await host.quiet.wait()
    finally:
        server.close()
        await server.wait_closed()


class Secured:
    """The server side of TLS over a peer; unlike asyncio's it lets its alerts out."""

    def __init__(self, peer: Peer, context: ssl.SSLContext) -> None:
        self._peer = peer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def _pump(self, step: Callable[[], object]) -> object:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self._peer.send(self._outgoing.read())
                data = await self._peer.read()
                if not data:
                    raise ConnectionResetError from None
                self._incoming.write(data)
            except ssl.SSLError:
                await self._peer.send(self._outgoing.read())
                raise
            else:
                await self._peer.send(self._outgoing.read())
                return done

    async def handshake(self) -> None:
        await self._pump(self._tls.do_handshake)

    async def read(self) -> bytes:
        data = await self._pump(lambda: self._tls.read(65536))
        assert isinstance(data, bytes)
        return data

    async def send(self, data: bytes) -> None:
        await self._pump(lambda: self._tls.write(data))


V = ssl.TLSVersion


@cache
def context(
    lowest: ssl.TLSVersion = V.TLSv1,
    highest: ssl.TLSVersion = V.TLSv1_3,
    name: str = "SRV-APP-07",
    *,
    elliptic: bool = False,
) -> ssl.SSLContext:
    begins = datetime.now(UTC) - timedelta(days=1)
    key = ec_key() if elliptic else rsa_key()
    der = certificate(name, key=key, begins=begins, days=100)
    return server_context(der, key, lowest, highest)


WINDOWS = 0x1234


def selected(protocol: int, flags: int = 0x1F, src_ref: int = WINDOWS) -> bytes:
    return confirm(Selected(protocol, flags, src_ref))


def refused(code: int, src_ref: int = WINDOWS) -> bytes:
    return confirm(Refused(code, src_ref))


BARE = confirm(Bare(WINDOWS))


def windows_nla(mask: int | None) -> bytes:
    """Answers of a Windows host that requires NLA."""
    if mask is None:
        return BARE
    return {0: refused(5), 1: refused(5), 3: selected(2), 0xB: selected(8)}[mask]


def xrdp(mask: int | None) -> bytes:
    """Answers of xrdp that requires TLS."""
    if mask is None:
        return BARE
    return refused(1) if mask == 0 else selected(1, flags=1)


def rdp_only(mask: int | None) -> bytes:
    """Answers of a Windows host with SecurityLayer 0."""
    if mask is None:
        return BARE
    return selected(0) if mask == 0 else refused(2)


def gnome(mask: int | None) -> bytes:
    """Answers of GNOME Remote Desktop."""
    wanted = mask is not None and mask & 2
    return selected(2, flags=3, src_ref=0) if wanted else refused(5, src_ref=0)


def challenge(version: int = 6, skew_s: float = 0.0) -> bytes:
    """A real CHALLENGE in a TSRequest, made by another implementation."""
    info = TargetInfo()
    info[AvId.nb_domain_name] = "CORP"
    info[AvId.nb_computer_name] = "SRV-APP-07"
    info[AvId.dns_computer_name] = "srv-app-07.corp.example"
    info[AvId.timestamp] = FileTime.from_datetime(datetime.now(UTC) + timedelta(seconds=skew_s))
    token = Challenge(
        flags=int(NegotiateFlags.unicode),
        server_challenge=b"12345678",
        target_name="CORP",
        target_info=info,
        version=Version(major=10, minor=0, build=17763),
    ).pack()
    return bytes(TSRequest(version=version, nego_tokens=[NegoData(bytes(token))]).pack())


def error(code: int) -> Callable[[], bytes]:
    """A TSRequest with nothing but an error code."""
    return lambda: bytes(TSRequest(version=6, error_code=code).pack())


def rdp(
    answer: Callable[[int | None], bytes],
    tls: ssl.SSLContext | None = None,
    nla: Callable[[], bytes] = challenge,
    seen: list[bytes] | None = None,
) -> Serve:
    """An RDP server up to the CHALLENGE; ``seen`` keeps what came inside TLS."""

    async def serve(peer: Peer) -> None:
        confirmed = answer(await peer.request())
        await peer.send(confirmed)
        if tls is None:
            await peer.read()
            return
        secured = Secured(peer, tls)
        await secured.handshake()
        while data := await secured.read():
            if seen is not None:
                seen.append(data)
            if not (said := nla()):
                return
            await secured.send(said)

    return serve
