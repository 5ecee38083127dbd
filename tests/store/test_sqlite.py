"""What only SqliteStore promises: patience, errors in words, one process, one holder."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store.base import StoreBusy, StoreError
from bot.store.faults import (
    StoreClosed,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
)
from bot.store.sqlite import SqliteStore
from tests.store.samples import NOON, card, click, event, note, opening, ticket


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    one = await SqliteStore.open(tmp_path / "tickets.db")
    yield one
    await one.close()


def other_program(path: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(path, isolation_level=None))


async def test_settings_of_the_file(store: SqliteStore) -> None:
    settings = await store._write(
        lambda db: [
            db.execute(f"pragma {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    )
    assert settings == ["wal", 2, 1]  # 2: FULL
    assert store.path.stat().st_mode & 0o777 == 0o600


async def test_the_folder_is_made(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "data" / "a b?.db")
    await store.close()
    assert (tmp_path / "data" / "a b?.db").exists()


async def test_reading_never_makes_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"there is no database .*tickets\.db"):
        await SqliteStore.open_existing(tmp_path / "tickets.db")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_reading_what_exists_while_another_program_writes(store: SqliteStore) -> None:
    opened = await store.open_ticket(ticket(), [], [])
    with other_program(store.path) as other:
        other.execute("begin immediate")
        reading = await SqliteStore.open_existing(store.path)
        assert await reading.ticket(opened.number) == opened
        await reading.close()


async def test_a_withdrawn_intent_is_not_written(store: SqliteStore) -> None:
    with other_program(store.path) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreBusy, match=r"tickets\.db did not answer"):
            await store.accept(opening("a"), patience=0.05)
        other.execute("rollback")
    assert (await store.accept(opening("a"))).outcome == "taken"
    assert len(await store.pending()) == 1


async def test_an_intent_behind_a_slow_call_is_withdrawn(store: SqliteStore) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(db: object) -> None:
        begun.set()
        assert go.wait(30)

    blocking = asyncio.create_task(store._write(slow))
    await asyncio.to_thread(begun.wait, 30)
    with pytest.raises(StoreBusy):
        await store.accept(opening("a"), patience=0.01)
    go.set()
    await blocking
    assert await store.pending() == []


async def test_an_accept_inside_its_commit_tells_the_truth(store: SqliteStore) -> None:
    begun, go = threading.Event(), threading.Event()

    def hold(number: int) -> int:
        begun.set()
        assert go.wait(30)
        return number

    def make_slow(db: Database) -> None:
        db.conn.create_function("hold", 1, hold)
        db.execute("create temp trigger slow after insert on main.intent begin select hold(1); end")

    await store._write(make_slow)
    accepting = asyncio.create_task(store.accept(opening("a"), patience=0.01))
    await asyncio.to_thread(begun.wait, 30)
    await asyncio.wait([accepting], timeout=0.1)
    assert not accepting.done()
    go.set()
    assert (await accepting).outcome == "taken"


async def test_a_cancelled_caller_withdraws_its_write(store: SqliteStore) -> None:
    with other_program(store.path) as other:
        other.execute("begin immediate")
        task = asyncio.create_task(store.accept(opening("a"), patience=30))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        writing = asyncio.create_task(store.open_ticket(ticket(), [], []))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        other.execute("rollback")
    await store.accept(opening("b"))
    assert [claim.intent.key for claim in await store.pending()] == ["b"]
    assert await store.ticket(1) is None


async def test_a_lock_that_stays_is_told_in_words(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "tickets.db", lock_timeout=0.05)
    with other_program(store.path) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreLocked, match=r"holds the database .*tickets\.db; end what"):
            await store.append(1, [event()])
    await store.open_ticket(ticket(), [], [])
    await store.close()


async def test_a_full_disk_is_told_in_words_and_nothing_is_lost(store: SqliteStore) -> None:
    kept = await store.open_ticket(ticket(), [], [])
    await store._write(lambda db: db.execute("pragma max_page_count = 1").fetchone())
    big = {"text": "x" * 200_000}
    results = await asyncio.gather(
        *(store.queue([note(f"n{number}", big)]) for number in range(9)), return_exceptions=True
    )
    assert {type(result) for result in results} == {StoreFull}
    with pytest.raises(StoreFull, match=r"no room left for the database .*tickets\.db"):
        await store.queue([note("n", big)])
    assert await store.ticket(kept.number) == kept
    await store._write(lambda db: db.execute("pragma max_page_count = 100000").fetchone())
    await store.queue([note("n", big)])
    assert [parcel.key for parcel in await store.due(NOON)] == ["n"]


async def test_a_failing_call_does_not_hurt_the_others(store: SqliteStore) -> None:
    opened = await store.open_ticket(ticket(), [], [])
    calls = [
        store.append(number, [event(n=number)]) for number in (opened.number, 99, opened.number)
    ]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), StoreError, type(None)]
    assert len(await store.events(opened.number)) == 2


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    path.write_bytes(b"This is not a database, whatever its name says. " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match=r"tickets\.db is not a sound SQLite database"):
        await SqliteStore.open(path)
    assert path.read_bytes() == before


async def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot make the database"):
        await SqliteStore.open(tmp_path)
    with pytest.raises(StoreReadOnly, match="cannot be opened"):
        await SqliteStore.open_existing(tmp_path)


async def test_a_database_that_may_not_be_written(store: SqliteStore) -> None:
    await store._write(lambda db: db.execute("pragma query_only = on"))
    with pytest.raises(StoreReadOnly, match=r"tickets\.db cannot be written; give this user"):
        await store.accept(opening("a"))


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "tickets.db")
    queued = [asyncio.create_task(store.accept(opening(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert {(await claim).outcome for claim in queued} == {"taken"}
    with pytest.raises(StoreClosed):
        await store.accept(opening("late"))
    with pytest.raises(StoreClosed):
        await store.ticket(1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_the_death_of_the_writer_is_noticed(store: SqliteStore) -> None:
    def die(db: object) -> None:
        raise SystemExit

    dying = [asyncio.create_task(store._write(die))]
    dying += [asyncio.create_task(store.append(1, [event()])) for _ in range(5)]
    results = await asyncio.gather(*dying, return_exceptions=True)
    assert {type(result) for result in results} <= {StoreClosed, StoreError}
    assert isinstance(results[0], StoreClosed)
    with pytest.raises(StoreClosed):
        await store.accept(opening("a"))
    assert await store.ticket(1) is None  # reading goes on


async def test_a_bug_in_a_call_belongs_to_its_caller(store: SqliteStore) -> None:
    with pytest.raises(ZeroDivisionError):
        await store._write(lambda db: 1 // 0)
    assert (await store.accept(opening("a"))).outcome == "taken"


async def test_a_forked_child_cannot_use_it(store: SqliteStore) -> None:
    await store.accept(opening("a"))
    child = os.fork()
    if child == 0:
        refused = 0
        for submit in (store._writer.submit, store._readers.submit):
            try:
                submit(lambda db: None)
            except StoreClosed:
                refused += 1
        os._exit(refused)
    _, status = await asyncio.to_thread(os.waitpid, child, 0)
    assert os.waitstatus_to_exitcode(status) == 2
    assert len(await store.pending()) == 1


async def test_events_are_append_only_even_by_hand(store: SqliteStore) -> None:
    opened = await store.open_ticket(ticket(), [event("opened")], [])
    with other_program(store.path) as other:
        other.execute("pragma foreign_keys = on")
        for statement, said in (
            ("update event set data = '{}'", "never changed"),
            ("delete from event", "never deleted"),
            ("replace into event values (1, 1, 'opened', 'x', 'y', '{}')", "never deleted"),
            ("delete from ticket", "an open ticket is never deleted"),
        ):
            other.execute("pragma recursive_triggers = on")
            with pytest.raises(sqlite3.IntegrityError, match=said):
                other.execute(statement)
    assert [each.kind for each in await store.events(opened.number)] == ["opened"]


async def test_one_version_has_one_claim_even_by_hand(store: SqliteStore) -> None:
    opened = await store.open_ticket(ticket(), [], [])
    await store.accept(click("a", opened.number))
    with other_program(store.path) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(
            "insert into intent (key, kind, enterprise_id, team_id, user, at, payload, ticket, "
            "version) values ('b', 'click', '', '', 'U9', '', '{}', 1, 1)"
        )


async def test_a_parcel_is_handed_out_once_by_one_instance(store: SqliteStore) -> None:
    await store.open_ticket(ticket(), [], [card(1), note("n")])
    due = await store.due(NOON)
    assert len(due) == 2
    assert await store.due(NOON) == []
    await store.mark(due[0], "sending")
    assert await store.due(NOON) == []
    fresh = await SqliteStore.open(store.path)  # as after a crash
    left = await fresh.due(NOON)
    assert [(parcel.state, parcel.tries) for parcel in left] == [("sending", 1), ("due", 0)]
    assert await fresh.due(NOON) == []
    await fresh.mark(left[1], "due")
    assert [parcel.key for parcel in await fresh.due(NOON)] == ["n"]
    await fresh.close()
