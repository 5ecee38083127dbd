"""Means that say what a test tells them, and what they were asked."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.vantage.base import Address, Cannot, Clock, Datagram, Echo, Socket

NOT_HERE = Cannot("not in this test")

EchoOf = Callable[[int], Echo]
Answer = Callable[[bytes], Datagram]
Sight = Callable[[], tuple[Socket, ...]]


def replies(most: int = 65535, rtt_ms: float = 0.4) -> EchoOf:
    """Echoes up to a size come back, larger ones vanish."""

    def echo(size: int) -> Echo:
        return Echo(size, "reply", rtt_ms) if size <= most else Echo(size, "silence")

    return echo


def told_of(mtu: int, rtt_ms: float = 0.4) -> EchoOf:
    """Echoes up to a size come back, of larger ones a router says what it would take."""

    def echo(size: int) -> Echo:
        return Echo(size, "reply", rtt_ms) if size <= mtu else Echo(size, "too-big", mtu=mtu)

    return echo


def silence(size: int) -> Echo:
    """No echo comes back."""
    return Echo(size, "silence")


@dataclass
class Told:
    """A means for each verb, or None where the place has none; ``hang`` names verbs that wait."""

    echo: EchoOf | None = None
    answer: Answer | None = None
    sight: Sight | None = None
    near: str | None = None
    leg: float | None = 0.0
    hang: frozenset[str] = frozenset()
    bursts: list[tuple[int, ...]] = field(default_factory=list)
    datagrams: list[tuple[Address, int, bytes]] = field(default_factory=list)
    looks: int = 0
    asked: list[Address] = field(default_factory=list)
    waiting: int = 0

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        if self.echo is None:
            raise NOT_HERE
        self.bursts.append(tuple(sizes))
        found = tuple(map(self.echo, sizes))
        if "echoes" in self.hang or any(echo.state == "silence" for echo in found):
            await self._wait(deadline)
        return found

    async def clock(self, deadline: float) -> Clock:
        raise NOT_HERE

    async def neighbour(self, address: Address, deadline: float) -> str:
        self.asked.append(address)
        if self.near is None:
            raise NOT_HERE
        return self.near

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        if self.answer is None:
            raise NOT_HERE
        self.datagrams.append((address, port, payload))
        found = self.answer(payload)
        if found.state == "silent":
            await self._wait(deadline)
        return found

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        if self.sight is None:
            raise NOT_HERE
        self.looks += 1
        return self.sight()

    async def leg_ms(self, deadline: float) -> float:
        if self.leg is None:
            raise NOT_HERE
        return self.leg

    async def _wait(self, deadline: float) -> None:
        """As long as silence lasts; a caller who gives up is counted out again."""
        self.waiting += 1
        try:
            await asyncio.sleep(deadline - asyncio.get_running_loop().time())
        finally:
            self.waiting -= 1


def syn_ack(payload: bytes) -> Datagram:
    """What a Windows host answers to a SYN."""
    data = payload[8:12] + bytes.fromhex("0040000500000007") + payload[12:16]
    return Datagram("answers", data.ljust(1232, b"\0"))


def healthy() -> Told:
    """A place that can do all, and a host that answers all."""
    return Told(echo=replies(), answer=syn_ack)
