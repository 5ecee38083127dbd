import asyncio
import os
from pathlib import Path

import pytest

from bot.store.base import Query, StoreError
from bot.store.sqlite import SqliteStore
from tests.store.samples import event, opening, ticket


async def test_a_backup_while_writing_is_whole(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "tickets.db")
    opened = await store.open_ticket(ticket(notes="find me"), [event()], [])
    writing = [asyncio.create_task(store.accept(opening(str(n)))) for n in range(300)]
    await store.backup(tmp_path / "copy.db")
    await asyncio.gather(*writing)
    await store.close()
    copy = await SqliteStore.open_existing(tmp_path / "copy.db")
    assert (await copy.search(Query(text="find"))).tickets == (opened,)
    assert len(await copy.events(opened.number)) == 1
    assert (await copy.accept(opening("new"))).outcome == "taken"
    assert (await copy.open_ticket(ticket(), [], [])).number == opened.number + 1
    await copy.close()
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


async def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "tickets.db")
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match=r"copy\.db exists"):
        await store.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    with pytest.raises(StoreError, match="cannot write a backup"):
        await store.backup(tmp_path / "no" / "copy.db")
    await store.close()
    assert sorted(os.listdir(tmp_path)) == ["copy.db", "tickets.db"]  # noqa: PTH208
