"""What the bot keeps, as methods named after what it does; no SQL outside the adapters.

Every method is one transaction.  Times are given by the caller as aware UTC datetimes.
A ticket's row changes only by compare-and-set on its version; its events are never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

TicketState = Literal["open", "resolved", "escalated", "abandoned", "cancelled"]
Outcome = Literal["verified", "word"]
IntentState = Literal["pending", "done", "refused"]
ParcelState = Literal["due", "sending", "sent", "dead"]

EVENT_KINDS = (
    "opened",
    "observed",
    "asked",
    "answered",
    "offered",
    "tried",
    "verified",
    "escalated",
    "closed",
    "reopened",
    "shared",
    "refused",
)


class StoreError(Exception):
    """The store could not do it; nothing was written."""


class StoreBusy(StoreError):
    """The store was silent for too long; the write was withdrawn."""


class Stale(StoreError):
    """The ticket has moved on: its version is no longer the expected one."""

    def __init__(self, number: int, version: int) -> None:
        super().__init__(f"ticket #{number} is at version {version}")
        self.number = number
        self.version = version


@dataclass(frozen=True, slots=True)
class Tenant:
    """Slack's enterprise and team; the terminal uses the empty tenant."""

    enterprise_id: str = ""
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a person asked for, committed before it is acknowledged.

    ``key`` makes it idempotent (trigger id, envelope id, or ticket:version:... of a click).
    ``ticket`` and ``version`` are set for clicks that change a ticket.
    """

    key: str
    kind: str
    tenant: Tenant
    user: str
    at: datetime
    payload: Mapping[str, Any]
    ticket: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer of ``accept``.

    ``taken``: it is ours to do (once).  ``repeated``: the same key came before.  ``stale``: the
    ticket has moved on or another click on this version came first (``by`` and ``at`` say whose).
    """

    outcome: Literal["taken", "repeated", "stale", "unknown-ticket"]
    id: int | None
    intent: Intent
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """One triage.  ``body`` is the desk's own JSON (situation, observations, step, phase)."""

    number: int
    tenant: Tenant
    host: str
    port: int
    asked_by: str
    opened_at: datetime
    state: TicketState
    version: int
    knowledge: str
    epoch: str
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    cause: str | None = None
    fix: str | None = None
    owner: str | None = None
    codes: tuple[str, ...] = ()
    message: str = ""
    via: str | None = None
    gateway: str | None = None
    vantages: tuple[str, ...] = ()
    steps: int = 0
    channel: str | None = None
    """Where the card stands; together with ``card`` (Slack's ts) it is where it is edited."""
    card: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a ticket; append-only."""

    kind: str
    by: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None
    """The event's own running number, set by the store."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something that must reach Slack.

    ``card`` parcels carry no content: the latest state of the ticket is rendered when it is sent,
    and one row a ticket is kept (asking again makes it due again).  ``note`` parcels carry their
    payload and are sent once.
    """

    kind: Literal["card", "note"]
    key: str
    ticket: int | None
    payload: Mapping[str, Any]
    state: ParcelState = "due"
    tries: int = 0
    not_before: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What ``/rdp history`` asks for; empty fields do not restrict."""

    tenant: Tenant | None = None
    host: str | None = None
    user: str | None = None
    state: str | None = None
    cause: str | None = None
    code: str | None = None
    text: str | None = None
    before: int | None = None
    """Only tickets with a smaller number: the paging cursor."""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets, newest first, and whether older ones follow."""

    tickets: tuple[Ticket, ...]
    more: bool


class Store(Protocol):
    """The keeper of tickets, intents, parcels and knowledge snapshots."""

    async def accept(self, intent: Intent, patience: float = 1.5) -> Claim:
        """Commit an intent before its acknowledgement.

        For an intent with ``ticket`` and ``version``: at most one intent that is not refused
        exists for each (ticket, version), and the ticket's version must still be that one.
        Raises StoreBusy after ``patience`` seconds; then the write was withdrawn.
        """
        ...

    async def pending(self) -> Sequence[Claim]:
        """Intents accepted and not yet done, oldest first (for the start after a crash)."""
        ...

    async def settle(
        self, claim_id: int, state: IntentState, events: Sequence[tuple[int, Event]] = ()
    ) -> None:
        """Mark an intent done or refused (a refused click frees its version again).

        ``events`` are (ticket, event) pairs appended in the same transaction.
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

        With ``claim_id``: if that intent has opened a ticket before, that one is returned.
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
        Raises Stale.
        """
        ...

    async def append(self, number: int, events: Sequence[Event]) -> None:
        """Append events without touching the row or the version."""
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
        """Tickets newest first; ``text`` searches host, codes, message, cause, fix and notes."""
        ...

    async def card_at(self, number: int, channel: str, card: str) -> None:
        """Remember where the card stands; the version does not change."""
        ...

    async def queue(self, parcels: Sequence[Parcel]) -> None:
        """Ask for parcels to be sent (a card parcel with a known key becomes due again)."""
        ...

    async def due(self, now: datetime, limit: int = 50) -> Sequence[Parcel]:
        """Parcels to send now, oldest first; includes those in ``sending`` from before a crash."""
        ...

    async def mark(
        self, parcel: Parcel, state: ParcelState, not_before: datetime | None = None
    ) -> None:
        """Record what became of a parcel.

        ``sent`` on a card that was asked for again meanwhile leaves it due.
        """
        ...

    async def keep_knowledge(self, digest: str, files: Mapping[str, str]) -> None:
        """Keep the files of a knowledge base under its hash (once)."""
        ...

    async def knowledge(self, digest: str) -> Mapping[str, str] | None:
        """The files kept under a hash."""
        ...

    async def close(self) -> None:
        """Finish what is queued and close."""
        ...
