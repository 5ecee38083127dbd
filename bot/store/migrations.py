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
from bot.store.pace import PACE, PACE_RECOUNT, PACE_TRIGGERS
from bot.store.schema import (
    EPOCH_TRIGGERS,
    FIRST_TRIGGERS,
    LEARNING,
    RECOUNT,
    REINDEX,
    TABLES,
    TRIGGERS,
    WIDER,
)

APPLICATION_ID = 0x52445054
"""Stands in the file's header (PRAGMA application_id), "RDPT"; a foreign database is refused."""

migrations = Migrations("rdp-triage")
log = logging.getLogger(__name__)


@migrations()
def first_schema(db: Database) -> None:
    """Tickets, events, intents, parcels, knowledge, the full-text index and the tally."""
    for statement in TABLES:
        db.execute(statement)
    _put_triggers(db, set(FIRST_TRIGGERS))
    db.execute(f"pragma application_id = {APPLICATION_ID}")


@migrations()
def learning(db: Database) -> None:
    """Epochs, the signature of a ticket, and an index over the results of fixes."""
    for statement in LEARNING:
        db.execute(statement)
    _put_triggers(db, set(EPOCH_TRIGGERS))


@migrations()
def pace(db: Database) -> None:
    """How long tickets took and how fixes fared, counted from all that there are."""
    for statement in (*PACE, *PACE_RECOUNT):
        db.execute(statement)
    _put_triggers(db, set(PACE_TRIGGERS))


@migrations()
def wider_host(db: Database) -> None:
    """The index of the hosts holds every column that filters compare."""
    for statement in WIDER:
        db.execute(statement)


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
    _refuse_foreign(db, path)
    return not migrations.pending(db) and not _missing(db)


def examined(db: Database, path: Path) -> set[str]:
    """Triggers that a database of the current schema lacks; none are missed in an older one.

    Only reads.  Raises StoreForeign as ``migrate`` does.
    """
    _refuse_foreign(db, path)
    return set() if migrations.pending(db) else _missing(db)


def _refuse_foreign(db: Database, path: Path) -> None:
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


def _known() -> set[str]:
    with Database(memory=True, execute_plugins=False) as nothing:
        return {each.name for each in migrations.pending(nothing)}


def _missing(db: Database) -> set[str]:
    return set(TRIGGERS) - {each.name for each in db.triggers}


def _restore_triggers(db: Database) -> None:
    missing = _missing(db)
    if not missing:
        return
    log.warning("the database lacked triggers, which are put back: %s", ", ".join(sorted(missing)))
    _put_triggers(db, missing)
    # What was written meanwhile is neither in the index nor counted.
    for statement in (*REINDEX, *RECOUNT, *PACE_RECOUNT):
        db.execute(statement)


def _put_triggers(db: Database, names: set[str]) -> None:
    for name in sorted(names):
        db.execute(f"create trigger {name} {TRIGGERS[name]}")
