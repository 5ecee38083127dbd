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

from bot.store.base import Intent, Query, Tenant, Ticket
from bot.store.connection import open_writer
from bot.store.rows import new_ticket_row
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
        print(f"  {name:<28} p95 {_p95(times):7.2f} ms")
    slowest = _p95(everything)
    print(
        f"history search, {TICKETS:,} tickets: p95 {slowest:.2f} ms, "
        f"{slowest / SEARCH_GOAL_MS:.2f} x the goal of {SEARCH_GOAL_MS:g} ms"
    )
    counting = _p95([await _timed(partial(store.stats, HOME)) for _ in range(10)])
    print(
        f"stats, {TICKETS:,} tickets: p95 {counting:.2f} ms, "
        f"{counting / STATS_GOAL_MS:.2f} x the goal of {STATS_GOAL_MS:g} ms"
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
    db.execute("pragma synchronous = off")  # only while filling
    db.execute("begin")
    db.table("ticket").insert_all(_rows(), batch_size=1000)
    db.execute("commit")
    db.close()


def _rows() -> Iterator[dict[str, object]]:
    chance = random.Random(1)  # noqa: S311 - the same data in every run
    for number in range(TICKETS):
        yield new_ticket_row(_ticket(number, chance), None)


def _ticket(number: int, chance: random.Random) -> Ticket:
    host = f"srv-app-{chance.randrange(5000):04d}.corp.example"
    opened = START + timedelta(minutes=number)
    recent = number > TICKETS - 200
    cause = chance.choice(CAUSES)
    return Ticket(
        number=0,
        tenant=HOME if chance.random() < 0.95 else Tenant("E1", "T2"),
        host=host,
        port=3389,
        asked_by=f"U{chance.randrange(200):04d}",
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
