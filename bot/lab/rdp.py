"""An RDP server up to the point where a password would be needed.

Strategy: one connection is X.224, then TLS, then the first CredSSP message, each answered as
the behaviour says.  The table of selected protocols follows what Windows does (MS-RDPBCGR
2.2.1.1, 2.2.1.2 and 3.3.5.3); nothing after the NTLM CHALLENGE is ever answered.
"""

import asyncio
import contextlib
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.lab import ntlm
from bot.lab.behaviour import Behaviour, Security, Tls
from bot.lab.hosts import DOMAIN
from bot.lab.tls import TlsServer

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

TLS_HANDSHAKE_RECORD = 0x16
RDP, SSL, HYBRID, RDSTLS, HYBRID_EX = 0, 1, 2, 4, 8
SSL_NOT_ALLOWED, NO_CERTIFICATE, HYBRID_REQUIRED = 2, 3, 5
RESPONSE, FAILURE = 2, 3
FULL, HEADERS = 1500, 40
"""An Ethernet packet, and what IPv4 and TCP take of it."""

FLAGS = 0x1F
"""Extended client data, graphics pipeline, restricted admin, credential guard (2.2.1.2.1)."""


@dataclass(slots=True)
class Seen:
    """What reached the host: to check how a prober behaved."""

    connections: int = 0
    requests: list[int | None] = field(default_factory=list)
    hellos: int = 0
    challenges: int = 0
    authenticates: int = 0


@dataclass(frozen=True, slots=True)
class RdpServer:
    """The listener of one host; ``tls`` gives the context in force, None without a usable key."""

    name: str
    behaviour: Callable[[], Behaviour]
    tls: Callable[[], ssl.SSLContext | None]
    seen: Seen

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its first byte to the end."""
        self.seen.connections += 1
        first = await reader.readexactly(1)
        if first[0] == TLS_HANDSHAKE_RECORD:  # the "direct approach" (MS-RDPBCGR 5.4.2.2)
            if self.behaviour().security is Security.NLA:
                await self._secure((reader, writer), first)
            return
        request = await _connection_request(reader, first)
        if request is None:
            return
        await asyncio.sleep(self.behaviour().delay_s)
        self.seen.requests.append(request.protocols)
        kind, value = _negotiate(self.behaviour().security, request.protocols)
        writer.write(_connection_confirm(kind, value))
        await writer.drain()
        if kind == RESPONSE and value in {SSL, HYBRID, HYBRID_EX}:
            await self._secure((reader, writer), b"")
        elif kind != FAILURE:
            while await reader.read(4096):
                pass

    async def _secure(self, stream: Stream, first: bytes) -> None:
        """TLS and, inside it, the CredSSP answer."""
        behaviour, context = self.behaviour(), self.tls()
        if behaviour.tls is Tls.CLOSES or context is None:
            if first or await stream[0].read(4096):
                self.seen.hellos += 1
            return
        self.seen.hellos += 1
        if behaviour.largest_packet < FULL and not first:
            first = await stream[0].read(4096)
            if len(first) > behaviour.largest_packet - HEADERS:
                await asyncio.Event().wait()  # the packet never came, and so no answer does
        secured = TlsServer(stream, context, first=first, delay_s=behaviour.delay_s)
        with contextlib.suppress(ssl.SSLError):
            await secured.handshake()
            await self._sign_in(secured, behaviour)

    async def _sign_in(self, secured: TlsServer, behaviour: Behaviour) -> None:
        while data := await secured.read(65536):
            kind = ntlm.message_type(data)
            if kind == 3:
                self.seen.authenticates += 1
                return
            if kind == 1:
                self.seen.challenges += 1
                await secured.write(self._answer(behaviour))

    def _answer(self, behaviour: Behaviour) -> bytes:
        if not behaviour.ntlm:
            return ntlm.ts_error(behaviour.credssp, ntlm.STATUS_NOT_SUPPORTED)
        short = behaviour.identity or self.name
        names = ntlm.Names(short.upper()[:15], "LAB", f"{short}.{DOMAIN}", DOMAIN)
        token = ntlm.challenge(names, behaviour.version, time.time() + behaviour.skew_s)
        return ntlm.ts_request(behaviour.credssp, token)


@dataclass(frozen=True, slots=True)
class _Request:
    protocols: int | None
    """The requested protocols; None when the request carries no negotiation data."""


async def _connection_request(reader: asyncio.StreamReader, first: bytes) -> _Request | None:
    """Read an X.224 Connection Request; None for anything else, upon which Windows hangs up."""
    header = first + await reader.readexactly(3)
    version, _, length = struct.unpack(">BBH", header)
    if version != 3 or not 11 <= length <= 1024:
        return None
    body = await reader.readexactly(length - 4)
    if body[0] != length - 5 or body[1] != 0xE0 or body[6] != 0:
        return None
    rest = body[7:]
    if rest.startswith((b"Cookie:", b"tsv:", b"mth:")):
        rest = rest.partition(b"\r\n")[2]
    if len(rest) < 8 or rest[0] != 1:
        return _Request(None)
    return _Request(struct.unpack_from("<I", rest, 4)[0])


def _negotiate(security: Security, protocols: int | None) -> tuple[int, int]:
    """The choice: (RESPONSE, protocol), (FAILURE, code), or (0, 0) for a bare confirm."""
    if protocols is None:
        return 0, 0
    if security is not Security.NLA:
        code = SSL_NOT_ALLOWED if security is Security.RDP_ONLY else NO_CERTIFICATE
        return (RESPONSE, RDP) if protocols == RDP else (FAILURE, code)
    for choice in (HYBRID_EX, HYBRID, RDSTLS):
        if protocols & choice:
            return RESPONSE, choice
    return FAILURE, HYBRID_REQUIRED


def _connection_confirm(kind: int, value: int) -> bytes:
    flags = FLAGS if kind == RESPONSE else 0
    tail = struct.pack("<BBHI", kind, flags, 8, value) if kind else b""
    x224 = bytes((6 + len(tail), 0xD0, 0, 0, 0x12, 0x34, 0)) + tail
    return struct.pack(">BBH", 3, 0, 4 + len(x224)) + x224
