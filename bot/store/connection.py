"""Connections to the database file: one that writes, and any number that only read.

Strategy: WAL, so that readers and the writer do not wait for each other; synchronous=FULL, so
that a commit survives a loss of power; foreign keys on.  The file is made readable for its owner
only, because tickets name hosts and people.
"""

import os
import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database

from bot.store.base import StoreError
from bot.store.faults import StoreMissing, translated
from bot.store.migrations import migrate

LOCK_TIMEOUT = 10.0
"""Seconds to wait for another program's lock."""

RETRY_S = 0.02
"""Between two attempts where SQLite itself does not wait."""


def open_writer(path: Path, *, create: bool, lock_timeout: float = LOCK_TIMEOUT) -> Database:
    """The writing connection to a database of the current schema; raises StoreError."""
    if create:
        _make(path)
    elif not path.exists():
        raise StoreMissing(
            f"there is no database {path}; it is made by the first ticket (`rdp-triage serve` or "
            "`rdp-triage triage`)"
        )
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=lock_timeout,
            check_same_thread=False,
            isolation_level=None,
        )
        for setting in ("synchronous = full", "foreign_keys = on", "recursive_triggers = on"):
            connection.execute(f"pragma {setting}")
        _ensure_wal(connection, lock_timeout)
        db = Database(connection, execute_plugins=False, strict=True)
        migrate(db, path)
    except (sqlite3.Error, StoreError) as error:
        if connection is not None:
            connection.close()
        raise translated(error, path) from None
    return db


def _ensure_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch to WAL, for which SQLite does not wait where another program does the same."""
    latest = time.monotonic() + patience
    # Asking first spares a current database the write lock.
    while connection.execute("pragma journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= latest:
                raise
            time.sleep(RETRY_S)


def open_reader(path: Path, *, alone: bool = False) -> Database:
    """A connection that can only read; ``alone`` where nobody else has the file open.

    It then leaves no file beside the database, which might belong to the wrong user.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    connection = sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT, check_same_thread=False)
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError:
        if not path.exists():
            raise StoreError(
                f"cannot make the database {path}; give this user write permission for its folder"
            ) from None
    except OSError as error:
        raise StoreError(f"cannot make the database {path}: {error.strerror}") from error
