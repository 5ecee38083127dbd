"""Writing: each function is one call of the writer, all of it or nothing.

Strategy: the writer holds the only write lock while a call runs, so that a call may read, decide
in Python and write without a race.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.store.base import (
    Claim,
    Event,
    Intent,
    IntentState,
    Parcel,
    Stale,
    StoreError,
    Ticket,
)
from bot.store.lookups import ticket as read_ticket
from bot.store.parcels import addressed, queue
from bot.store.rows import (
    Row,
    clean,
    event_row,
    intent_row,
    intent_value,
    iso,
    new_ticket_row,
    ticket_row,
    ticket_value,
)


def accept(intent: Intent, db: Database) -> Claim:
    """Write the intent, unless it came before or its version is used up."""
    row = intent_row(intent)
    before = _one(db, "select * from intent where key = ?", row["key"])
    if before is not None:
        known = intent_value(before)
        return Claim("repeated", before["id"], known, known.user, known.at)
    if intent.ticket is not None:
        now = _one(db, "select version from ticket where number = ?", intent.ticket)
        if now is None:
            return Claim("unknown-ticket", None, intent)
        if intent.version is not None:
            winner = _winner(db, intent.ticket, intent.version)
            if winner is not None:
                return Claim("stale", None, intent, winner.user, winner.at)
            if now["version"] != intent.version:
                return Claim("stale", None, intent)
    cursor = db.execute(
        "insert into intent "
        "(key, kind, enterprise_id, team_id, user, at, payload, ticket, version) values "
        "(:key, :kind, :enterprise_id, :team_id, :user, :at, :payload, :ticket, :version)",
        row,
    )
    return Claim("taken", cursor.lastrowid, intent)


def take(claim: Claim, version: int, db: Database) -> Claim:
    """Use up a version for an intent that has none yet, unless somebody was first."""
    intent, number = claim.intent, claim.intent.ticket
    stored = _one(db, "select version from intent where id = ?", claim.id)
    if stored is None:
        raise StoreError(f"there is no intent {claim.id}")
    now = _one(db, "select version from ticket where number = ?", number)
    if now is None or number is None:
        return Claim("unknown-ticket", claim.id, intent)
    if stored["version"] != version:
        winner = _winner(db, number, version)
        if winner is not None:
            return Claim("stale", claim.id, intent, winner.user, winner.at)
        if now["version"] != version:
            return Claim("stale", claim.id, intent)
        db.execute("update intent set version = ? where id = ?", (version, claim.id))
    return Claim("taken", claim.id, replace(intent, version=version))


def _winner(db: Database, number: int, version: int) -> Intent | None:
    row = _one(
        db,
        "select * from intent where ticket = ? and version = ? and state <> 'refused'",
        number,
        version,
    )
    return None if row is None else intent_value(row)


def settle(
    claim_id: int,
    state: IntentState,
    events: Sequence[tuple[int, Event]],
    parcels: Sequence[Parcel],
    db: Database,
) -> None:
    """Set an intent's state, append events and queue parcels."""
    if db.execute("update intent set state = ? where id = ?", (state, claim_id)).rowcount == 0:
        raise StoreError(f"there is no intent {claim_id}")
    for number, event in events:
        append(number, [event], db)
    queue(parcels, db)


def open_ticket(
    ticket: Ticket,
    events: Sequence[Event],
    parcels: Sequence[Parcel],
    claim_id: int | None,
    db: Database,
) -> Ticket:
    """Insert a ticket, or find the one that this claim has opened."""
    if claim_id is not None:
        opened = _one(db, "select * from ticket where claim = ?", claim_id)
        if opened is not None:
            return ticket_value(opened)
        if _one(db, "select id from intent where id = ?", claim_id) is None:
            raise StoreError(f"there is no intent {claim_id}")
    number = int(db.table("ticket").insert(new_ticket_row(ticket, claim_id)).last_pk or 0)
    append(number, events, db)
    queue(addressed(parcels, number), db)
    return _ticket(db, number)


def change(
    ticket: Ticket,
    events: Sequence[Event],
    parcels: Sequence[Parcel],
    claim_id: int | None,
    db: Database,
) -> Ticket:
    """Write the ticket if its version is the stored one, with all that belongs to it."""
    stored = _ticket(db, ticket.number)
    if stored.version != ticket.version:
        raise Stale(ticket.number, stored.version)
    row = {**ticket_row(ticket), "version": ticket.version + 1}
    db.table("ticket").update(ticket.number, row)
    if ticket.card == "" and ticket.channel and ticket.channel != stored.channel:
        card_at(ticket.number, ticket.channel, "", db)
    append(ticket.number, events, db)
    queue(parcels, db)
    if claim_id is not None:
        settle(claim_id, "done", (), (), db)
    return _ticket(db, ticket.number)


def append(number: int, events: Sequence[Event], db: Database) -> None:
    """Append events to a ticket."""
    _require(number, db)
    for event in events:
        db.execute(
            "insert into event (ticket, kind, by, at, data) "
            "values (:ticket, :kind, :by, :at, :data)",
            event_row(number, event),
        )


def card_at(number: int, channel: str, card: str, db: Database) -> None:
    """Set where the card stands."""
    _require(number, db)
    db.execute(
        "update ticket set channel = ?, card = ? where number = ?",
        (clean(channel), clean(card), number),
    )


def keep_knowledge(digest: str, files: bytes, db: Database) -> None:
    """Keep packed files, once."""
    db.execute("insert or ignore into knowledge (digest, files) values (?, ?)", (digest, files))


def purge(before: datetime, most: int, db: Database) -> int:
    """Delete some old tickets that are not open; events, intents and parcels go with them.

    Intents and parcels of no ticket go too, once they are settled.
    """
    limit = iso(before)
    db.execute(
        "delete from intent where at < ? and ticket is null and state <> 'pending'", (limit,)
    )
    db.execute("delete from parcel where ticket is null and state in ('sent', 'dead')")
    return db.execute(
        "delete from ticket where number in (select number from ticket where state <> 'open' "
        "and coalesce(closed_at, opened_at) < ? order by number limit ?)",
        (limit, most),
    ).rowcount


def _require(number: int, db: Database) -> None:
    if _one(db, "select number from ticket where number = ?", number) is None:
        raise StoreError(f"there is no ticket #{number}")


def _ticket(db: Database, number: int) -> Ticket:
    found = read_ticket(db, number)
    if found is None:
        raise StoreError(f"there is no ticket #{number}")
    return found


def _one(db: Database, sql: str, *values: object) -> Row | None:
    cursor = db.execute(sql, values)
    found = cursor.fetchone()
    return (
        None if found is None else dict(zip([d[0] for d in cursor.description], found, strict=True))
    )
