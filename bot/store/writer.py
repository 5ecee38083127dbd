"""The one thread that writes: many calls, one commit.

Strategy: a commit that survives a power cut costs a disk flush, so up to BATCH waiting calls share
one transaction, each in a savepoint of its own: a call that fails takes back only what it did
itself.  A call is answered after the commit, never before.  A call that has not begun can be
withdrawn; while another program holds the write lock, none has begun.
"""

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

from bot.store.faults import StoreClosed, translated

BATCH = 256
"""Most calls in one transaction: bounds the burst of answers that the event loop gets at once."""

Result = TypeVar("Result")


class Call(Generic[Result]):
    """One call; ``answer`` gets its result after the commit, or its error."""

    def __init__(self, work: Callable[[Database], Result], loop: asyncio.AbstractEventLoop) -> None:
        self.answer: asyncio.Future[Result] = loop.create_future()
        self._work = work
        self._first = threading.Lock()
        self._result: list[Result] = []
        self.error: BaseException | None = None

    def claim(self) -> bool:
        """True for the first who asks: the writer, to begin it, or the caller, to withdraw it."""
        return self._first.acquire(blocking=False)

    def perform(self, db: Database) -> None:
        """Do the work in a savepoint; its error is kept for the caller."""
        with self, db.atomic():
            self._result = [self._work(db)]

    def tell(self) -> None:
        """Give the answer, on the event loop."""
        if self.answer.done():  # its caller was cancelled
            return
        if self.error is None:
            self.answer.set_result(self._result[0])
        else:
            self.answer.set_exception(self.error)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.error = error
        return isinstance(error, Exception)


class Writer:
    """Runs calls on its own thread with its own connection; belongs to one event loop."""

    def __init__(self, db: Database, path: Path) -> None:
        """Take over the connection; the thread starts at once."""
        self._db = db
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._calls: queue.SimpleQueue[Call[Any] | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Database], Result]) -> Call[Result]:
        """Queue a call.

        Raises StoreClosed after close(), after the thread's death, and in a forked child.
        """
        with self._gate:
            if self._process != os.getpid():
                raise StoreClosed(f"the store {self._path} belongs to the process that opened it")
            if self._closed:
                raise StoreClosed(f"the store {self._path} is closed; nothing was written")
            call = Call(work, self._loop)
            self._calls.put(call)
        return call

    def close(self) -> None:
        """Finish what is queued, then end the thread and close the connection; may block."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        batch: list[Call[Any]] = []
        try:
            while batch := self._take():
                self._commit(batch)
        finally:
            self._end(batch)

    def _take(self) -> list[Call[Any]]:
        """Wait for a call, then take what else is there; nothing when it is time to end."""
        batch: list[Call[Any]] = []
        call = self._calls.get()
        while call is not None:
            batch.append(call)
            if len(batch) == BATCH or self._calls.empty():
                return batch
            call = self._calls.get()
        if batch:
            self._calls.put(None)  # end after this batch
        return batch

    def _commit(self, batch: list[Call[Any]]) -> None:
        begun: list[Call[Any]] = []
        try:
            self._db.execute("begin immediate")
            for call in batch:
                if call.claim():
                    begun.append(call)
                    self._perform(call)
            self._db.execute("commit")
        except sqlite3.Error as error:
            self._db.rollback()
            begun += [call for call in batch if call.claim()]
            for call in begun:
                call.error = error
        self._tell(begun)

    def _perform(self, call: Call[Any]) -> None:
        call.perform(self._db)
        if call.error is not None and not self._db.conn.in_transaction:
            # A full disk ends the whole transaction, and with it what the others wrote.
            raise call.error

    def _tell(self, calls: list[Call[Any]]) -> None:
        """Answer a whole batch by waking the event loop once."""
        for call in calls:
            if call.error is not None:
                call.error = translated(call.error, self._path)

        def tell() -> None:
            for call in calls:
                call.tell()

        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self._loop.call_soon_threadsafe(tell)

    def _end(self, batch: list[Call[Any]]) -> None:
        """Close; after the thread's death, say so to everyone who still waits."""
        with self._gate:
            self._closed = True
        while not self._calls.empty():
            if call := self._calls.get():
                batch.append(call)
        for call in batch:
            call.error = StoreClosed(f"the writer of the store {self._path} has died")
        self._tell(batch)
        self._db.close()
