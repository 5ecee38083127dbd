"""The values that go into the store and come out of it.

Times are aware UTC datetimes, given by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

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

    ``key`` names one delivery of one person's wish (made from a trigger or envelope id, so that
    no two people share one) and makes it idempotent.  ``ticket`` and ``version`` are set for
    clicks that change a ticket: such an intent uses up its version unless it is refused, so one
    that changes nothing carries no version.
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
    ticket has moved on or another click on this version came first (``by`` and ``at`` say whose,
    where a click did it).  ``id`` is None where nothing was written and nothing stood there.
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
    names: tuple[str, ...] = ()
    """Other names of the host (DNS, certificate, NTLM); search looks there."""
    notes: str = ""
    """What people wrote about it; search looks there."""
    channel: str | None = None
    """Where the card stands; together with ``card`` (Slack's ts) it is where it is edited."""
    card: str | None = None
    signature: str = ""
    """What the first look showed to be abnormal, and the codes: equal for like cases."""
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
    and one row a key is kept (asking again makes it due again).  ``note`` parcels carry their
    payload and are sent once.  ``tries`` counts how often sending was begun since it was last
    sent.
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
    """The whole name in any case; its beginning when it ends with ``*``; when it ends with a dot,
    the name and every longer one that goes on after the dot."""
    user: str | None = None
    """Who asked, or has claimed it."""
    state: str | None = None
    cause: str | None = None
    signature: str | None = None
    code: str | None = None
    text: str | None = None
    """Words that must all be there, as typed; one that ends with ``*`` is a beginning."""
    since: datetime | None = None
    until: datetime | None = None
    """Opened from the first on and before the second; tickets are numbered as they are opened."""
    before: int | None = None
    """Only tickets with a smaller number: the paging cursor."""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets, newest first, and whether older ones follow."""

    tickets: tuple[Ticket, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FixRecord:
    """How often a fix worked, of the last times that it was tried."""

    worked: int
    tried: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long something took for so many tickets, in seconds; within a twentieth."""

    tickets: int
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How many tickets there are of each kind; causes and fixes of resolved ones, most first."""

    tickets: int
    states: Mapping[str, int]
    outcomes: Mapping[str, int]
    causes: Mapping[str, int]
    fixes: Mapping[str, int]
    days: Mapping[str, int] = field(default_factory=dict)
    """Tickets opened on each UTC day (ISO), oldest first; a day without any is left out."""
    fared: Mapping[str, FixRecord] = field(default_factory=dict)
    """How each fix fared in that time, the most tried first; what nobody knows is not counted."""
    to_verdict: Pace | None = None
    to_outcome: Pace | None = None
    """From opening to the first verdict, and to the end of those resolved."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits now: intents not done, parcels not sent, and tickets by state."""

    intents: int
    parcels: int
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """Learned probabilities as they are kept: append-only, ``values`` the engine's own JSON."""

    hash: str
    knowledge: str
    made_at: datetime
    by: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A closed ticket with everything that happened to it, for learning."""

    ticket: Ticket
    events: tuple[Event, ...]
