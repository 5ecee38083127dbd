"""The terminal's view of the shared database: the same tickets, its own parcels in memory.

A bot that serves Slack may share the database.  Parcels of the terminal must not reach Slack, nor
Slack's the terminal, so those made here are held here: whoever sits at the terminal sees them
at once, and once it has closed nobody waits for them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.store.base import Event, Parcel, ParcelState, Ticket
from bot.store.sqlite import SqliteStore


class TerminalStore(SqliteStore):
    """A SqliteStore whose parcels never enter the database."""

    def __init__(self, path: Path, db: Database) -> None:
        """Take over an open connection; use ``open`` instead."""
        super().__init__(path, db)
        self._box: dict[str, Parcel] = {}
        self._out: dict[str, bool] = {}
        """Keys that were handed out, and whether they were asked for again meanwhile."""
        self._count = 0

    async def open_ticket(
        self,
        ticket: Ticket,
        events: Sequence[Event],
        parcels: Sequence[Parcel],
        claim_id: int | None = None,
    ) -> Ticket:
        """See Store.open_ticket."""
        opened = await super().open_ticket(ticket, events, (), claim_id)
        await self.queue([_addressed(parcel, opened.number) for parcel in parcels])
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
        for parcel in parcels:
            if parcel.key in self._box and parcel.kind == "note":
                continue
            self._count += 1
            if parcel.key in self._out:
                self._out[parcel.key] = True
            self._box[parcel.key] = replace(parcel, state="due", id=self._count)

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Parcel]:
        """See Store.due."""
        found = [
            parcel
            for parcel in self._box.values()
            if parcel.state == "due"
            and parcel.key not in self._out
            and (parcel.not_before is None or parcel.not_before <= now)
        ][:limit]
        self._out.update((parcel.key, False) for parcel in found)
        return found

    async def mark(
        self, parcel: Parcel, state: ParcelState, not_before: datetime | None = None
    ) -> None:
        """See Store.mark."""
        if state == "sending":
            return
        again = self._out.pop(parcel.key, False)
        kept = self._box[parcel.key]
        tries = parcel.tries + (state == "due")
        self._box[parcel.key] = replace(
            kept, state="due" if again else state, not_before=not_before, tries=tries
        )


def _addressed(parcel: Parcel, number: int) -> Parcel:
    """A parcel of a ticket that had no number yet when the parcel was made."""
    if parcel.ticket:
        return parcel
    key = f"card:{number}" if parcel.kind == "card" else parcel.key
    return replace(parcel, ticket=number, key=key)
