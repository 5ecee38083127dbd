"""For learning and for "last time here": epochs, closed tickets whole, how a fix fared.

``keep_epoch`` is a call of the writer; the others run on a reader's connection.
"""

import json
from datetime import datetime

from sqlite_utils import Database

from bot.store.base import EpochRecord, FixRecord, Lesson, Tenant
from bot.store.rows import Row, clean, event_value, iso, ticket_value

WORKED, COUNTED = "worked", ("worked", "failed", "different")
"""Results that say something of a fix; unsure and undone do not."""


def keep_epoch(record: EpochRecord, db: Database) -> None:
    """Append an epoch, once."""
    db.execute(
        "insert or ignore into epoch (hash, knowledge, made_at, by, data) values (?, ?, ?, ?, ?)",
        (
            record.hash,
            record.knowledge,
            iso(record.made_at),
            clean(record.by),
            json.dumps(dict(record.values)),
        ),
    )


def _value(row: Row) -> EpochRecord:
    made = datetime.fromisoformat(row["made_at"])
    return EpochRecord(row["hash"], row["knowledge"], made, row["by"], json.loads(row["data"]))


def epoch(db: Database, digest: str) -> EpochRecord | None:
    """One epoch by its hash."""
    rows = db.query("select * from epoch where hash = ?", [digest])
    return next(map(_value, rows), None)


def newest_epoch(db: Database, knowledge: str | None) -> EpochRecord | None:
    """The epoch that was kept last."""
    rows = db.query(
        "select * from epoch where :all or knowledge = :knowledge order by number desc limit 1",
        {"all": knowledge is None, "knowledge": knowledge},
    )
    return next(map(_value, rows), None)


def lessons(db: Database, after: int, limit: int) -> list[Lesson]:
    """Tickets that are not open, with their events."""
    numbers = db.execute(
        "select number from ticket where number > ? and state <> 'open' order by number limit ?",
        (after, limit),
    ).fetchall()
    found = []
    for (number,) in numbers:
        tickets = db.query("select * from ticket where number = ?", [number])
        events = db.query("select * from event where ticket = ? order by number", [number])
        found += [Lesson(ticket_value(row), tuple(map(event_value, events))) for row in tickets]
    return found


def fix_record(db: Database, tenant: Tenant, fix: str, last: int) -> FixRecord:
    """The last results of a fix."""
    rows = db.execute(
        "select json_extract(event.data, '$.result') from event "
        "join ticket on ticket.number = event.ticket "
        "where json_extract(event.data, '$.fix') = ? "
        "and json_extract(event.data, '$.result') is not null "
        "and ticket.enterprise_id = ? and ticket.team_id = ? "
        "order by event.number desc limit ?",
        (clean(fix), tenant.enterprise_id, tenant.team_id, last),
    ).fetchall()
    results = [result for (result,) in rows if result in COUNTED]
    return FixRecord(results.count(WORKED), len(results))
