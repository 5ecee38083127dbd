"""The store on one SQLite file.

Strategy: writes go to one thread that commits many at once (``writer``); reads go to threads with
connections of their own that can only read; nothing touches the file on the event loop.
"""

import asyncio
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from bot.store import commands, counts, learning, lookups, queries
from bot.store import parcels as outbox
from bot.store.backup import write_backup
from bot.store.base import (
    Claim,
    EpochRecord,
    Event,
    FixRecord,
    Intent,
    IntentState,
    Lesson,
    Page,
    Parcel,
    ParcelState,
    Query,
    Stats,
    StoreBusy,
    Tenant,
    Ticket,
)
from bot.store.connection import LOCK_TIMEOUT, open_writer
from bot.store.faults import translated
from bot.store.readers import Readers
from bot.store.rows import packed, unpacked
from bot.store.writer import Writer

PURGE_BATCH = 200

Result = TypeVar("Result")


class SqliteStore:
    """Implements ``Store`` on one file; open it with ``open``, end with ``close``."""

    def __init__(self, path: Path, db: Database) -> None:
        """Take over an open connection; use ``open`` instead."""
        self.path = path
        self._writer = Writer(db, path)
        self._readers = Readers(path)
        self._instance = uuid.uuid4().hex

    @classmethod
    async def open(
        cls, path: Path, create: bool = True, lock_timeout: float = LOCK_TIMEOUT
    ) -> Self:
        """Open a database, make it unless ``create`` is False, bring it up to date.

        ``lock_timeout`` is in seconds.  Raises StoreError.
        """
        opened = partial(open_writer, path, create=create, lock_timeout=lock_timeout)
        return cls(path, await asyncio.to_thread(opened))

    @classmethod
    async def open_existing(cls, path: Path) -> Self:
        """Open a database that must be there already; raises StoreMissing."""
        return await cls.open(path, create=False)

    async def accept(self, intent: Intent, patience: float = 1.5) -> Claim:
        """See Store.accept; a write that has begun is waited for, so that the answer is true."""
        call = self._writer.submit(partial(commands.accept, intent))
        try:
            await asyncio.wait([call.answer], timeout=patience)
        except asyncio.CancelledError:
            call.claim()  # nobody will acknowledge it
            raise
        if not call.answer.done() and call.claim():
            raise StoreBusy(f"the database {self.path} did not answer for {patience:g} s")
        return await call.answer

    async def take(self, claim: Claim, version: int) -> Claim:
        """See Store.take."""
        return await self._write(partial(commands.take, claim, version))

    async def intent(self, key: str) -> Intent | None:
        """See Store.intent."""
        return await self._read(partial(lookups.intent, key=key))

    async def pending(self) -> Sequence[Claim]:
        """See Store.pending."""
        return await self._read(lookups.pending)

    async def settle(
        self,
        claim_id: int,
        state: IntentState,
        events: Sequence[tuple[int, Event]] = (),
        parcels: Sequence[Parcel] = (),
    ) -> None:
        """See Store.settle."""
        await self._write(partial(commands.settle, claim_id, state, events, parcels))

    async def open_ticket(
        self,
        ticket: Ticket,
        events: Sequence[Event],
        parcels: Sequence[Parcel],
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.open_ticket."""
        return await self._write(partial(commands.open_ticket, ticket, events, parcels, claim_id))

    async def change(
        self,
        ticket: Ticket,
        events: Sequence[Event] = (),
        parcels: Sequence[Parcel] = (),
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.change."""
        return await self._write(partial(commands.change, ticket, events, parcels, claim_id))

    async def append(self, number: int, events: Sequence[Event]) -> None:
        """See Store.append."""
        await self._write(partial(commands.append, number, events))

    async def ticket(self, number: int) -> Ticket | None:
        """See Store.ticket."""
        return await self._read(partial(lookups.ticket, number=number))

    async def events(self, number: int) -> Sequence[Event]:
        """See Store.events."""
        return await self._read(partial(lookups.events, number=number))

    async def unfinished(self) -> Sequence[Ticket]:
        """See Store.unfinished."""
        return await self._read(lookups.unfinished)

    async def search(self, query: Query) -> Page:
        """See Store.search."""
        return await self._read(partial(queries.search, query=query))

    async def stats(self, tenant: Tenant | None = None, since: datetime | None = None) -> Stats:
        """See Store.stats."""
        return await self._read(partial(counts.stats, tenant=tenant, since=since))

    async def card_at(self, number: int, channel: str, card: str) -> None:
        """See Store.card_at."""
        await self._write(partial(commands.card_at, number, channel, card))

    async def queue(self, parcels: Sequence[Parcel]) -> None:
        """See Store.queue."""
        await self._write(partial(outbox.queue, parcels))

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Parcel]:
        """See Store.due."""
        return await self._write(partial(outbox.due, now, limit, self._instance))

    async def mark(
        self,
        parcel: Parcel,
        state: ParcelState,
        not_before: datetime | None = None,
        *,
        tried: bool = True,
    ) -> None:
        """See Store.mark."""
        end = outbox.End(state, not_before, tried)
        await self._write(partial(outbox.mark, parcel, end, self._instance))

    async def keep_knowledge(self, digest: str, files: Mapping[str, str]) -> None:
        """See Store.keep_knowledge."""
        await self._write(partial(commands.keep_knowledge, digest, packed(files)))

    async def knowledge(self, digest: str) -> Mapping[str, str] | None:
        """See Store.knowledge."""
        files = await self._read(partial(lookups.knowledge, digest=digest))
        return None if files is None else unpacked(files)

    async def keep_epoch(self, record: EpochRecord) -> None:
        """See Store.keep_epoch."""
        await self._write(partial(learning.keep_epoch, record))

    async def epoch(self, digest: str) -> EpochRecord | None:
        """See Store.epoch."""
        return await self._read(partial(learning.epoch, digest=digest))

    async def newest_epoch(self, knowledge: str | None = None) -> EpochRecord | None:
        """See Store.newest_epoch."""
        return await self._read(partial(learning.newest_epoch, knowledge=knowledge))

    async def lessons(self, after: int = 0, limit: int = 200) -> Sequence[Lesson]:
        """See Store.lessons."""
        return await self._read(partial(learning.lessons, after=after, limit=limit))

    async def fix_record(self, tenant: Tenant, fix: str, last: int = 200) -> FixRecord:
        """See Store.fix_record."""
        return await self._read(partial(learning.fix_record, tenant=tenant, fix=fix, last=last))

    async def purge(self, before: datetime) -> int:
        """See Store.purge; in small transactions, between which others have their turn."""
        deleted = 0
        while some := await self._write(partial(commands.purge, before, PURGE_BATCH)):
            deleted += some
        return deleted

    async def backup(self, target: Path) -> None:
        """Copy the database, as it is now, to a file that does not exist yet; raises StoreError."""
        await asyncio.to_thread(write_backup, self.path, target)

    async def close(self) -> None:
        """See Store.close; more than once does no harm."""
        # The last to close puts the write-ahead log into the file, which readers cannot.
        await asyncio.to_thread(self._readers.close)
        await asyncio.to_thread(self._writer.close)

    async def _write(self, work: Callable[[Database], Result]) -> Result:
        call = self._writer.submit(work)
        try:
            return await call.answer
        except asyncio.CancelledError:
            call.claim()  # withdrawn, unless it has begun
            raise

    async def _read(self, work: Callable[[Database], Result]) -> Result:
        try:
            return await asyncio.wrap_future(self._readers.submit(work))
        except sqlite3.Error as error:
            raise translated(error, self.path) from None
