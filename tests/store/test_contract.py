"""The contract, kept by SqliteStore: as one instance, and opened anew for every call."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.store.base import Store
from bot.store.sqlite import SqliteStore
from bot.store.terminal import TerminalStore
from tests.store.contract import (
    IntentContract,
    LearningContract,
    ParcelContract,
    SearchContract,
    TicketContract,
)


class Reopened:
    """A store without a memory of its own: each call opens the file and closes it again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **fields: Any) -> Any:
            store = await SqliteStore.open(self.path)
            try:
                return await getattr(store, name)(*args, **fields)
            finally:
                await store.close()

        return call


@pytest.fixture(params=["one instance", "reopened"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "reopened":
        yield cast("Store", Reopened(tmp_path / "tickets.db"))
        return
    one: Store = await SqliteStore.open(tmp_path / "tickets.db")
    yield one
    await one.close()


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Store]:
    one: Store = await TerminalStore.open(tmp_path / "tickets.db")
    yield one
    await one.close()


class TestIntents(IntentContract): ...


class TestTickets(TicketContract): ...


class TestParcels(ParcelContract): ...


class TestSearch(SearchContract): ...


class TestLearning(LearningContract): ...


class TestTerminalParcels(ParcelContract):
    @pytest.fixture
    def store(self, terminal: Store) -> Store:
        return terminal
