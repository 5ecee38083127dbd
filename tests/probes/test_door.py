"""Two places that look at one host at the same time count as one crowd before its door."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from bot.probes import Target
from bot.probes.door import MOST_PENDING, SHUT_S, Door
from bot.probes.run import look
from tests.probes.loopback import Loopback
from tests.probes.servers import Host, Peer, gnome, hosting, windows_nla

Answer = Callable[[int | None], bytes]


class Crowd:
    """A host that answers after a moment, and counts who waits for that and who is there."""

    def __init__(self, answer: Answer, answers_after: float = 0.03) -> None:
        self.answer = answer
        self.answers_after = answers_after
        self.waiting = self.most_waiting = 0
        self.there = self.most_there = 0
        self.met = asyncio.Event()

    async def serve(self, peer: Peer) -> None:
        self.waiting += 1
        self.there += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        if self.met.is_set():
            self.most_there = max(self.most_there, self.there)
        try:
            mask = await peer.request()
            await asyncio.sleep(self.answers_after)
            await peer.send(self.answer(mask))
        finally:
            self.waiting -= 1
        try:
            await peer.read()
        finally:
            self.there -= 1
            if not self.there:
                self.met.set()  # whoever comes now knows how this host must be met


async def together(host: Host, doors: tuple[Door | None, Door | None]) -> None:
    deadline = asyncio.get_running_loop().time() + 8
    target = Target("127.0.0.1", host.port)
    places = [Loopback(name=name) for name in ("dc1", "dc2")]
    await asyncio.gather(
        *(
            look(place, target, deadline=deadline, door=door)
            for place, door in zip(places, doors, strict=True)
        )
    )


@pytest.mark.parametrize("shared", [True, False])
async def test_few_stand_before_the_door_whatever_place_they_come_from(*, shared: bool) -> None:
    crowd, door = Crowd(windows_nla), Door()
    async with hosting(crowd.serve) as host:
        await together(host, (door, door) if shared else (None, None))
    assert (crowd.most_waiting <= MOST_PENDING) == shared


async def test_a_slow_host_has_no_more_of_them_before_its_door() -> None:
    """It has taken none of them off its queue, however long ago they opened."""
    crowd, door = Crowd(windows_nla, 2 * SHUT_S), Door()
    async with hosting(crowd.serve) as host:
        await together(host, (door, door))
    assert crowd.most_waiting == MOST_PENDING


@pytest.mark.parametrize("shared", [True, False])
async def test_a_gentle_host_meets_all_places_one_by_one(*, shared: bool) -> None:
    crowd, door = Crowd(lambda mask: gnome(mask or 0)), Door()
    async with hosting(crowd.serve) as host:
        await together(host, (door, door) if shared else (None, None))
    assert crowd.met.is_set()
    assert (crowd.most_there <= 1) == shared


async def test_a_way_that_is_shut_gives_its_place_back() -> None:
    """Its packets reach no queue of the host."""
    door = Door()
    stacks = []
    for _ in range(MOST_PENDING + 2):
        stack = ExitStack()
        async with asyncio.timeout(5):
            await door.stand(stack)
        stacks.append(stack)
    for stack in stacks:
        stack.close()
    assert door._places._value == MOST_PENDING
