"""One person's traces: all that the database holds about them, and its erasure.

Strategy: a person is found by their id wherever it stands, in columns, keys and nested values
alike, so that a place that is forgotten here is found all the same.  What happened stays, for the
statistics; who it was becomes a random word, and what they typed is cleared.  Events never change
but for this, so their guard is taken off and put back in the same transaction.
"""

# ruff: noqa: S608 - every piece of SQL is a constant of this program

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.store.base import Event, StoreError
from bot.store.rows import Row
from bot.store.schema import TRIGGERS

TABLES = {
    "ticket": ("number", ("asked_by", "owner", "channel", "message", "notes", "body")),
    "event": ("number", ("by", "data")),
    "intent": ("id", ("key", "user", "payload")),
    "parcel": ("id", ("key", "payload")),
    "epoch": ("number", ("by",)),
}
"""Where a person can stand: the table's key, and the columns that are searched."""

ALSO = {"ticket": ("version", "card"), "parcel": ("state",)}
"""Columns without a person that an erasure changes too."""
JSON = frozenset({"body", "data", "payload", "codes", "names", "vantages"})
GUARDS = ("event_no_update", "epoch_no_update")
SETTLED = frozenset({"sent", "dead"})
_WORD = re.compile(r"[a-z0-9-]{0,40}")
"""An answer or a reason that was chosen from a list, not typed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: the word that stands for the person now, and how many rows were changed."""

    alias: str
    rows: dict[str, int]


def traces(person: str, db: Database) -> dict[str, list[Row]]:
    """Every row in which a person stands, by table, nested values as such."""
    known = _mention(person)
    return {table: [_read(row) for row in _rows(table, person, known, db)] for table in TABLES}


def erase(person: str, by: Event, db: Database) -> Erased:
    """Take a person out of every row; ``by`` says who did it and when.

    Raises StoreError while something of theirs is not finished.
    """
    _finished(person, db)
    db.execute("pragma secure_delete = on")
    for name in GUARDS:
        db.execute(f"drop trigger if exists {name}")
    erasure = _Erasure(person, f"erased-{secrets.token_hex(4)}", _mention(person))
    rows = {table: erasure.table(table, db) for table in TABLES}
    # What the index keeps of a former text goes when its parts are made into one.
    db.execute("insert into ticket_fts (ticket_fts) values ('optimize')")
    for name in GUARDS:
        db.execute(f"create trigger {name} {TRIGGERS[name]}")
    if any(rows.values()):
        _noted(erasure.alias, rows, by, db)
    return Erased(erasure.alias, rows)


def _finished(person: str, db: Database) -> None:
    asked = "select number from ticket where state = 'open' and ? in (asked_by, owner)"
    numbers = [f"#{number}" for (number,) in db.execute(asked, [person])]
    if numbers:
        raise StoreError(
            f"{person} has open tickets ({', '.join(numbers)}); close them first, or wait until "
            "they are given up"
        )
    waiting = "select count(*) from intent where state = 'pending' and user = ?"
    (count,) = db.execute(waiting, [person]).fetchone()
    if count:
        raise StoreError(f"{count} wishes of {person} are not done yet; try again in a minute")


def _noted(alias: str, rows: dict[str, int], by: Event, db: Database) -> None:
    """The line for an audit: a settled intent, which is kept as long as any other."""
    db.execute(
        "insert into intent (key, kind, enterprise_id, team_id, user, at, payload, state) "
        "values (?, 'erase', '', '', ?, ?, ?, 'done')",
        [f"erase:{alias}", by.by, by.at.isoformat(timespec="microseconds"), json.dumps(rows)],
    )


def _mention(person: str) -> re.Pattern[str]:
    """The id as a whole: U12 does not stand in U123."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(person)}(?![A-Za-z0-9])")


def _rows(table: str, person: str, known: re.Pattern[str], db: Database) -> Iterator[Row]:
    key, columns = TABLES[table]
    needle = json.dumps(person)[1:-1]  # as it stands in JSON, which is plain ASCII
    where = " or ".join(f"instr({column}, ?) or instr({column}, ?)" for column in columns)
    values = [person, needle] * len(columns)
    for row in list(db.query(f"select * from {table} where {where} order by {key}", values)):
        read = _read(row)
        if any(_stands(read[column], known) for column in columns):
            yield row


def _read(row: Row) -> Row:
    return {name: json.loads(value) if name in JSON else value for name, value in row.items()}


def _stands(value: Any, known: re.Pattern[str]) -> bool:
    return bool(_mapped(value, lambda text: known.sub("", text)) != value)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Nested values with every text changed, names of keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {change(name): _mapped(each, change) for name, each in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class _Erasure:
    person: str
    alias: str
    known: re.Pattern[str]

    def table(self, table: str, db: Database) -> int:
        """Change every row of a table; how many."""
        key, columns = TABLES[table]
        clear = {"ticket": _ticket, "event": _event, "intent": _intent, "parcel": _parcel}
        count = 0
        for row in _rows(table, self.person, self.known, db):
            read = _read({name: row[name] for name in row})
            if table in clear:
                clear[table](read, self.person)
            new = {name: self._text(read[name], name) for name in columns}
            values = new | {name: read[name] for name in ALSO.get(table, ())}
            names = ", ".join(f"{name} = ?" for name in values)
            db.execute(f"update {table} set {names} where {key} = ?", [*values.values(), row[key]])
            count += 1
        return count

    def _text(self, value: Any, column: str) -> Any:
        changed = _mapped(value, lambda text: self.known.sub(self.alias, text))
        return json.dumps(changed, separators=(",", ":")) if column in JSON else changed


def _ticket(row: Row, person: str) -> None:
    """Its version rises, so that nobody writes back what they read before."""
    row["version"] += 1
    if row["asked_by"] != person:
        return
    row["message"] = row["notes"] = ""
    channel = row["channel"] or ""
    if channel == person or channel.startswith("D"):  # a private conversation tells who it is
        row["channel"] = row["card"] = None


def _event(row: Row, person: str) -> None:
    if row["by"] == person:
        _untyped(row["data"], "why")
        if row["kind"] == "escalated":
            row["data"]["reason"] = ""


def _intent(row: Row, person: str) -> None:
    payload = row["payload"]
    if row["user"] != person:
        return
    _untyped(payload, "detail")
    for name in ("message", *(("detail",) if payload.get("verb") == "escalate" else ())):
        payload[name] = ""
    payload.pop("rdp_file", None)
    if isinstance(payload.get("sender"), dict):
        sender = payload["sender"]
        private = str(sender.get("channel", "")).startswith("D")
        payload["sender"] = {**sender, "reply": "", **({"channel": ""} if private else {})}


def _parcel(row: Row, person: str) -> None:
    """What was said to them, or of them; what is not sent yet is not sent any more."""
    payload = row["payload"]
    if row["kind"] != "note":
        return
    if payload.get("user") == person or payload.get("by") == person or row["state"] in SETTLED:
        payload["text"] = payload["reply"] = ""
    if payload.get("user") == person and row["state"] not in SETTLED:
        row["state"] = "dead"


def _untyped(data: Row, *names: str) -> None:
    """Clear what was typed; what was chosen from a list stays."""
    for name in names:
        if isinstance(data.get(name), str) and not _WORD.fullmatch(data[name]):
            data[name] = ""
