"""Other places to look from while somebody looks: nobody's look breaks off, nothing stays open."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.probes.base import Target
from bot.vantage.base import TargetRefused
from bot.wiring.meters import Meters
from bot.wiring.places import Places
from tests.desk import office as o
from tests.wiring.test_meters import value

TARGET = Target("srv-app-07", 3389)


@dataclass
class Post(o.ScriptedScout):
    closed: int = 0

    async def close(self) -> None:
        self.closed += 1


async def look(places: Places) -> int:
    return len(await places.look(TARGET, ("jump1",), seconds=1))


async def test_a_look_ends_where_it_began_and_then_lets_go() -> None:
    meters, gate = Meters(), asyncio.Event()
    old, new = Post(gate=gate), Post(sight=o.expired()[:1])
    places = Places(old, meters)
    slow = asyncio.create_task(look(places))
    await o.until(lambda: bool(old.looks))
    places.adopt(new)
    assert await look(places) == 1
    assert (old.closed, value(meters, "rdp_triage_looks_running")) == (0, 1)
    gate.set()
    assert await slow == len(old.sight)
    await o.until(lambda: old.closed == 1)
    assert value(meters, "rdp_triage_look_seconds_count") == 2
    await places.close()
    assert (old.closed, new.closed) == (1, 1)


async def test_places_that_nobody_uses_are_closed_at_once() -> None:
    old, new = Post(), Post(refuse="it is closed")
    places = Places(old, Meters())
    places.admit(TARGET)
    places.adopt(new)
    await o.until(lambda: old.closed == 1)
    with pytest.raises(TargetRefused, match="it is closed"):
        places.admit(TARGET)
    await places.close()


async def test_a_look_that_breaks_is_counted_as_ended() -> None:
    meters = Meters()
    places = Places(Post(breaks=RuntimeError("broken")), meters)
    with pytest.raises(RuntimeError, match="broken"):
        await look(places)
    assert value(meters, "rdp_triage_looks_running") == 0
    assert value(meters, "rdp_triage_look_seconds_count") == 0
