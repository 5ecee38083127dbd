"""The terminal's view of the shared database: the same tickets, its own parcels in memory.

A bot that serves Slack may share the database.  Parcels of the terminal must not reach Slack, nor
Slack's the terminal, so those made here are held here: whoever sits at the terminal sees them
at once, and once it has closed nobody waits for them.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.store import parcels as outbox
from bot.store.base import Event, IntentState, Parcel, ParcelState, Ticket
from bot.store.schema import TABLES
from bot.store.sqlite import SqliteStore


class TerminalStore(SqliteStore):
    """A SqliteStore whose parcels never enter the database."""

    def __init__(self, path: Path, db: Database) -> None:
        """Take over an open connection; use ``open`` instead."""
        super().__init__(path, db)
        self._box = Database(memory=True, execute_plugins=False)
        for statement in TABLES:
            self._box.execute(statement)

    async def settle(
        self,
        claim_id: int,
        state: IntentState,
        events: Sequence[tuple[int, Event]] = (),
        parcels: Sequence[Parcel] = (),
    ) -> None:
        """See Store.settle."""
        await super().settle(claim_id, state, events)
        await self.queue(parcels)

    async def open_ticket(
        self,
        ticket: Ticket,
        events: Sequence[Event],
        parcels: Sequence[Parcel],
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.open_ticket."""
        opened = await super().open_ticket(ticket, events, (), claim_id)
        await self.queue(outbox.addressed(parcels, opened.number))
        return opened

    async def change(
        self,
        ticket: Ticket,
        events: Sequence[Event] = (),
        parcels: Sequence[Parcel] = (),
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.change."""
        changed = await super().change(ticket, events, (), claim_id)
        await self.queue(parcels)
        return changed

    async def queue(self, parcels: Sequence[Parcel]) -> None:
        """See Store.queue."""
        outbox.queue(parcels, self._box)

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Parcel]:
        """See Store.due."""
        return outbox.due(now, limit, self._instance, self._box)

    async def mark(
        self,
        parcel: Parcel,
        state: ParcelState,
        not_before: datetime | None = None,
        *,
        tried: bool = True,
    ) -> None:
        """See Store.mark."""
        outbox.mark(parcel, outbox.End(state, not_before, tried), self._instance, self._box)

    async def close(self) -> None:
        """See Store.close."""
        await super().close()
        self._box.close()
