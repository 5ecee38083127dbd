"""The watched store: what it costs, what waits, and whether it answers."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.store.base import Backlog, Event, Stale, StoreError
from bot.store.faults import StoreFull
from bot.store.operated import OperatedStore
from tests.store.samples import event, later, note, opening, ticket


@dataclass
class Heard:
    times: list[float] = field(default_factory=list)
    verdicts: list[float] = field(default_factory=list)
    failures: int = 0

    def wrote(self, seconds: float) -> None:
        self.times.append(seconds)

    def failed(self) -> None:
        self.failures += 1

    def judged(self, seconds: float) -> None:
        self.verdicts.append(seconds)


async def test_writes_and_first_verdicts_are_told(tmp_path: Path) -> None:
    store, heard = await OperatedStore.open(tmp_path / "tickets.db"), Heard()
    store.meter = heard
    await store.accept(opening("one"))
    opened = await store.open_ticket(ticket(), [event("opened")], [])
    judged = await store.change(opened, [Event("observed", "", later(7), {})])
    await store.change(judged, [Event("observed", "", later(90), {})])
    assert len(heard.times) == 4
    assert heard.verdicts == [7.0]
    with pytest.raises(Stale):
        await store.change(opened)
    assert heard.failures == 0
    with pytest.raises(StoreError, match="no intent"):
        await store.settle(999, "done")
    assert heard.failures == 1
    await store.close()


async def test_what_waits_is_counted(tmp_path: Path) -> None:
    store = await OperatedStore.open(tmp_path / "tickets.db")
    claim = await store.accept(opening("one"))
    await store.accept(opening("two"))
    await store.settle(claim.id or 0, "done", (), [note("a"), note("b")])
    done = await store.open_ticket(ticket(), [], [])
    await store.change(replace(done, state="resolved", outcome="word", closed_at=later(60)))
    await store.open_ticket(ticket(), [], [])
    assert await store.backlog() == Backlog(1, 2, {"open": 1, "resolved": 1})
    await store.close()


async def test_a_store_that_cannot_write_says_why(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    store = await OperatedStore.open(path, lock_timeout=0.2)
    assert await store.fault(5) == ""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert await store.fault(0.05) == "the database did not answer within 0.05 s"
        assert await store.fault(5) == "another program holds the database"
        other.execute("rollback")
    assert await store.fault(5) == ""
    await store.close()
    assert "not written any more" in await store.fault(5)


async def test_a_disk_with_room_for_little_is_full(tmp_path: Path) -> None:
    store = await OperatedStore.open(tmp_path / "tickets.db")
    await store._write(lambda db: db.execute("pragma max_page_count = 1"))
    with pytest.raises(StoreFull):
        await store.open_ticket(ticket(body={"much": "x" * 100_000}), [], [])
    assert await store.fault(5) == "there is no room left for the database"
    await store._write(lambda db: db.execute("pragma max_page_count = 100000"))
    assert await store.fault(5) == ""
    await store.close()


async def test_asking_how_it_is_writes_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    store = await OperatedStore.open(path)
    await store.accept(opening("one"))
    with closing(sqlite3.connect(path)) as other:
        dump, before = list(other.iterdump()), path.with_name("tickets.db-wal").stat().st_size
        assert await store.fault(5) == ""
        assert list(other.iterdump()) == dump
        assert path.with_name("tickets.db-wal").stat().st_size > before
    await store.close()
