"""Reading single things: each function runs on a reader's connection and returns values."""

from sqlite_utils import Database

from bot.store.base import Claim, Event, Intent, Ticket
from bot.store.rows import clean, event_value, intent_value, taken, ticket_value


def ticket(db: Database, number: int) -> Ticket | None:
    """One ticket."""
    rows = db.query("select * from ticket where number = ?", [number])
    return next(map(ticket_value, rows), None)


def events(db: Database, number: int) -> list[Event]:
    """A ticket's events, oldest first."""
    rows = db.query("select * from event where ticket = ? order by number", [number])
    return [event_value(row) for row in rows]


def unfinished(db: Database) -> list[Ticket]:
    """Open tickets, oldest first."""
    rows = db.query("select * from ticket where state = 'open' order by number")
    return [ticket_value(row) for row in rows]


def intent(db: Database, key: str) -> Intent | None:
    """The intent with a key."""
    rows = db.query("select * from intent where key = ?", [clean(key)])
    return next(map(intent_value, rows), None)


def pending(db: Database) -> list[Claim]:
    """Pending intents, oldest first."""
    rows = db.query("select * from intent where state = 'pending' order by id")
    return [taken(row) for row in rows]


def knowledge(db: Database, digest: str) -> bytes | None:
    """The packed files of a knowledge base."""
    rows = db.query("select files from knowledge where digest = ?", [digest])
    return next((row["files"] for row in rows), None)
