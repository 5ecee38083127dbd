"""The outbox: what is due, who holds it, what became of it.

Strategy: a parcel is held by the store instance that handed it out, until it is marked.  An
instance never gets what it holds itself; what another one holds was left by a crash, because only
one program sends.  A card asked for while it is held is noted in ``again``, so that the news is
not lost whichever way the sending ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.base import Parcel, ParcelState, StoreError
from bot.store.rows import Row, iso, parcel_row, parcel_value

LONGEST_WAIT = timedelta(minutes=10)
"""No retry is set for later than this: one that is was set before the clock was put back."""


def addressed(parcels: Sequence[Parcel], number: int) -> list[Parcel]:
    """Parcels made before their ticket had a number: those without a ticket become this one's."""
    return [each if each.ticket else _addressed(each, number) for each in parcels]


def _addressed(parcel: Parcel, number: int) -> Parcel:
    key = f"card:{number}" if parcel.kind == "card" else parcel.key
    return replace(parcel, ticket=number, key=key)


def queue(parcels: Sequence[Parcel], db: Database) -> None:
    """Ask for parcels: a new key is added, a known card asked for again, a known note ignored."""
    for parcel in parcels:
        row = parcel_row(parcel)
        stored = _find(db, row["key"])
        if stored is None:
            db.table("parcel").insert({**row, "turn": _next_turn(db)})
        elif stored["kind"] == "card":
            db.table("parcel").update(stored["id"], _asked_again(stored, row, db))


def _asked_again(stored: Row, asked: Row, db: Database) -> Row:
    """What changes on a card's row; the time set for a retry stands, or Slack's limit is broken."""
    news = {"payload": asked["payload"]}
    if stored["holder"] is not None:
        first = not stored["again"]
        when = asked["not_before"] if first else _earlier(stored, asked)
        return {**news, "again": 1, "not_before": when}
    if stored["state"] == "due":
        retry = stored["tries"] > 0
        return {**news, "not_before": stored["not_before"] if retry else _earlier(stored, asked)}
    return {**asked, "turn": _next_turn(db)}


def _earlier(stored: Row, asked: Row) -> str | None:
    """The earlier of two times, None being at once."""
    times = (stored["not_before"], asked["not_before"])
    return None if None in times else min(times)


def due(now: datetime, limit: int, holder: str, db: Database) -> list[Parcel]:
    """Hand out what is due; the state tells whether an earlier holder had begun to send."""
    rows = list(
        db.query(
            "select * from parcel where state in ('due', 'sending') and holder is not :holder "
            "and (not_before is null or not_before <= :now or (tries > 0 and not_before > :last)) "
            "order by turn limit :limit",
            {
                "holder": holder,
                "now": iso(now),
                "last": iso(now + LONGEST_WAIT),
                "limit": limit,
            },
        )
    )
    for row in rows:
        db.execute("update parcel set holder = ? where id = ?", (holder, row["id"]))
    return [parcel_value(row) for row in rows]


@dataclass(frozen=True, slots=True)
class End:
    """What becomes of a parcel; see Store.mark."""

    state: ParcelState
    not_before: datetime | None = None
    tried: bool = True


def mark(parcel: Parcel, end: End, holder: str, db: Database) -> None:
    """Set the state of a parcel, found by its key."""
    state, not_before = end.state, end.not_before
    stored = _find(db, parcel.key)
    if stored is None:
        raise StoreError(f"there is no parcel {parcel.key!r}")
    when = None if not_before is None else iso(not_before)
    if state == "sending":
        news: Row = {"state": state, "holder": holder, "tries": stored["tries"] + 1}
    elif state == "due":
        news = {"state": state, "holder": None, "not_before": when, "turn": _next_turn(db)}
        if not end.tried:  # one stays on record: it tells that the time is one to be kept
            news["tries"] = max(1, stored["tries"] - 1)
    elif stored["again"]:
        news = {"state": "due", "holder": None, "tries": 0, "turn": _next_turn(db)}
    else:
        news = {"state": state, "holder": None, "not_before": None}
    if state != "sending":
        news["again"] = 0
    db.table("parcel").update(stored["id"], news)


def _find(db: Database, key: str) -> Row | None:
    return next(iter(db.query("select * from parcel where key = ?", [key])), None)


def _next_turn(db: Database) -> int:
    (turn,) = db.execute("select coalesce(max(turn), 0) + 1 from parcel").fetchone()
    return int(turn)
