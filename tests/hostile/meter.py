"""A vantage that counts what each connection took in, and a look that must come back."""

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes import Target
from bot.probes.line import MOST_BYTES
from bot.probes.run import look
from bot.vantage.base import Address, Lookup, Stream, Vantage
from tests.probes.loopback import LOOPBACK, Loopback

MOST_TAKEN = MOST_BYTES + 65536
"""A line is cut once it has taken its cap in; the last read may bring one more piece."""
SECONDS = 8.0
PATIENCE = 1.0


@dataclass
class Meter:
    """A stream that counts."""

    stream: Stream
    taken: int = 0

    async def read(self, limit: int, deadline: float) -> bytes:
        data = await self.stream.read(limit, deadline)
        self.taken += len(data)
        return data

    async def write(self, data: bytes, deadline: float) -> None:
        await self.stream.write(data, deadline)

    async def ending(self, deadline: float) -> str:
        return await self.stream.ending(deadline)

    async def close(self) -> None:
        await self.stream.close()


class Metered(Loopback):
    """The loopback, with a meter on every stream."""

    def __init__(self, *names: str) -> None:
        super().__init__({name: Lookup(name, "ok", (LOOPBACK,)) for name in names})
        self.meters = list[Meter]()

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        meter = Meter(await super().connect(address, port, deadline))
        self.meters.append(meter)
        return meter

    @property
    def most(self) -> int:
        """What the greediest connection took in."""
        return max((meter.taken for meter in self.meters), default=0)


async def seen(
    vantage: Vantage,
    target: Target,
    *,
    seconds: float = SECONDS,
    patience: float = PATIENCE,
    **more: Any,
) -> list[Observation]:
    """Look, in words of the contract, and come back although nobody is in a hurry."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds * 4):
        found = await look(
            vantage, target, deadline=loop.time() + seconds, connect_timeout=patience, **more
        )
    ours = [one for one in found if one.failure is Failure.PROBE_INTERNAL]
    assert not ours, f"a bug of our own: {ours}"
    return found


async def met(port: int, **more: Any) -> dict[str, Observation]:
    """What the loopback's port shows; every line within its cap, and no stream left open."""
    vantage = Metered()
    found = await seen(vantage, Target("127.0.0.1", port), **more)
    assert vantage.most <= MOST_TAKEN
    assert not vantage.live, "a stream was left open"
    return {one.probe: one for one in found}


def words(found: dict[str, Observation]) -> dict[str, str]:
    """The failure word of each probe, else its status."""
    return {name: str(one.failure or one.status.value) for name, one in found.items()}
