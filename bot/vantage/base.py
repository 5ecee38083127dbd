"""A place to look from: the whole network as the probes know it.

Strategy: five verbs (session, lookup, connect, ping, close) and a byte stream.  Foreign errors
(asyncssh, OSError, ssl, dns) end in the adapters beside this file as ``VantageError``.
Deadlines are absolute times of the running event loop's clock and belong to the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Protocol

from bot.evidence import Failure
from bot.targets import TargetRefused

__all__ = ["Address", "Lookup", "Session", "Stream", "TargetRefused", "Vantage", "VantageError"]

Address = IPv4Address | IPv6Address


class VantageError(Exception):
    """A network step failed; ``failure`` is our word for it, ``detail`` is for people.

    ``state`` is the ``jumpbox.session`` state that goes with a ``jumpbox.*`` failure.
    """

    def __init__(self, failure: Failure, detail: str = "", state: str | None = None) -> None:
        super().__init__(f"{failure.value}: {detail}" if detail else failure.value)
        self.failure = failure
        self.detail = detail
        self.state = state


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

    async def close(self) -> None:
        """Close at once; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """How the way to this vantage is: facts of ``jumpbox.session``."""

    state: str = "ok"
    connect_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Lookup:
    """One name looked up from a vantage: facts of ``name.lookup``.

    ``status`` is ok, literal, nxdomain, no-answer or timeout; ``canonical`` is the name that the
    vantage's search list completed to (it is what the name rules judge).  ``detail`` is the
    reason of a status other than ok, for people.
    """

    asked: str
    status: str
    addresses: tuple[Address, ...] = ()
    canonical: str | None = None
    reverse: Mapping[str, str] = field(default_factory=dict)
    resolver: str | None = None
    detail: str = ""

    def facts(self) -> dict[str, Any]:
        """The contract's keys; what was not read is absent."""
        found: dict[str, Any] = {"asked": self.asked, "status": self.status}
        if self.addresses:
            found["addresses"] = [str(address) for address in self.addresses]
        if self.canonical is not None:
            found["canonical"] = self.canonical
        if self.reverse:
            found["reverse"] = dict(self.reverse)
        if self.resolver is not None:
            found["resolver"] = self.resolver
        return found


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

        Raises VantageError (``jumpbox.*``) and TargetRefused (the completed name).
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

    async def close(self) -> None:
        """Let go of everything; never raises."""
        ...
