"""Statistics, read from what triggers have counted a day; no ticket is read.

Each function runs on a reader's connection.
"""

# ruff: noqa: S608 - every piece of SQL is a constant of this program

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from math import sqrt

from sqlite_utils import Database

from bot.store.base import FixRecord, Pace, Stats, Tenant
from bot.store.learning import COUNTED, WORKED
from bot.store.pace import FACTOR
from bot.store.rows import Row, iso


def stats(db: Database, tenant: Tenant | None, since: datetime | None) -> Stats:
    """Counts and times of the tickets opened since a day."""
    asked = tenant or Tenant()
    values = {
        "day": "" if since is None else iso(since)[:10],
        "enterprise": asked.enterprise_id,
        "team": asked.team_id,
    }
    team = " and enterprise_id = :enterprise and team_id = :team" if tenant is not None else ""
    rows = list(
        db.query(
            "select state, outcome, cause, fix, sum(tickets) as tickets from tally "
            f"where day >= :day and tickets > 0{team} group by state, outcome, cause, fix",
            values,
        )
    )
    days = db.execute(
        f"select day, sum(tickets) from tally where day >= :day and tickets > 0{team} "
        "group by day order by day",
        values,
    )
    resolved = [row for row in rows if row["state"] == "resolved"]
    paces = _paces(db, values, team)
    return Stats(
        tickets=sum(row["tickets"] for row in rows),
        states=_counted(rows, "state"),
        outcomes=_counted(rows, "outcome"),
        causes=_counted(resolved, "cause"),
        fixes=_counted(resolved, "fix"),
        days=dict(days.fetchall()),
        fared=_fared(db, values, team),
        to_verdict=paces.get("verdict"),
        to_outcome=paces.get("outcome"),
    )


def _counted(rows: Sequence[Row], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        if row[column]:
            counts[row[column]] = counts.get(row[column], 0) + row["tickets"]
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _fared(db: Database, values: Row, team: str) -> dict[str, FixRecord]:
    rows = db.query(
        "select fix, result, sum(times) as times from fared "
        f"where day >= :day and times > 0{team} group by fix, result",
        values,
    )
    worked: dict[str, int] = {}
    tried: dict[str, int] = {}
    for row in rows:
        if row["result"] in COUNTED:
            tried[row["fix"]] = tried.get(row["fix"], 0) + row["times"]
        if row["result"] == WORKED:
            worked[row["fix"]] = row["times"]
    most = sorted(tried.items(), key=lambda item: (-item[1], item[0]))
    return {fix: FixRecord(worked.get(fix, 0), times) for fix, times in most}


def _paces(db: Database, values: Row, team: str) -> dict[str, Pace]:
    rows = db.query(
        "select what, upto, sum(tickets) as tickets from pace "
        f"where day >= :day and tickets > 0{team} "
        "group by what, upto order by what, upto",
        values,
    )
    return {what: _pace(list(some)) for what, some in groupby(rows, key=lambda row: row["what"])}


def _pace(rows: Iterable[Mapping[str, int]]) -> Pace:
    """Median and p90 of a histogram, each as the middle of the span that it falls into."""
    spans = [(row["upto"], row["tickets"]) for row in rows]
    count = sum(tickets for _, tickets in spans)

    def at(share: float) -> float:
        below = 0
        for upto, tickets in spans:
            below += tickets
            if below >= share * count:
                return upto / sqrt(FACTOR) / 1000
        return 0.0

    return Pace(count, at(0.5), at(0.9))
