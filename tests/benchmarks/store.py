"""How fast the store is, beside its goals; run with `python -m tests.benchmarks.store`.

CI_LONG=1 searches a million tickets instead of a hundred thousand.
"""

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from bot.store.base import Event, Intent, Query, Tenant, Ticket
from bot.store.connection import open_writer
from bot.store.rows import event_row, iso, new_ticket_row
from bot.store.sqlite import SqliteStore

WRITES = 20_000
WRITES_GOAL = 5_000
AT_ONCE = 1_000
TICKETS = 1_000_000 if os.environ.get("CI_LONG") else 100_000
SEARCH_GOAL_MS = 30.0
STATS_GOAL_MS = 300.0
START = datetime(2025, 1, 1, tzinfo=UTC)
HOME = Tenant("E1", "T1")
DAY = START + timedelta(days=30)
CAUSES = "certificate-expired firewall clock-skew dns gateway licences nla-required".split()  # noqa: SIM905

QUERIES = {
    "newest": Query(tenant=HOME),
    "host": Query(tenant=HOME, host="srv-app-0042.corp.example"),
    "common beginning of a host": Query(tenant=HOME, host="srv*"),
    "rare beginning of a host": Query(tenant=HOME, host="srv-app-004*"),
    "person": Query(tenant=HOME, user="U0007"),
    "my open tickets": Query(tenant=HOME, user="U0007", state="open"),
    "common state": Query(tenant=HOME, state="resolved"),
    "cause": Query(tenant=HOME, cause="dns"),
    "common code": Query(tenant=HOME, code="0x904"),
    "rare code": Query(tenant=HOME, code="0x123"),
    "word in every ticket": Query(tenant=HOME, text="computer"),
    "word in most tickets": Query(tenant=HOME, text="connection"),
    "two common words": Query(tenant=HOME, text="connection lost"),
    "host as text": Query(tenant=HOME, text="srv-app-0042"),
    "rare and common word": Query(tenant=HOME, text="rare77 connection"),
    "unknown word": Query(tenant=HOME, text="nowhere"),
    "one day": Query(tenant=HOME, since=DAY, until=DAY + timedelta(days=1)),
    "a cause up to a day": Query(tenant=HOME, cause="dns", until=DAY),
    "a word from a day on": Query(tenant=HOME, text="connection", since=DAY),
    "host and state": Query(tenant=HOME, host="srv-app-0042.corp.example", state="resolved"),
    "common beginning and state": Query(tenant=HOME, host="srv*", state="escalated"),
    "common beginning and rare state": Query(tenant=HOME, host="srv*", state="abandoned"),
    "rare beginning, state and cause": Query(
        tenant=HOME, host="srv-app-004*", state="escalated", cause="dns"
    ),
    "common beginning, cause of none": Query(tenant=HOME, host="srv*", cause="no-such"),
    "person and cause": Query(tenant=HOME, user="U0007", cause="dns"),
    "person and cause of none": Query(tenant=HOME, user="U0007", cause="no-such"),
    "person, state and days": Query(
        tenant=HOME, user="U0007", state="resolved", since=DAY, until=DAY + timedelta(days=9)
    ),
    "person and common word": Query(tenant=HOME, user="U0007", text="connection"),
    "person of none, common word": Query(tenant=HOME, user="U9999", text="connection"),
    "person with one old ticket, word": Query(tenant=HOME, user="U0OLD", text="connection"),
    "cause and state": Query(tenant=HOME, cause="dns", state="escalated"),
    "cause and rare state": Query(tenant=HOME, cause="dns", state="abandoned"),
    "cause and code": Query(tenant=HOME, cause="dns", code="0x904"),
    "cause of one old ticket, code": Query(tenant=HOME, cause="rare-cause", code="0x904"),
    "cause of none, common word": Query(tenant=HOME, cause="no-such", text="connection"),
    "open, common word": Query(tenant=HOME, state="open", text="connection"),
    "rare state, common word": Query(tenant=HOME, state="abandoned", text="connection"),
    "a day's open ones, common word": Query(
        tenant=HOME, state="open", text="connection", since=DAY, until=DAY + timedelta(days=9)
    ),
    "host and common word": Query(tenant=HOME, host="srv-app-0042.corp.example", text="connection"),
    "host of none, common word": Query(tenant=HOME, host="srv-none", text="connection"),
    "rare beginning, common word": Query(tenant=HOME, host="srv-app-004*", text="connection"),
    "rare code from a day on": Query(tenant=HOME, code="0x123", since=DAY),
    "other tenant": Query(tenant=Tenant("E1", "T9")),
    "small tenant, common word": Query(tenant=Tenant("E1", "T3"), text="connection"),
    "everything at once": Query(
        tenant=HOME,
        host="srv-app-00*",
        user="U0007",
        cause="dns",
        code="0x904",
        state="resolved",
        text="connection lost",
        since=DAY,
        until=DAY + timedelta(days=400),
    ),
    "old page": Query(tenant=HOME, text="connection", before=TICKETS // 100),
}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_writes(Path(folder) / "writes.db"))
        asyncio.run(_searches(Path(folder) / "searches.db"))


async def _writes(path: Path) -> None:
    store = await SqliteStore.open(path)
    left = iter(range(WRITES))

    async def person() -> None:
        for number in left:
            await store.accept(Intent(str(number), "open", HOME, "U1", START, {}), patience=60)

    start = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(AT_ONCE)))
    rate = WRITES / (time.perf_counter() - start)
    await store.close()
    print(
        f"acknowledged writes, synchronous=FULL, {AT_ONCE} at once: {rate:,.0f} a second, "
        f"{rate / WRITES_GOAL:.2f} x the goal of {WRITES_GOAL:,}"
    )


async def _searches(path: Path) -> None:
    await asyncio.to_thread(_fill, path)
    store = await SqliteStore.open(path)
    everything: list[float] = []
    for name, query in QUERIES.items():
        times = [await _timed(partial(store.search, query)) for _ in range(20)]
        everything += times
        slow = "" if _p95(times) <= SEARCH_GOAL_MS else "   missed"
        print(f"  {name:<34} p95 {_p95(times):7.2f} ms{slow}")
    slowest = _p95(everything)
    print(
        f"history search, {TICKETS:,} tickets: p95 {slowest:.2f} ms, "
        f"{slowest / SEARCH_GOAL_MS:.2f} x the goal of {SEARCH_GOAL_MS:g} ms"
    )
    for days in (30, None):
        since = None if days is None else START + timedelta(minutes=TICKETS) - timedelta(days=days)
        times = [await _timed(partial(store.stats, HOME, since)) for _ in range(10)]
        span = "all" if days is None else f"{days} days"
        print(
            f"stats, {span} of {TICKETS:,} tickets: p95 {_p95(times):.2f} ms, "
            f"{_p95(times) / STATS_GOAL_MS:.2f} x the goal of {STATS_GOAL_MS:g} ms"
        )
    await store.close()


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await call()
    return (time.perf_counter() - start) * 1e3


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _fill(path: Path) -> None:
    db: Database = open_writer(path, create=True)
    # Only while filling: no log, and the indexes' pages in memory.
    for setting in ("journal_mode = off", "synchronous = off", "cache_size = -800000"):
        db.execute(f"pragma {setting}")
    db.execute("begin")
    db.table("ticket").insert_all(_rows(), batch_size=1000)
    db.table("event").insert_all(_events(), batch_size=1000)
    db.execute("commit")
    db.close()


def _rows() -> Iterator[dict[str, object]]:
    chance = random.Random(1)  # noqa: S311 - the same data in every run
    for number in range(TICKETS):
        ticket = _ticket(number, chance)
        seen = iso(ticket.opened_at + timedelta(seconds=chance.expovariate(1 / 6)))
        yield {**new_ticket_row(ticket, None), "verdict_at": seen}


def _events() -> Iterator[dict[str, object]]:
    """How the fix fared on every tenth ticket."""
    chance = random.Random(2)  # noqa: S311 - the same data in every run
    for number in range(1, TICKETS + 1, 10):
        data = {
            "fix": f"fix-{chance.choice(CAUSES)}",
            "result": chance.choice(("worked", "failed")),
        }
        yield event_row(number, Event("tried", "", START + timedelta(minutes=number), data))


def _tenant(number: int, chance: random.Random) -> Tenant:
    """Most are at home, some elsewhere, and a handful of the oldest in a third place."""
    elsewhere = Tenant("E1", "T2" if number > 100 else "T3")
    return HOME if chance.random() < 0.95 else elsewhere


def _ticket(number: int, chance: random.Random) -> Ticket:
    host = f"srv-app-{chance.randrange(5000):04d}.corp.example"
    opened = START + timedelta(minutes=number)
    recent = number > TICKETS - 200
    cause = "rare-cause" if number == 9 else chance.choice(CAUSES)
    return Ticket(
        number=0,
        tenant=_tenant(number, chance),
        host=host,
        port=3389,
        asked_by="U0OLD" if number == 7 else f"U{chance.randrange(200):04d}",
        opened_at=opened,
        state="open" if recent else chance.choice(("resolved", "resolved", "escalated")),
        version=1,
        knowledge="k",
        epoch="e",
        closed_at=None if recent else opened + timedelta(minutes=9),
        outcome=None if recent else "verified",
        cause=cause,
        fix=f"fix-{cause}",
        codes=("0x904", hex(chance.randrange(3000))),
        names=(host.partition(".")[0].upper(),),
        message="This computer can't connect to the remote computer: the connection "
        + ("was lost" if chance.random() < 0.8 else "failed"),
        notes=f"rare{chance.randrange(2000)}",
        body={"observations": ["x" * 100] * 20},
    )


if __name__ == "__main__":
    main()
