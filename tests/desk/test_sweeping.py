"""A sweep in numbers: how many hosts at once, from where, and what a slow reader does."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pytest

from bot.catalog import load, shipped
from bot.desk.looking import Scout
from bot.desk.sweeping import PROBED, Sweeper, Swept
from bot.probes import Target
from bot.targets import Rules
from bot.vantage.base import Lookup
from bot.vantage.scripted import Script, Scripted

CATALOG = load(shipped())
RULES = Rules.of(["*.a", "*.b"], ["shut.a", "closed.a"], [3389])
FITS: Mapping[str, Sequence[str]] = {"one": ["*.a"], "two": ["*.b"]}


class Crowd(Scripted):
    """A jump box that knows no name and counts who asks it at the same time."""

    def __init__(self, name: str) -> None:
        super().__init__(Script(name=name), RULES)
        self.inside = self.most = self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def lookup(self, name: str, deadline: float) -> Lookup:
        self.asked += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            for _ in range(5):
                await asyncio.sleep(0)
            await self.open.wait()
            # The rules judge the name as the search list has completed it.
            RULES.check_name("closed.a" if name == "alias.a" else name)
            return Lookup(name, "nxdomain")
        finally:
            self.inside -= 1


class Collected(list[Swept]):
    """Results in the order in which they came."""

    async def take(self, swept: Swept) -> None:
        self.append(swept)


def crowds() -> tuple[Crowd, Crowd]:
    return Crowd("one"), Crowd("two")


def sweeper(boxes: Sequence[Crowd], at_once: int) -> Sweeper:
    scout = Scout(RULES, {box.name: box for box in boxes}, FITS, None)
    return Sweeper(scout, CATALOG, at_once)


def hosts(count: int, zone: str) -> list[Target]:
    return [Target(f"h{number}.{zone}") for number in range(count)]


async def spin(until: Callable[[], bool]) -> None:
    """Let the others run until something holds, and then as long again."""
    turns = 0
    while not until():
        turns += 1
        await asyncio.sleep(0)
    for _ in range(turns + 100):
        await asyncio.sleep(0)


async def test_every_host_is_judged_once_and_no_place_meets_more_than_it_may() -> None:
    one, two = crowds()
    targets, seen = [*hosts(30, "a"), *hosts(3, "b")], Collected()
    await sweeper((one, two), 7).sweep(targets, None, seen.take)
    assert Counter(each.target for each in seen) == Counter(targets)
    assert (one.most, two.most) == (7, 3)
    for each in seen:
        assert each.diagnosis is not None
        assert each.diagnosis.step is None
        assert each.diagnosis.verdict.causes[0].id == "name-not-found"


async def test_hosts_of_several_places_share_what_a_place_may_have() -> None:
    one, two = crowds()
    seen = Collected()
    await sweeper((one, two), 4).sweep(hosts(20, "a"), "all", seen.take)
    assert len(seen) == 20
    assert (one.most, two.most) == (4, 4)
    assert {o.vantage for each in seen for o in each.observations} == {"one", "two"}


async def test_a_busy_place_holds_up_no_other() -> None:
    one, two = crowds()
    one.open.clear()
    seen = Collected()
    targets = [*hosts(20, "a"), *hosts(20, "b")]
    sweep = asyncio.create_task(sweeper((one, two), 2).sweep(targets, None, seen.take))
    await spin(lambda: len(seen) == 20)
    assert {each.target.host[-1] for each in seen} == {"b"}
    one.open.set()
    await sweep
    assert len(seen) == 40


async def test_a_slow_reader_slows_the_looking_down() -> None:
    one, two = crowds()
    read, came = asyncio.Event(), asyncio.Event()

    async def slowly(swept: Swept) -> None:
        del swept
        came.set()
        await read.wait()

    sweep = asyncio.create_task(sweeper((one, two), 5).sweep(hosts(100, "a"), None, slowly))
    await spin(came.is_set)
    assert one.asked == 5
    read.set()
    await sweep
    assert one.asked == 100


async def test_refused_hosts_are_results_and_are_not_looked_at() -> None:
    one, two = crowds()
    seen = Collected()
    targets = [
        Target("shut.a"), Target("h.c"), Target("h.a", 22), Target("alias.a"), Target("h1.a"),
    ]  # fmt: skip
    await sweeper((one, two), 5).sweep(targets, None, seen.take)
    refusals = {each.target: each.refusal for each in seen if each.diagnosis is None}
    assert set(refusals) == set(targets) - {Target("h1.a")}
    assert "targets.deny has shut.a" in refusals[targets[0]]
    assert "no jump box looks at h.c" in refusals[targets[1]]
    assert "port 22" in refusals[targets[2]]
    assert "targets.deny has closed.a" in refusals[targets[3]]
    assert one.asked == 2


async def test_a_reader_that_is_gone_ends_everything() -> None:
    one, two = crowds()

    async def gone(swept: Swept) -> None:
        raise BrokenPipeError(swept.target.host)

    before = asyncio.all_tasks()
    with pytest.raises(BrokenPipeError):
        await sweeper((one, two), 5).sweep(hosts(100, "a"), None, gone)
    assert asyncio.all_tasks() == before
    assert one.asked <= 10


def test_other_ports_are_left_alone() -> None:
    assert "host.companions" not in PROBED
