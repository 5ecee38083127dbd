"""What only SqliteStore promises: patience, errors in words, one process, one holder."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store.base import StoreBusy
from bot.store.faults import (
    StoreClosed,
    StoreMissing,
)
from bot.store.sqlite import SqliteStore
from tests.store.samples import (
    NOON,
    card,
    click,
    event,
    later,
    note,
    opening,
    other_program,
    ticket,
)


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


async def test_purging_many_goes_in_small_transactions(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.sqlite.PURGE_BATCH", 2)
    for _ in range(5):
        await store.open_ticket(ticket(state="cancelled"), [event()], [])
    await store.queue([note("sent"), note("due")])
    await store.mark((await store.due(NOON, limit=1))[0], "sent")
    assert await store.purge(later(1)) == 5
    await store.queue([note("sent")])
    assert [parcel.key for parcel in await store.due(NOON)] == ["due", "sent"]


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
