"""The store as a running bot has it: its writes are timed, and it tells how it is.

Strategy: what a write costs is measured where its caller waits, so that the queue, another
program's lock and the disk's flush all count; nothing is added to the thread that writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Protocol, TypeVar

from sqlite_utils import Database

from bot.store.base import Backlog, Claim, Event, Intent, Parcel, Stale, StoreError, Ticket
from bot.store.faults import StoreFull, plainly
from bot.store.sqlite import SqliteStore

Result = TypeVar("Result")

FULL_S = 60.0
"""Seconds for which a write that found no room counts: a small one may find some all the same."""


class Meter(Protocol):
    """Is told what happens in the store; times in seconds."""

    def wrote(self, seconds: float) -> None:
        """A write was answered."""
        ...

    def failed(self) -> None:
        """The store could not write; a ticket that moved on is none of that."""
        ...

    def judged(self, seconds: float) -> None:
        """A ticket has its first verdict, so long after it was opened."""
        ...


class OperatedStore(SqliteStore):
    """A ``SqliteStore`` that is watched over."""

    meter: Meter | None = None
    _full: StoreFull | None = None
    _full_at = -FULL_S

    async def accept(self, intent: Intent, patience: float = 1.5) -> Claim:
        """See Store.accept."""
        return await self._timed(super().accept(intent, patience))

    async def change(
        self,
        ticket: Ticket,
        events: Sequence[Event] = (),
        parcels: Sequence[Parcel] = (),
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.change."""
        changed = await super().change(ticket, events, parcels, claim_id)
        seen = next((each.at for each in events if each.kind == "observed"), None)
        if self.meter is not None and seen is not None and ticket.version == 1:
            self.meter.judged((seen - ticket.opened_at).total_seconds())
        return changed

    async def fault(self, seconds: float) -> str:
        """Why it cannot be written within so many seconds, without a file's name; or nothing.

        It is tried: an idle bot, too, knows of a disk that has gone before a user meets it.
        """
        try:
            call = self._writer.submit(_touch)
        except StoreError as closed:
            return plainly(closed)
        await asyncio.wait([call.answer], timeout=seconds)
        if not call.answer.done():
            call.claim()  # withdrawn, unless it has begun
            call.answer.cancel()
            return f"the database did not answer within {seconds:g} s"
        error = call.answer.exception()
        if error is None and monotonic() - self._full_at < FULL_S:
            error = self._full
        return "" if error is None else plainly(error)

    async def backlog(self) -> Backlog:
        """What waits now."""
        return await self._read(_backlog)

    async def _write(self, work: Callable[[Database], Result]) -> Result:
        return await self._timed(super()._write(work))

    async def _timed(self, writing: Awaitable[Result]) -> Result:
        begun = monotonic()
        try:
            answer = await writing
        except Stale:
            raise
        except StoreError as error:
            if isinstance(error, StoreFull):
                self._full, self._full_at = error, monotonic()
            if self.meter is not None:
                self.meter.failed()
            raise
        self._full = None
        if self.meter is not None:
            self.meter.wrote(monotonic() - begun)
        return answer


def _touch(db: Database) -> None:
    """Write what stands there already: a page is written, and nothing is changed.

    (https://www.sqlite.org/pragma.html#pragma_user_version: SQLite itself makes no use of it.)
    """
    (stands,) = db.execute("pragma user_version").fetchone()
    db.execute(f"pragma user_version = {stands}")


def _backlog(db: Database) -> Backlog:
    intents = "select count(*) from intent where state = 'pending'"
    parcels = "select count(*) from parcel where state in ('due', 'sending')"
    states = "select state, sum(tickets) from tally where tickets > 0 group by state"
    return Backlog(
        intents=db.execute(intents).fetchone()[0],
        parcels=db.execute(parcels).fetchone()[0],
        states=dict(db.execute(states).fetchall()),
    )
