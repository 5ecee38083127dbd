"""A vantage over real sockets that counts, and a look through it."""

import asyncio
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

from bot.evidence import Failure, Observation
from bot.probes import Target
from bot.probes.run import look
from bot.vantage.base import Address, Lookup, Means, Session, Stream, VantageError
from bot.vantage.tcp import DirectStream, open_tcp
from tests.probes.servers import Host
from tests.probes.told import healthy

LOOPBACK = IPv4Address("127.0.0.1")
BEHIND = IPv4Address("192.0.2.1")
"""An address that never answers, without leaving the loopback."""


class Watched:
    """A stream that tells its vantage when it is closed."""

    def __init__(self, stream: DirectStream, vantage: "Loopback") -> None:
        self._stream, self._vantage = stream, vantage

    async def read(self, limit: int, deadline: float) -> bytes:
        if self._vantage.read_fault is not None:
            raise self._vantage.read_fault
        return await self._stream.read(limit, deadline)

    async def write(self, data: bytes, deadline: float) -> None:
        await self._stream.write(data, deadline)

    async def ending(self, deadline: float) -> str:
        return await self._stream.ending(deadline)

    async def close(self) -> None:
        self._vantage.live.discard(self)
        await self._stream.close()


class Loopback:
    """A vantage over real sockets: names from a table, counted connections, faults on demand."""

    def __init__(self, names: Mapping[str, Lookup] | None = None, name: str = "test") -> None:
        self.name = name
        self.names = names or {}
        self.live = set[Watched]()
        self.connects = list[Address]()
        self.ports = list[int]()
        self.other_means: Means = healthy()
        self.pending = 0
        self.most_pending = 0
        self.session_fault: VantageError | None = None
        self.read_fault: VantageError | None = None
        self.connect_fault: Callable[[int], VantageError | None] = lambda _number: None

    async def session(self, deadline: float) -> Session:
        if self.session_fault is not None:
            raise self.session_fault
        return Session("ok", 3.5)

    async def lookup(self, name: str, deadline: float) -> Lookup:
        return self.names.get(name) or Lookup(name, "literal", (LOOPBACK,))

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        self.connects.append(address)
        self.ports.append(port)
        fault = self.connect_fault(len(self.connects))
        if fault is not None:
            raise fault
        self.pending += 1
        self.most_pending = max(self.most_pending, self.pending)
        try:
            if address == BEHIND:
                await asyncio.sleep(deadline - asyncio.get_running_loop().time())
                raise VantageError(Failure.TCP_TIMEOUT)
            stream = Watched(await open_tcp(address, port, deadline), self)
        finally:
            self.pending -= 1
        self.live.add(stream)
        return stream

    async def ping(self, address: Address, deadline: float) -> str:
        return "unknown"

    async def means(self, deadline: float) -> Means:
        return self.other_means

    async def close(self) -> None:
        return


async def see(
    host: Host | int,
    vantage: Loopback | None = None,
    *,
    name: str = "127.0.0.1",
    seconds: float = 8.0,
    connect_timeout: float = 4.0,
    **more: object,
) -> dict[str, Observation]:
    """Look at a host; the last observation of each probe."""
    vantage = vantage or Loopback()
    port = host if isinstance(host, int) else host.port
    deadline = asyncio.get_running_loop().time() + seconds
    found = await look(
        vantage,
        Target(name, port),
        deadline=deadline,
        connect_timeout=connect_timeout,
        **more,  # type: ignore[arg-type]
    )
    assert not vantage.live, "a stream was left open"
    return {observation.probe: observation for observation in found}
