"""The one thread that writes: many calls, one commit.

Strategy: a commit that survives a power cut costs a disk flush, so up to BATCH waiting calls share
one transaction, each in a savepoint of its own: a call that fails takes back only what it did
itself.  A call is answered after the commit, never before.  A call that has not begun can be
withdrawn (``Future.cancel``); while another program holds the write lock, none has begun.
"""

import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.store.faults import StoreClosed, translated

BATCH = 256
"""Most calls in one transaction: bounds the burst of answers that the event loop gets at once."""

Result = TypeVar("Result")


class _Call:
    """One call, its answer, and whoever waits for it; as a context it keeps its error."""

    def __init__(self, work: Callable[[Database], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None

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

    def claim(self) -> bool:
        """Take it up for good; False when it was withdrawn before."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def answer(self, path: Path) -> None:
        """Tell the waiting side the result or the error."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(translated(self.error, path))


class Writer:
    """Runs calls on its own thread with its own connection."""

    def __init__(self, db: Database, path: Path) -> None:
        """Take over the connection; the thread starts at once."""
        self._db = db
        self._path = path
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Database], Result]) -> Future[Result]:
        """Queue a call; its future gets the result after the commit, or the error.

        Raises StoreClosed after close(), after the thread's death, and in a forked child.
        """
        call = _Call(work)
        with self._gate:
            if self._process != os.getpid():
                raise StoreClosed(f"the store {self._path} belongs to the process that opened it")
            if self._closed:
                raise StoreClosed(f"the store {self._path} is closed; nothing was written")
            self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Finish what is queued, then end the thread and close the connection; may block."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while batch := self._take():
                try:
                    self._commit(batch)
                finally:
                    self._abandon(batch)
        finally:
            self._end()

    def _take(self) -> list[_Call]:
        """Wait for a call, then take what else is there; nothing when it is time to end."""
        batch: list[_Call] = []
        call = self._calls.get()
        while call is not None:
            batch.append(call)
            if len(batch) == BATCH or self._calls.empty():
                return batch
            call = self._calls.get()
        if batch:
            self._calls.put(None)  # end after this batch
        return batch

    def _commit(self, batch: list[_Call]) -> None:
        begun: list[_Call] = []
        try:
            self._db.execute("begin immediate")
            for call in batch:
                if call.claim():
                    begun.append(call)
                    self._perform(call)
            self._db.execute("commit")
        except sqlite3.Error as error:
            self._db.rollback()
            self._abandon(batch, error)
            return
        for call in begun:
            call.answer(self._path)

    def _perform(self, call: _Call) -> None:
        with call, self._db.atomic():
            call.result = call.work(self._db)
        if call.error is not None and not self._db.conn.in_transaction:
            # A full disk ends the whole transaction, and with it what the others wrote.
            raise call.error

    def _abandon(self, batch: list[_Call], error: sqlite3.Error | None = None) -> None:
        """Give an error to each call of a batch that has no answer: nobody waits for ever."""
        for call in batch:
            if not call.future.done() and call.claim():
                call.error = error or StoreClosed(f"the writer of the store {self._path} has died")
                call.answer(self._path)

    def _end(self) -> None:
        with self._gate:
            self._closed = True
        left: list[_Call] = []
        while not self._calls.empty():
            if call := self._calls.get():
                left.append(call)
        self._abandon(left)
        self._db.close()
