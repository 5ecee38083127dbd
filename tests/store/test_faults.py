"""What goes wrong under the store becomes a sentence, and hurts nobody else."""

import asyncio
from pathlib import Path

import pytest

from bot.store.base import StoreError
from bot.store.faults import StoreClosed, StoreDamaged, StoreFull, StoreLocked, StoreReadOnly
from bot.store.sqlite import SqliteStore
from tests.store.samples import NOON, event, note, opening, other_program, ticket


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
