"""A place to look from: the whole network as the probes know it.

Strategy: six verbs (session, lookup, connect, ping, means, close) and a byte stream.  What a
place can do besides opening streams (echoes, datagrams, its own clock and tables) stands apart as
``Means``, since many a jump box can do nothing of it.  Foreign errors (asyncssh, OSError, ssl,
dns) end in the adapters beside this file as ``VantageError``.  Deadlines are absolute times of
the running event loop's clock and belong to the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Protocol

from bot.evidence import Failure
from bot.targets import TargetRefused

__all__ = [
    "Address",
    "Cannot",
    "Clock",
    "Datagram",
    "Echo",
    "Lookup",
    "Means",
    "Session",
    "Socket",
    "Stream",
    "TargetRefused",
    "Vantage",
    "VantageError",
]

Address = IPv4Address | IPv6Address


class VantageError(Exception):
    """A network step failed; ``failure`` is our word for it, ``detail`` is for people.

    ``state`` is the ``jumpbox.session`` state that goes with a ``jumpbox.*`` failure, ``box`` the
    jump box at fault, which may stand before the one that is looked from.
    """

    def __init__(
        self, failure: Failure, detail: str = "", state: str | None = None, box: str | None = None
    ) -> None:
        super().__init__(f"{failure.value}: {detail}" if detail else failure.value)
        self.failure = failure
        self.detail = detail
        self.state = state
        self.box = box


class Cannot(Exception):
    """The place has no means for what was asked; the text is the reason, for people."""


class Stream(Protocol):
    """A byte stream to a target; every error is a VantageError.

    A deadline that passes is ``probe.deadline``: silence, and the probe knows of which layer.
    A jump box that is lost meanwhile is a ``jumpbox.*`` failure, never an end of the stream.
    """

    async def read(self, limit: int, deadline: float) -> bytes:
        """Up to ``limit`` bytes; ``b""`` at the end of the stream (a reset reads the same)."""
        ...

    async def write(self, data: bytes, deadline: float) -> None:
        """Send everything; what a peer that has left no longer takes is lost, as reading shows."""
        ...

    async def ending(self, deadline: float) -> str:
        """How the peer ended a stream whose end was read: closed, reset, half or unknown.

        ``half``: it reads on.  Through SSH this writes two bytes and waits a round trip between
        them, so it is for streams that nobody uses any more.  Never raises.
        """
        ...

    async def close(self) -> None:
        """Close at once; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Echo:
    """What became of one ICMP echo that must not be fragmented.

    ``size`` is that of its IP packet in bytes; ``state`` is reply, silence or too-big; ``mtu`` is
    what a router or this place itself named with too-big.
    """

    size: int
    state: str
    rtt_ms: float | None = None
    mtu: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A place's clock minus ours, and how far off that may be, in seconds."""

    offset_s: float
    error_s: float


@dataclass(frozen=True, slots=True)
class Datagram:
    """What became of one datagram: ``state`` is answers, refused or silent."""

    state: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Socket:
    """One TCP connection of the place to a host as the kernel sees it (``ss -tin``).

    ``retrans`` are segments sent again in all; absent numbers are 0, an absent size None.
    """

    mss: int | None = None
    advmss: int | None = None
    pmtu: int | None = None
    rtt_ms: float | None = None
    unacked: int = 0
    sacked: int = 0
    lost: int = 0
    retrans: int = 0
    backoff: int = 0
    bytes_acked: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """How the way to this vantage is: facts of ``jumpbox.session``."""

    state: str = "ok"
    connect_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Lookup:
    """One name looked up from a vantage: facts of ``name.lookup``.

    ``status`` is ok, literal, nxdomain, no-answer or timeout; ``canonical`` is the name that the
    vantage's search list completed to (it is what the name rules judge, and certificates are for);
    where DNS says that it is an alias, ``alias_of`` is the name at the end, which the facts show.
    ``detail`` is the reason of a status other than ok, for people.
    """

    asked: str
    status: str
    addresses: tuple[Address, ...] = ()
    canonical: str | None = None
    reverse: Mapping[str, str] = field(default_factory=dict)
    resolver: str | None = None
    detail: str = ""
    alias_of: str | None = None

    def facts(self) -> dict[str, Any]:
        """The contract's keys; what was not read is absent."""
        found: dict[str, Any] = {"asked": self.asked, "status": self.status}
        if self.addresses:
            found["addresses"] = [str(address) for address in self.addresses]
        canonical = self.alias_of or self.canonical
        if canonical is not None:
            found["canonical"] = canonical
        if self.reverse:
            found["reverse"] = dict(self.reverse)
        if self.resolver is not None:
            found["resolver"] = self.resolver
        return found


class Means(Protocol):
    """What a place can do besides opening streams; found out once for each connection to it.

    Every verb raises Cannot with the reason where the place has no means for it, TargetRefused for
    an address that the rules close, and VantageError (``jumpbox.*``, or ``probe.deadline`` where
    the place had no time for it).
    """

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        """One echo a size (whole IP packets, bytes), all at the same time, never fragmented."""
        ...

    async def clock(self, deadline: float) -> Clock:
        """The place's own clock; Cannot where it is ours."""
        ...

    async def neighbour(self, address: Address, deadline: float) -> str:
        """The place's neighbour table: answers, absent, unsure or elsewhere.

        Unsure: remembered, and not heard of since.  Elsewhere: not on the same link.
        """
        ...

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        """Send exactly one UDP datagram and wait for one answer."""
        ...

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        """The place's TCP connections to an address and port at this moment."""
        ...

    async def leg_ms(self, deadline: float) -> float:
        """One round trip from here to the place, in milliseconds; 0 for ``direct``."""
        ...


class Vantage(Protocol):
    """Where probes look from.  ``direct`` needs no session: it always answers ok."""

    @property
    def name(self) -> str:
        """The name that stands in observations."""
        ...

    async def session(self, deadline: float) -> Session:
        """Be ready to open streams; raises VantageError with a ``jumpbox.*`` failure."""
        ...

    async def lookup(self, name: str, deadline: float) -> Lookup:
        """Resolve as this vantage does.  A missing name is a status, not an error.

        Raises VantageError (``jumpbox.*``), TargetRefused (the completed name), and Cannot where
        the vantage does not tell whom it asks and nobody answers in the usual places.
        """
        ...

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        """Open a TCP stream to an address that the target rules allow.

        Raises VantageError (``tcp.*``, ``jumpbox.*``) and TargetRefused.
        """
        ...

    async def ping(self, address: Address, deadline: float) -> str:
        """One ICMP echo: reply, silence, or unknown where this vantage cannot ping.

        Raises TargetRefused.
        """
        ...

    async def means(self, deadline: float) -> Means:
        """What can be done here besides; raises VantageError (``jumpbox.*``)."""
        ...

    async def close(self) -> None:
        """Let go of everything; never raises."""
        ...
