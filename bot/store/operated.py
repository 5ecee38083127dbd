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
from bot.store.sqlite import SqliteStore

Result = TypeVar("Result")


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

    async def answers(self, seconds: float) -> bool:
        """Whether the thread that writes is alive and gets its turn within so many seconds."""
        try:
            call = self._writer.submit(_nothing)
        except StoreError:
            return False
        await asyncio.wait([call.answer], timeout=seconds)
        if call.answer.done():
            return call.answer.exception() is None
        call.claim()  # withdrawn, unless it has begun
        call.answer.cancel()
        return False

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
        except StoreError:
            if self.meter is not None:
                self.meter.failed()
            raise
        if self.meter is not None:
            self.meter.wrote(monotonic() - begun)
        return answer


def _nothing(_: Database) -> None:
    """A turn of the writer in which nothing is written."""


def _backlog(db: Database) -> Backlog:
    intents = "select count(*) from intent where state = 'pending'"
    parcels = "select count(*) from parcel where state in ('due', 'sending')"
    states = "select state, sum(tickets) from tally where tickets > 0 group by state"
    return Backlog(
        intents=db.execute(intents).fetchone()[0],
        parcels=db.execute(parcels).fetchone()[0],
        states=dict(db.execute(states).fetchall()),
    )
