"""Databases as former versions of this program wrote them, as SQL, one for each schema.

``python -m tests.store.history`` writes the one of the newest schema; the others were written by
the programs of their time and are never changed.  A new migration needs a new file.
"""

import asyncio
import re
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.base import Event, Intent, Parcel, Tenant, Ticket
from bot.store.sqlite import SqliteStore

HERE = Path(__file__).parent
HOME = Tenant("E1", "T1")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_SHADOW = re.compile(r"sqlite_|ticket_fts_(data|idx|docsize|config|content)$")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def asked(host: str) -> Ticket:
    return Ticket(
        number=0,
        tenant=HOME,
        host=host,
        port=3389,
        asked_by="U1",
        opened_at=NOON,
        state="open",
        version=0,
        knowledge="k1",
        epoch="e1",
        codes=("0x904",),
        names=(f"{host}.corp.example",),
        vantages=("jump1",),
        message="the d\u00e9p\u00f4t cannot connect",
        channel="C1",
        body={"phase": "waiting"},
    )


async def lived(path: Path) -> None:
    """One resolved, one open and one escalated ticket, a pending wish, and unsent messages."""
    store = await SqliteStore.open(path)
    payload = {"sender": {"channel": "C1", "reply": ""}, "host": "srv-one"}
    claim = await store.accept(Intent("open:one", "open", HOME, "U1", NOON, payload))
    one = await store.open_ticket(
        asked("srv-one"), [Event("opened", "U1", NOON, {})], [Parcel("card", "card", None, {})],
        claim.id,
    )  # fmt: skip
    one = await store.change(one, [Event("observed", "", at(6), {"evidence": {}})])
    tried = Event("tried", "U1", at(90), {"fix": "renew", "said": "worked", "result": "worked"})
    ended = replace(one, state="resolved", outcome="verified", cause="expired", fix="renew")
    await store.change(replace(ended, closed_at=at(120)), [tried], [], claim.id)
    two = await store.open_ticket(asked("srv-two"), [Event("opened", "U1", at(1), {})], [])
    await store.accept(Intent("click:two", "click", HOME, "U2", at(2), payload, two.number, 1))
    three = await store.open_ticket(asked("srv-three"), [Event("opened", "U1", at(3), {})], [])
    handed = Event("escalated", "U1", at(200), {"reason": "no rights", "to": ""})
    note = Parcel("note", "note:3", three.number, {"text": "handed over", "user": "U1"})
    await store.change(replace(three, state="escalated", closed_at=at(200)), [handed], [note])
    await store.keep_knowledge("k1", {"settings.yaml": "old: true\n"})
    await store.close()


def dumped(path: Path) -> str:
    """The database as SQL: tables, rows, then what is made of them; the header last."""
    with closing(sqlite3.connect(path)) as db:
        made = "select type, name, sql from sqlite_master where sql is not null order by rowid"
        things = [row for row in db.execute(made) if not _SHADOW.match(row[1])]
        lines = [f"{sql};" for kind, _, sql in things if kind == "table"]
        for kind, name, sql in things:
            if kind == "table" and not sql.lower().startswith("create virtual"):
                lines += _rows(db, name)
        lines += [f"{sql};" for kind, _, sql in things if kind == "index"]
        lines.append("insert into ticket_fts (ticket_fts) values ('rebuild');")
        lines += [f"{sql};" for kind, _, sql in things if kind == "trigger"]
        (owner,) = db.execute("pragma application_id").fetchone()
        return "\n".join([*lines, f"pragma application_id = {owner};", ""])


def _rows(db: sqlite3.Connection, table: str) -> list[str]:
    columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
    values = " || ', ' || ".join(f"quote({column})" for column in columns)
    rows = db.execute(f"select {values} from {table}")  # noqa: S608 - names of the schema
    return [f"insert into {table} values ({text});" for (text,) in rows]  # noqa: S608 - ours


def write(folder: Path = HERE) -> Path:
    """Write the newest schema's database as ``N-name.sql``."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "tickets.db"
        asyncio.run(lived(path))
        with closing(sqlite3.connect(path)) as db:
            names = [row[0] for row in db.execute("select name from _sqlite_migrations order by 1")]
            last = db.execute("select name from _sqlite_migrations order by id desc").fetchone()[0]
        target = folder / f"{len(names)}-{last}.sql"
        target.write_text(dumped(path), encoding="utf-8")
    return target
