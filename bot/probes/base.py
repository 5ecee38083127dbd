"""What a probe gets, and the shape that all probes have.

Strategy: probes know nothing of each other.  What one finds and another needs (an address, an
open line, a certificate chain) is a ``Promise`` on the ``Trail``: kept with a value, or broken
with the reason that then stands in the observations of all who waited.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Generic, TypeVar

from bot.evidence import Observation
from bot.probes.conduct import TOO_SOON, Conduct, Line
from bot.vantage.base import Address, Echo, Lookup, TargetRefused, Vantage, VantageError
from bot.vantage.tls import TlsStream
from bot.wire.flight import ServerHello

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """The typed host (a name or a literal address, grammar-checked) and the RDP port.

    ``gateway`` is the RD Gateway in front of it with its HTTPS port, if there is one.
    """

    host: str
    port: int = 3389
    gateway: "Target | None" = None

    @property
    def server_name(self) -> str | None:
        """The name for TLS; addresses are never sent (RFC 6066 section 3)."""
        try:
            ip_address(self.host)
        except ValueError:
            return self.host.rstrip(".")
        return None


Report = Callable[[Observation], None]
"""Called once for each observation as soon as it is known (for live progress)."""


class Blocked(Exception):
    """Something that this probe needs does not exist; the text is for people."""


class Promise(Generic[T]):
    """A value that one probe owes the others; only its first fate counts."""

    def __init__(self) -> None:
        self._fate: asyncio.Future[tuple[T] | str] = asyncio.get_running_loop().create_future()

    @property
    def kept(self) -> bool:
        """Whether the value is there."""
        return self._fate.done() and isinstance(self._fate.result(), tuple)

    @property
    def value(self) -> T | None:
        """The value if it is there; nobody waits."""
        fate = self._fate.result() if self._fate.done() else ""
        return None if isinstance(fate, str) else fate[0]

    def keep(self, value: T) -> bool:
        """Give the value to all who wait; False when the fate was known already."""
        first = not self._fate.done()
        if first:
            self._fate.set_result((value,))
        return first

    def fail(self, reason: str) -> None:
        """Tell all who wait that it will not come."""
        if not self._fate.done():
            self._fate.set_result(reason)

    async def get(self) -> T:
        """The value; raises Blocked with the reason when there will be none."""
        fate = await asyncio.shield(self._fate)
        if isinstance(fate, str):
            raise Blocked(fate)
        return fate[0]


@dataclass(frozen=True, slots=True)
class Handshake:
    """A complete TLS handshake: its version and the certificates as sent (DER, leaf first).

    ``cipher`` is OpenSSL's name of the suite; for TLS 1.3 that is IANA's.
    """

    version: str
    certificates: tuple[bytes, ...]
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """The first connection to the gateway that opened, and the name it must answer to."""

    line: Line
    name: str


@dataclass(frozen=True, slots=True)
class Tunnel:
    """TLS up to the gateway, and the connection that carries it."""

    line: Line
    stream: TlsStream


@dataclass(frozen=True, slots=True)
class Trail:
    """What the probes of one run owe each other, in the order of the path."""

    session: Promise[None] = field(default_factory=Promise)
    lookup: Promise[Lookup] = field(default_factory=Promise)
    address: Promise[Address] = field(default_factory=Promise)
    """Where to connect: known before the port has opened when there is only one address."""
    port: Promise[Line] = field(default_factory=Promise)
    """The first connection that opened; it belongs to the first negotiation request."""
    ping: Promise[Echo] = field(default_factory=Promise)
    """The first echo: the host answers pings, so it is worth waiting for the others."""
    echoes: Promise[tuple[Echo, ...]] = field(default_factory=Promise)
    """One burst, of ordinary size and of every size that a path may have."""
    hello: Promise[ServerHello] = field(default_factory=Promise)
    chains: Promise[tuple[tuple[bytes, ...], ...]] = field(default_factory=Promise)
    """The different certificate chains that the hellos met, each DER, leaf first."""
    handshake: Promise[Handshake] = field(default_factory=Promise)
    mismatch: Promise[str] = field(default_factory=Promise)
    """That the host's key does not belong to the certificate of a handshake, in words."""
    # Connections on which the host has chosen TLS and that who asked needs no longer: each saves
    # the host a connection, and the run two round trips.
    asked_first: Promise[Line] = field(default_factory=Promise)
    """That of the first negotiation request, on which a current client would say hello."""
    not_nla: Promise[Line] = field(default_factory=Promise)
    """That on which the host was asked for NLA and chose TLS without it."""
    gateway: Promise[GatewayLine] = field(default_factory=Promise)
    tunnel: Promise[Tunnel] = field(default_factory=Promise)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    """Everything else is known; addresses that are still silent need not be waited for."""


class Timer:
    """When a probe began its own work (a loop time), as opposed to waiting for others."""

    def __init__(self) -> None:
        self._began: float | None = None

    @property
    def began(self) -> bool:
        """Whether the probe is past its waiting."""
        return self._began is not None

    def restart(self) -> None:
        """The waiting is over."""
        self._began = asyncio.get_running_loop().time()

    def elapsed_ms(self) -> float:
        """Milliseconds of own work so far."""
        if self._began is None:
            return 0.0
        return (asyncio.get_running_loop().time() - self._began) * 1000


@dataclass(frozen=True, slots=True)
class Context:
    """All that a probe may use.  ``clock`` gives seconds since 1970; other times are loop times."""

    vantage: Vantage
    target: Target
    conduct: Conduct
    trail: Trail
    timer: Timer
    report: Report
    clock: Callable[[], float] = time.time
    gateway: Conduct | None = None
    """The connections to the gateway: another host, so they are counted and paced apart."""

    async def need(self, promise: Promise[T]) -> T:
        """Wait for what another probe owes; raises Blocked.  The probe's time starts after it."""
        value = await promise.get()
        self.timer.restart()
        return value

    @asynccontextmanager
    async def line(self, *, urgent: bool = False) -> AsyncIterator[Line]:
        """A connection to the RDP port, closed at the end of the block.

        Raises Blocked when the port does not open at all, VantageError when only this
        connection failed, and Spent.
        """
        address = await self.trail.address.get()
        line = await self._opened(address, urgent=urgent)
        async with self.conduct.keeping(line):
            yield line

    async def _opened(self, address: Address, *, urgent: bool) -> Line:
        """Open a connection, briefly while the port has not opened, and again once it has.

        So a silent host holds one place for the port itself, and the others are free.
        """
        early = not self.trail.port.kept
        try:
            return await self.conduct.open(address, urgent=urgent, briefly=early)
        except (TargetRefused, VantageError) as error:
            await self.trail.port.get()
            if not early or not isinstance(error, VantageError) or error.failure not in TOO_SOON:
                raise
        return await self.conduct.open(address, urgent=urgent)


Probe = Callable[[Context], Awaitable[Observation | None]]
"""A check.  None says that it has reported everything itself, or that it is meaningless here."""
