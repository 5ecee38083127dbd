"""The schema, as named migrations that are only ever added to.

Strategy: everything that changes the schema runs under BEGIN IMMEDIATE, so that several programs
may open one database at once.  Triggers carry promises (events stay as they are, the full-text
index is complete) and a rebuilt table loses its triggers, so they are looked for at every start
and put back where one is missing.
"""

import logging
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.store.faults import StoreForeign

APPLICATION_ID = 0x52445054
"""Stands in the file's header (PRAGMA application_id), "RDPT"; a foreign database is refused."""

migrations = Migrations("rdp-triage")
log = logging.getLogger(__name__)

_TABLES = (
    """create table intent (
        id integer primary key autoincrement,
        key text not null unique,
        kind text not null,
        enterprise_id text not null,
        team_id text not null,
        user text not null,
        at text not null,
        payload text not null,
        ticket integer references ticket (number) on delete cascade,
        version integer,
        state text not null default 'pending' check (state in ('pending', 'done', 'refused'))
    ) strict""",
    """create unique index intent_one_a_version on intent (ticket, version)
        where state <> 'refused' and version is not null""",
    "create index intent_ticket on intent (ticket) where ticket is not null",
    "create index intent_pending on intent (id) where state = 'pending'",
    """create table ticket (
        number integer primary key autoincrement,
        version integer not null,
        enterprise_id text not null,
        team_id text not null,
        host text not null collate nocase,
        port integer not null,
        asked_by text not null,
        owner text,
        opened_at text not null,
        closed_at text,
        state text not null
            check (state in ('open', 'resolved', 'escalated', 'abandoned', 'cancelled')),
        outcome text check (outcome in ('verified', 'word')),
        cause text,
        fix text,
        steps integer not null,
        via text,
        gateway text,
        knowledge text not null,
        epoch text not null,
        channel text,
        card text,
        claim integer unique references intent (id) on delete set null,
        codes text not null,
        names text not null,
        vantages text not null,
        message text not null,
        notes text not null,
        body text not null
    ) strict""",
    "create index ticket_host on ticket (host)",
    "create index ticket_asked_by on ticket (asked_by)",
    "create index ticket_owner on ticket (owner) where owner is not null",
    "create index ticket_cause on ticket (cause)",
    "create index ticket_state on ticket (state)",
    "create index ticket_tenant on ticket (enterprise_id, team_id)",
    """create index ticket_stats
        on ticket (state, outcome, cause, fix, enterprise_id, team_id, opened_at)""",
    """create table event (
        number integer primary key autoincrement,
        ticket integer not null references ticket (number) on delete cascade,
        kind text not null,
        by text not null,
        at text not null,
        data text not null
    ) strict""",
    "create index event_ticket on event (ticket)",
    """create table parcel (
        id integer primary key autoincrement,
        kind text not null check (kind in ('card', 'note')),
        key text not null unique,
        ticket integer references ticket (number) on delete cascade,
        payload text not null,
        state text not null check (state in ('due', 'sending', 'sent', 'dead')),
        tries integer not null,
        not_before text,
        turn integer not null,
        again integer not null default 0,
        holder text
    ) strict""",
    "create index parcel_turn on parcel (turn)",
    "create index parcel_waiting on parcel (turn) where state in ('due', 'sending')",
    "create index parcel_ticket on parcel (ticket) where ticket is not null",
    """create table knowledge (
        digest text primary key,
        files blob not null
    ) strict""",
)

_FORGET = """insert into
    ticket_fts (ticket_fts, rowid, host, names, codes, cause, fix, message, notes)
    values ('delete', old.number, old.host, old.names, old.codes, old.cause, old.fix, old.message,
        old.notes);"""
_LEARN = """insert into ticket_fts (rowid, host, names, codes, cause, fix, message, notes)
    values (new.number, new.host, new.names, new.codes, new.cause, new.fix, new.message,
        new.notes);"""

SEARCH_TRIGGERS = {
    "ticket_fts_insert": f"after insert on ticket begin {_LEARN} end",
    "ticket_fts_delete": f"after delete on ticket begin {_FORGET} end",
    # Most changes touch none of these columns, and the index is what costs most.
    "ticket_fts_update": f"""after update on ticket
        when (new.host, new.names, new.codes, new.cause, new.fix, new.message, new.notes)
            is not (old.host, old.names, old.codes, old.cause, old.fix, old.message, old.notes)
        begin {_FORGET} {_LEARN} end""",
}
GUARD_TRIGGERS = {
    "event_no_update": """before update on event begin
        select raise(abort, 'events are never changed'); end""",
    # Deleting a ticket takes its events along (after its row is gone); nothing else does.
    "event_no_delete": """before delete on event
        when exists (select 1 from ticket where number = old.ticket) begin
        select raise(abort, 'events are never deleted'); end""",
    "ticket_no_delete": """before delete on ticket when old.state = 'open' begin
        select raise(abort, 'an open ticket is never deleted'); end""",
}


@migrations()
def first_schema(db: Database) -> None:
    """Tickets, events, intents, parcels, knowledge and the full-text index."""
    for statement in _TABLES:
        db.execute(statement)
    db.execute(
        "create virtual table ticket_fts using fts5("
        "host, names, codes, cause, fix, message, notes, "
        "content='ticket', content_rowid='number', tokenize='unicode61 remove_diacritics 2')"
    )
    _put_triggers(db, {**SEARCH_TRIGGERS, **GUARD_TRIGGERS})
    db.execute(f"pragma application_id = {APPLICATION_ID}")


def migrate(db: Database, path: Path) -> None:
    """Bring a database up to this program's schema; several processes may do so at once.

    Raises StoreForeign for a database of another program or of a newer version of this one.
    """
    if _is_current(db, path):
        return
    db.execute("begin immediate")
    try:
        if not _is_current(db, path):  # another process may have been first
            migrations.apply(db)
            _restore_triggers(db)
        db.execute("commit")
    finally:
        db.rollback()


def _is_current(db: Database, path: Path) -> bool:
    """Whether there is nothing to do; a current database is not written to, only read."""
    names = set(db.table_names())
    (owner,) = db.execute("pragma application_id").fetchone()
    if names and owner != APPLICATION_ID:
        raise StoreForeign(
            f"{path} is a database of another program; give [store] path another file"
        )
    unknown = {each.name for each in migrations.applied(db)} - _known()
    if unknown:
        raise StoreForeign(
            f"the database {path} was written by a newer version of rdp-triage (it has "
            f"{', '.join(sorted(unknown))}); use that version, or a backup from before"
        )
    return not migrations.pending(db) and not _missing(db)


def _known() -> set[str]:
    with Database(memory=True, execute_plugins=False) as nothing:
        return {each.name for each in migrations.pending(nothing)}


def _missing(db: Database) -> set[str]:
    return {*SEARCH_TRIGGERS, *GUARD_TRIGGERS} - {each.name for each in db.triggers}


def _restore_triggers(db: Database) -> None:
    missing = _missing(db)
    if not missing:
        return
    log.warning("the database lacked triggers, which are put back: %s", ", ".join(sorted(missing)))
    triggers = {**SEARCH_TRIGGERS, **GUARD_TRIGGERS}
    _put_triggers(db, {name: triggers[name] for name in missing})
    if missing & set(SEARCH_TRIGGERS):  # what was written meanwhile is not in the index
        db.execute("insert into ticket_fts (ticket_fts) values ('rebuild')")


def _put_triggers(db: Database, triggers: dict[str, str]) -> None:
    for name, what in triggers.items():
        db.execute(f"create trigger {name} {what}")
