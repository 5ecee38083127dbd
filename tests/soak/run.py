"""One soak: work under troubles, a rest, more of both, a rest; then everything is compared.

Strategy: what is held is read at rest only, before and after the second, longer part, in which
the process is not restarted; so what has grown did not come from work that runs or from warming up.
"""

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests.soak.gauge import Held, held, kinds, prepared
from tests.soak.load import Load
from tests.soak.troubles import Troubles
from tests.whole.cards import number, settled
from tests.whole.support import Whole, whole
from tests.whole.test_kill_at_random import UNDONE, UNSENT

PEOPLE = ("asker", "teammate", "lead", "admin")
WARM_UP = 0.4
"""Part of the time before the first reading; only in it the process ends and comes back."""
REST = 90.0
"""Seconds in which everything must have come to rest, once the troubles are over."""
QUIET = 3.0

MEMORY_MIB = 24.0
"""What the bot may grow by in a minute's soak: plans and models that it remembers."""
MEMORY_A_MINUTE = 2.0
"""And by what more in each further minute, MiB."""
BOUNDS = {"descriptors": 4, "threads": 2, "children": 0, "tasks": 4, "channels": 0}
ACK_P99 = 3.0
"""Seconds; Slack waits no longer."""

OWNERLESS = {
    "intents that nobody does": UNDONE,
    "parcels that nobody brings": UNSENT,
    "parcels that somebody holds": """select count(*) from parcel
        where holder is not null and state in ('due', 'sending')""",
    "tickets that are looked at": """select count(*) from ticket where state = 'open'
        and json_extract(body, '$.phase') in ('looking', 'rechecking')""",
    "rows that point nowhere": "select count(*) from pragma_foreign_key_check",
}
VERDICTS = """select (julianday(verdict_at) - julianday(opened_at)) * 86400 from ticket
    where verdict_at is not null"""


@dataclass(frozen=True, slots=True)
class Report:
    """Lines to read, and what broke a bound."""

    lines: tuple[str, ...]
    breaches: tuple[str, ...]


async def soak(seconds: float, seed: int) -> Report:
    """Run everything for about so many seconds, rests not counted."""
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        async with whole(folder, start=False) as world:
            prepared(world, folder)
            await world.bot.start()
            chance = random.Random(seed)  # noqa: S311 - to be the same each time
            load, troubles = Load(world, chance), Troubles(world, chance)
            people = [asyncio.create_task(load.person(each)) for each in PEOPLE]
            try:
                await _spell(load, troubles, seconds * WARM_UP)
                before, had = await held(world), kinds(world.bot.pid)
                troubles.restarts = False
                began = time.monotonic()
                await _spell(load, troubles, seconds * (1 - WARM_UP))
                after = await held(world)
                new = kinds(world.bot.pid) - had
            finally:
                for task in people:
                    task.cancel()
                await asyncio.gather(*people, return_exceptions=True)
            minutes = (time.monotonic() - began) / 60
            report = _judged(load, troubles, (before, after), minutes)
            held_open = ", ".join(f"{count} x {kind}" for kind, count in new.items()) or "none"
            report = replace(report, lines=(*report.lines, f"new descriptors: {held_open}"))
            await world.bot.stop()
            return report


async def _spell(load: Load, troubles: Troubles, seconds: float) -> None:
    """Work under troubles, then let everything come to rest."""
    load.going.set()
    striking = asyncio.create_task(troubles.run())
    await asyncio.sleep(seconds)
    troubles.stop()
    await striking
    load.going.clear()
    load.world.slack.state.faults.clear()
    try:
        await load.world.slack.wait_for(lambda: not going_on(load), REST)
    except TimeoutError:
        raise TimeoutError(f"after {REST:g} s of rest: {', '.join(going_on(load))}") from None
    await _quiet(load.world)


async def _quiet(world: Whole) -> None:
    """Wait until nobody has called Slack for a while, no connection left to it but the socket.

    What may wait, as the Home page, comes late; each of its calls leaves an idle connection.
    """
    end = time.monotonic() + REST
    calls = -1
    while calls != (calls := len(world.slack.journal.of("call"))):
        if time.monotonic() > end:
            raise TimeoutError(f"after {REST:g} s of rest Slack is still called")
        hang_up(world)
        await asyncio.sleep(QUIET)


def hang_up(world: Whole) -> None:
    """Close Slack's ends of idle connections, which a client keeps for half a minute.

    A descriptor that the bot has lost sight of stays open all the same, and is counted.
    """
    runner = world.slack._runner
    assert runner is not None
    assert runner.server is not None
    for each in runner.server.connections:
        if each._current_request is None:
            each.force_close()


def going_on(load: Load) -> list[str]:
    """What has not come to rest yet, in words."""
    world = load.world
    counts = [(name, count) for name, query in OWNERLESS.items() for count in world.stored(query)]
    found = [f"{name}: {count}" for name, count in counts if count]
    cards = [f"#{number(card)}" for card in load.cards()[-100:] if not settled(card)]
    return found + ([f"cards at work: {' '.join(cards)}"] if cards else [])


def _judged(load: Load, troubles: Troubles, read: tuple[Held, Held], minutes: float) -> Report:
    world, breaches = load.world, load.breaches()
    struck = ", ".join(f"{name} {count}" for name, count in sorted(troubles.struck.items()))
    acts = f"{sum(load.sent.values())} acts, {sum(load.acknowledged.values())} acknowledged"
    tickets = len(world.stored("select number from ticket"))
    lines = [f"troubles: {struck}", f"{acts}, {load.told_not_taken()} told not taken"]
    lines.append(f"{tickets} tickets; lost or doubled: {len(breaches)}")
    for name, query in OWNERLESS.items():
        (count,) = world.stored(query)
        lines.append(f"{name}: {count}")
        breaches += [f"{name}: {count}"] if count else []
    for name, first in read[0].rows().items():
        last = read[1].rows()[name]
        bound = _bound(name, minutes)
        lines.append(f"{name}: {first:g} -> {last:g} (may grow by {bound:g})")
        breaches += [f"{name} grew by {last - first:g}"] if last - first > bound else []
    acks = [float(each.data["latency"]) for each in world.slack.journal.acks(status="ok")]
    lines += [f"acknowledged after {_percentiles(acks)}"]
    lines += [f"verdict after {_percentiles(world.stored(VERDICTS))}"]
    if _rank(acks, 0.99) > ACK_P99:
        breaches.append("the 99th percentile of acknowledgements is over three seconds")
    if world.stored("pragma integrity_check") != ["ok"]:
        breaches.append("the database is damaged")
    return Report(tuple(lines), tuple(breaches))


def _bound(name: str, minutes: float) -> float:
    if name in ("memory", "worker"):
        return MEMORY_MIB + MEMORY_A_MINUTE * max(0.0, minutes - 1)
    return BOUNDS[name]


def _percentiles(seconds: list[float]) -> str:
    told = ", ".join(f"p{part * 100:g} {_rank(seconds, part):.3f} s" for part in (0.5, 0.9, 0.99))
    return f"{told}, most {max(seconds, default=0):.3f} s ({len(seconds)})"


def _rank(seconds: list[float], part: float) -> float:
    ordered = sorted(seconds) or [0.0]
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
