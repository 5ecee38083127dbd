"""The threads that read, each with a connection of its own that can only read."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.store.connection import open_reader
from bot.store.faults import StoreClosed

THREADS = 2

Result = TypeVar("Result")


class Readers:
    """Runs reading calls; a thread opens its connection with its first call."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store-reader")
        self._own = threading.local()
        self._connections: list[Database] = []
        self._closed = False
        self._process = os.getpid()

    def submit(self, work: Callable[[Database], Result]) -> Future[Result]:
        """Queue a call; raises StoreClosed after close() and in a forked child."""
        if self._closed or self._process != os.getpid():
            raise StoreClosed(f"the store {self._path} is closed, or belongs to another process")
        return self._pool.submit(self._run, work)

    def _run(self, work: Callable[[Database], Result]) -> Result:
        db: Database | None = getattr(self._own, "db", None)
        if db is None:
            db = self._own.db = open_reader(self._path)
            self._connections.append(db)
        return work(db)

    def close(self) -> None:
        """Finish what is queued, then close the connections; may block."""
        self._closed = True
        self._pool.shutdown()
        for db in self._connections:
            db.close()
