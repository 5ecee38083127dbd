import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.base import EpochRecord, Query
from bot.store.faults import StoreForeign
from bot.store.schema import TRIGGERS
from bot.store.sqlite import SqliteStore
from tests.store.samples import NOON, ticket

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


async def test_a_database_of_the_first_schema_learns(tmp_path: Path) -> None:
    """What a former version wrote is all there, and the new parts work on it."""
    path = tmp_path / "tickets.db"
    store = await SqliteStore.open(path)
    await store.open_ticket(ticket("first"), [], [])
    await store.close()
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
