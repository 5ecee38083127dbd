"""A simulated RD Gateway: TLS on port 443, and the answer to the first request of a client.

Strategy: written by hand from MS-TSGU 3.3.5.1; one request a connection is answered, whoever
sends credentials is counted and never answered.
"""

import asyncio
import ssl
from dataclasses import dataclass, field

from bot.lab.behaviour import Port
from bot.lab.certificates import web_context
from bot.lab.gateways import GATEWAY_PORT, Gateway, GatewayBehaviour
from bot.lab.hosts import DOMAIN
from bot.lab.listener import Listener
from bot.lab.machine import Reach
from bot.lab.tls import TlsServer

LONGEST = 8192


@dataclass(slots=True)
class Visits:
    """What reached the gateway: to check how a prober behaved."""

    connections: int = 0
    requests: list[str] = field(default_factory=list)
    credentials: int = 0


class GatewayMachine:
    """One gateway of the table, alive."""

    def __init__(self, row: Gateway) -> None:
        self.row = row
        self.behaviour = row.behaviour
        self.seen = Visits()
        self._context: ssl.SSLContext | None = None
        self._listener = Listener(self._converse)

    async def start(self) -> None:
        """Listen as the row's behaviour says."""
        await self.behave(self.row.behaviour)

    async def behave(self, behaviour: GatewayBehaviour) -> None:
        """Change how the gateway behaves; connections made before are cut."""
        self.behaviour = behaviour
        name = f"{behaviour.certificate_name or self.row.name}.{DOMAIN}"
        self._context = web_context(name, behaviour.valid_days)
        await self._listener.close()
        await self._listener.open()

    async def close(self) -> None:
        """Be gone."""
        await self._listener.close()

    @property
    def port(self) -> int:
        """The loopback port of whatever listens on 443."""
        return self._listener.port

    def reach(self, port: int) -> Reach:
        """What a TCP connection to this gateway's ``port`` meets."""
        return Reach(Port.OPEN, self.port) if port == GATEWAY_PORT else Reach(Port.SILENT)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.connections += 1
        if self._context is None:
            return
        tls = TlsServer((reader, writer), self._context)
        try:
            await tls.handshake()
        except ssl.SSLError:  # a client that does not trust us
            return
        head = await _head(tls)
        first, *fields = head.split("\r\n")
        self.seen.requests.append(first)
        if any(each.lower().startswith("authorization:") for each in fields):
            self.seen.credentials += 1
            return
        await tls.write(self._answer(first).encode())

    def _answer(self, first: str) -> str:
        """A client's first request meets the behaviour; anything else is not found."""
        behaviour = self.behaviour
        meant = first == "RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1"
        status = behaviour.status if meant else "404 Not Found"
        schemes = behaviour.schemes if meant else ()
        lines = (
            f"HTTP/1.1 {status}",
            *(f"WWW-Authenticate: {scheme}" for scheme in schemes),
            "Content-Length: 0",
        )
        return "\r\n".join(lines) + "\r\n\r\n"


async def _head(tls: TlsServer) -> str:
    """A request up to its blank line, or as much as came."""
    held = b""
    while b"\r\n\r\n" not in held and len(held) < LONGEST:
        data = await tls.read(LONGEST)
        if not data:
            break
        held += data
    return held.partition(b"\r\n\r\n")[0].decode("latin-1")
