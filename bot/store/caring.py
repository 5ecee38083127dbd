"""The store for an administrator: what it holds about a person, their erasure, and a clean file."""

import asyncio
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from bot.store import people
from bot.store.base import Event
from bot.store.connection import LOCK_TIMEOUT, RETRY_S
from bot.store.faults import translated
from bot.store.people import Erased
from bot.store.rows import Row
from bot.store.sqlite import SqliteStore


class CaringStore(SqliteStore):
    """A ``SqliteStore`` with what only an administrator may do."""

    async def traces(self, person: str) -> dict[str, list[Row]]:
        """Every row in which a person stands, by table."""
        return await self._read(partial(people.traces, person))

    async def erase(self, person: str, by: Event) -> Erased:
        """Take a person out of every row; raises StoreError while something is not finished."""
        return await self._write(partial(people.erase, person, by))

    async def scrub(self) -> bool:
        """Write the file anew without what was deleted; whether the log beside it is empty too.

        The log cannot be emptied while another program reads.  Raises StoreError.
        """
        try:
            return await asyncio.to_thread(_scrub, self.path)
        except sqlite3.Error as error:
            raise translated(error, self.path) from None


def _scrub(path: Path) -> bool:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(
        sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT, isolation_level=None)
    ) as connection:
        connection.execute("pragma secure_delete = on")
        connection.execute("vacuum")
        latest = time.monotonic() + LOCK_TIMEOUT
        while True:
            (busy, _, _) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
            if not busy or time.monotonic() >= latest:
                return not busy
            time.sleep(RETRY_S)
