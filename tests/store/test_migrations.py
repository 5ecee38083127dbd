import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.base import EpochRecord, Event, FixRecord, Outcome, Query, Stats
from bot.store.faults import StoreForeign
from bot.store.pace import PACE_TRIGGERS
from bot.store.schema import TRIGGERS
from bot.store.sqlite import SqliteStore
from tests.store.samples import NOON, event, later, ticket

OPEN = """
import asyncio, sys
from pathlib import Path
from bot.store.sqlite import SqliteStore
async def main():
    sys.stdin.readline()
    store = await SqliteStore.open(Path(sys.argv[1]))
    await store.close()
asyncio.run(main())
"""


@pytest.mark.parametrize("attempt", range(3))
def test_four_programs_at_once(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "tickets.db"
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(b"\n")
        program.stdin.flush()
    said = [program.communicate()[1].decode() for program in programs]
    assert [program.returncode for program in programs] == [0] * 4, "\n".join(said)
    with closing(sqlite3.connect(path)) as db:
        applied = db.execute("select count(*), count(distinct name) from _sqlite_migrations")
        assert len(set(applied.fetchone())) == 1


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    await (await SqliteStore.open(path)).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('rdp-triage', 'from_the_future', '')"
        )
    with pytest.raises(StoreForeign, match=r"written by a newer version.*from_the_future"):
        await SqliteStore.open(path)


async def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table bookmarks (url)")
    with pytest.raises(StoreForeign, match="database of another program"):
        await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select name from sqlite_master").fetchall() == [("bookmarks",)]


@pytest.mark.parametrize("name", TRIGGERS)
async def test_a_lost_trigger_is_put_back(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tickets.db"
    store = await SqliteStore.open(path)
    await store.open_ticket(ticket("first"), [], [])
    await store._write(lambda db: db.execute(f"drop trigger {name}"))
    await store.open_ticket(ticket("second"), [], [])
    await store.close()
    with caplog.at_level(logging.WARNING):
        store = await SqliteStore.open(path)
    assert name in caplog.text
    assert (await store.stats()).states == {"open": 2}
    for host in ("first", "second"):
        assert len((await store.search(Query(text=host))).tickets) == 1
    await store._write(
        lambda db: db.execute("insert into ticket_fts (ticket_fts) values ('integrity-check')")
    )
    await store.close()
    caplog.clear()
    await (await SqliteStore.open(path)).close()
    assert caplog.text == ""


async def older(path: Path) -> str:
    """Take back what the migration ``pace`` has done; the schema as it is then."""
    with closing(sqlite3.connect(path)) as db, db:
        for name in PACE_TRIGGERS:
            db.execute(f"drop trigger {name}")
        for name in ("pace", "fared", "span"):
            db.execute(f"drop table {name}")
        db.execute("alter table ticket drop column verdict_at")
        db.execute("delete from _sqlite_migrations where name = 'pace'")
        return whole(db)


def whole(db: sqlite3.Connection) -> str:
    """Schema and content as text."""
    return "\n".join(db.iterdump())


async def lived(path: Path) -> Stats:
    """Two tickets with verdicts, tries and an end; what is counted of them."""
    store = await SqliteStore.open(path)
    ends: tuple[tuple[int, Outcome], ...] = ((9, "verified"), (30, "word"))
    for minutes, outcome in ends:
        opened = await store.open_ticket(ticket("srv"), [event("opened")], [])
        seen = Event("observed", "", later(6), {})
        tried = event("tried", fix="renew", result="failed")
        moved = await store.change(opened, [seen, tried])
        at = later(minutes * 60)
        done = event("closed", fix="renew", result="worked")
        ended = replace(moved, state="resolved", outcome=outcome, closed_at=at)
        await store.change(ended, [done])
    found = await store.stats()
    await store.close()
    return found


async def test_a_database_from_before_is_counted_whole(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    counted = await lived(path)
    assert counted.fared == {"renew": FixRecord(2, 4)}
    assert counted.to_verdict is not None
    assert counted.to_verdict.tickets == 2
    assert counted.to_verdict.median == pytest.approx(6, rel=0.06)
    assert counted.to_outcome is not None
    assert counted.to_outcome.p90 == pytest.approx(1_800, rel=0.06)
    await older(path)
    store = await SqliteStore.open(path)
    assert await store.stats() == counted
    assert len((await store.search(Query(text="srv"))).tickets) == 2
    await store.close()


async def test_a_migration_that_fails_leaves_an_older_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: every migration runs in one transaction with its own record."""
    path = tmp_path / "tickets.db"
    counted = await lived(path)
    before = await older(path)
    with monkeypatch.context() as broken:
        broken.setitem(TRIGGERS, "pace_update", "no sql")
        with pytest.raises(Exception, match="syntax error"):
            await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert whole(db) == before
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    store = await SqliteStore.open(path)
    assert await store.stats() == counted
    await store.close()


async def test_a_database_of_the_first_schema_learns(tmp_path: Path) -> None:
    """What a former version wrote is all there, and the new parts work on it."""
    path = tmp_path / "tickets.db"
    store = await SqliteStore.open(path)
    await store.open_ticket(ticket("first"), [], [])
    await store.close()
    await older(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("drop table epoch")
        db.execute("drop index event_result")
        db.execute("drop index ticket_signature")
        db.execute("alter table ticket drop column signature")
        db.execute("delete from _sqlite_migrations where name = 'learning'")
    store = await SqliteStore.open(path)
    assert await store.newest_epoch() is None
    made = EpochRecord("h", "k", NOON, "", {})
    await store.keep_epoch(made)
    assert await store.newest_epoch() == made
    (kept,) = (await store.search(Query(text="first"))).tickets
    changed = await store.change(replace(kept, signature="a=b"))
    assert (await store.search(Query(signature="a=b"))).tickets == (changed,)
    await store.close()


@pytest.mark.parametrize("statement", ["update epoch set data = '{}'", "delete from epoch"])
async def test_an_epoch_is_never_changed(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "tickets.db"
    store = await SqliteStore.open(path)
    await store.keep_epoch(EpochRecord("h", "k", NOON, "", {}))
    await store.close()
    with (
        closing(sqlite3.connect(path)) as db,
        pytest.raises(sqlite3.Error, match="epochs are never"),
    ):
        db.execute(statement)


async def test_a_failed_migration_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TRIGGERS, "ticket_fts_insert", "no sql")
    path = tmp_path / "tickets.db"
    with pytest.raises(Exception, match="syntax error"):
        await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select name from sqlite_master").fetchall() == []
