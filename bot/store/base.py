"""What the bot keeps, as methods named after what it does; no SQL outside the adapters.

Every method is one transaction.  Times are given by the caller as aware UTC datetimes.
A ticket's row changes only by compare-and-set on its version; its events are never changed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.store.values import (
    EVENT_KINDS,
    Backlog,
    Claim,
    EpochRecord,
    Event,
    FixRecord,
    Intent,
    IntentState,
    Lesson,
    Outcome,
    Pace,
    Page,
    Parcel,
    ParcelState,
    Query,
    Stale,
    Stats,
    StoreBusy,
    StoreError,
    Tenant,
    Ticket,
    TicketState,
)

__all__ = [
    "EVENT_KINDS",
    "Backlog",
    "Claim",
    "EpochRecord",
    "Event",
    "FixRecord",
    "Intent",
    "IntentState",
    "Lesson",
    "Outcome",
    "Pace",
    "Page",
    "Parcel",
    "ParcelState",
    "Query",
    "Stale",
    "Stats",
    "Store",
    "StoreBusy",
    "StoreError",
    "Tenant",
    "Ticket",
    "TicketState",
]


class Store(Protocol):
    """The keeper of tickets, intents, parcels and knowledge snapshots."""

    async def accept(self, intent: Intent, patience: float = 1.5) -> Claim:
        """Commit an intent before its acknowledgement.

        For an intent with ``ticket`` and ``version``: at most one intent that is not refused
        exists for each (ticket, version), and the ticket's version must still be that one.
        Raises StoreBusy after ``patience`` seconds; then the write was withdrawn.
        """
        ...

    async def take(self, claim: Claim, version: int) -> Claim:
        """Use up a ticket's version for an intent that was accepted without one.

        ``taken`` (again, if it has it already), or ``stale`` with who was first, or
        ``unknown-ticket``; the intent stays pending in any case.
        """
        ...

    async def intent(self, key: str) -> Intent | None:
        """The intent with this key, whatever became of it."""
        ...

    async def pending(self) -> Sequence[Claim]:
        """Intents accepted and not yet done, oldest first (for the start after a crash)."""
        ...

    async def settle(
        self,
        claim_id: int,
        state: IntentState,
        events: Sequence[tuple[int, Event]] = (),
        parcels: Sequence[Parcel] = (),
    ) -> None:
        """Mark an intent done or refused (a refused click frees its version again).

        ``events`` are (ticket, event) pairs appended, and ``parcels`` queued, in the same
        transaction.
        Raises StoreError for an intent that does not exist.
        """
        ...

    async def open_ticket(
        self,
        ticket: Ticket,
        events: Sequence[Event],
        parcels: Sequence[Parcel],
        claim_id: int | None = None,
    ) -> Ticket:
        """Write a new ticket (its number and version are given by the store).

        Parcels without a ticket become this one's, a card among them with the key ``card:N``.

        With ``claim_id``: if that intent has opened a ticket before, that one is returned and
        nothing is written.  The intent stays pending until ``settle`` or ``change``.
        """
        ...

    async def change(
        self,
        ticket: Ticket,
        events: Sequence[Event] = (),
        parcels: Sequence[Parcel] = (),
        claim_id: int | None = None,
    ) -> Ticket:
        """Write ``ticket`` if its version is still the stored one; the version rises by one.

        Appends events, queues parcels and marks the intent done in the same transaction.
        Where the card stands is left as stored (see ``card_at``), unless ``channel`` is another
        one and ``card`` the empty text: then the card is to be posted anew there.  The ticket's
        tenant, asker and time of opening never change.
        Raises Stale, and StoreError for an unknown ticket or intent.
        """
        ...

    async def append(self, number: int, events: Sequence[Event]) -> None:
        """Append events without touching the row or the version; StoreError if unknown."""
        ...

    async def ticket(self, number: int) -> Ticket | None:
        """One ticket by number."""
        ...

    async def events(self, number: int) -> Sequence[Event]:
        """All events of a ticket, oldest first."""
        ...

    async def unfinished(self) -> Sequence[Ticket]:
        """Open tickets, oldest first."""
        ...

    async def search(self, query: Query) -> Page:
        """Tickets newest first; text: host, names, codes, cause, fix, message and notes."""
        ...

    async def stats(self, tenant: Tenant | None = None, since: datetime | None = None) -> Stats:
        """Counts and times over the tickets opened since the UTC day of a time (None: all)."""
        ...

    async def card_at(self, number: int, channel: str, card: str) -> None:
        """Remember where the card stands; the version does not change."""
        ...

    async def queue(self, parcels: Sequence[Parcel]) -> None:
        """Ask for parcels to be sent.

        A card parcel with a known key becomes due again, at the earlier of the two times, but
        never before the time set for a retry.  A note with a known key is ignored.
        """
        ...

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Parcel]:
        """Parcels to send now, longest due first.

        One is not handed out again until it is marked ``due``, ``sent`` or ``dead``, unless the
        store was opened anew meanwhile: then its state tells whether sending had begun.
        """
        ...

    async def mark(
        self,
        parcel: Parcel,
        state: ParcelState,
        not_before: datetime | None = None,
        *,
        tried: bool = True,
    ) -> None:
        """Record what becomes of a parcel.

        ``sending`` before it is sent, then ``sent``, ``dead``, or ``due`` for a retry; with
        ``tried`` false that sending does not count among its tries.  ``sent`` or ``dead`` on a card
        that was asked for again meanwhile leaves it due.
        """
        ...

    async def keep_knowledge(self, digest: str, files: Mapping[str, str]) -> None:
        """Keep the files of a knowledge base under its hash (once)."""
        ...

    async def knowledge(self, digest: str) -> Mapping[str, str] | None:
        """The files kept under a hash."""
        ...

    async def keep_epoch(self, record: EpochRecord) -> None:
        """Append an epoch; one whose hash is there already stays as it is."""
        ...

    async def epoch(self, digest: str) -> EpochRecord | None:
        """The epoch of that hash."""
        ...

    async def newest_epoch(self, knowledge: str | None = None) -> EpochRecord | None:
        """The epoch that was kept last, of one knowledge base or of all."""
        ...

    async def lessons(self, after: int = 0, limit: int = 200) -> Sequence[Lesson]:
        """Tickets that are not open and have a higher number, oldest first, with their events."""
        ...

    async def fix_record(self, tenant: Tenant, fix: str, last: int = 200) -> FixRecord:
        """How the last tries of a fix ended, of this tenant; what nobody knows is not counted.

        A result is an event with ``fix`` and ``result`` in its data: worked, failed, different.
        """
        ...

    async def purge(self, before: datetime) -> int:
        """Delete tickets closed before a time, with all that belongs to them; how many.

        Open ones stay.  Where a ticket has no time of closing, that of its opening counts.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued and close."""
        ...
