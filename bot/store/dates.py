"""Days as ticket numbers: tickets are numbered in the order in which they are opened.

Strategy: no index on the time of opening.  A date is looked up by halving the numbers, some twenty
steps along the primary key for a million tickets; then a search walks just those numbers.  The
search still compares the times themselves, so a clock that was once set back lets nothing wrong in.
"""

from datetime import datetime

from sqlite_utils import Database

from bot.store.base import Query
from bot.store.rows import iso


def bounds(db: Database, query: Query) -> dict[str, object]:
    """The values ``low`` and ``high`` (not included) of numbers, and those of times."""
    since, until = _text(query.since), _text(query.until)
    return {
        "since": since,
        "until": until,
        "low": _first(db, since) if since else 0,
        "high": _first(db, until) if until else None,
    }


def terms(query: Query, number: str) -> list[str]:
    """The comparisons of a query's days and cursor; ``number`` is the column of the number."""
    found = [f"{number} < :before"] if query.before is not None else []
    if query.since is not None:
        found += [f"{number} >= :low", "+ticket.opened_at >= :since"]
    if query.until is not None:
        found += [f"{number} < :high", "+ticket.opened_at < :until"]
    return found


def _text(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _first(db: Database, at: str) -> int:
    """The smallest number whose ticket was opened at a time or later, or the next one to come."""
    (most,) = db.execute("select coalesce(max(number), 0) from ticket").fetchone()
    low, high = 1, int(most) + 1
    while low < high:
        middle = (low + high) // 2
        found = db.execute(
            "select number, opened_at from ticket where number >= ? order by number limit 1",
            (middle,),
        ).fetchone()
        if found is None or found[1] >= at:
            high = middle
        else:
            low = int(found[0]) + 1
    return low
