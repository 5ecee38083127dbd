"""SQLite's errors in our words: what happened to which file, and what to do about it.

Strategy: one table from SQLite's primary result codes to an error class and a sentence; no
message text decides.  What an administrator can cure while the program runs (a full disk, a lock,
lost rights, no descriptors) is a ``StoreBusy``: whoever wrote tries again and nothing is given up.
(https://www.sqlite.org/rescode.html)
"""

import sqlite3
from pathlib import Path

from bot.store.base import StoreBusy, StoreError


class StoreLocked(StoreBusy):
    """Another program held the database for too long."""


class StoreFull(StoreBusy):
    """There is no room left for the database."""


class StoreReadOnly(StoreBusy):
    """The database cannot be written or opened now, by this user."""


class StoreIll(StoreBusy):
    """The disk, or the system under it, reports an error."""


class StoreDamaged(StoreError):
    """The file is not a database, or a broken one."""


class StoreMissing(StoreError):
    """There is no database, and this command does not make one."""


class StoreForeign(StoreError):
    """The database belongs to another program, or to a newer version of this one."""


class StoreClosed(StoreError):
    """The store was closed, or its writer has ended."""


_LOCKED = (
    StoreLocked,
    "another program holds the database {path}; end what keeps it locked (a backup tool, an open "
    "sqlite3 shell) and try again",
)
_READ_ONLY = (
    StoreReadOnly,
    "the database {path} cannot be written; give this user write permission for the file and its "
    "folder, and see that their file system is not read-only",
)
_DAMAGED = (
    StoreDamaged,
    "{path} is not a sound SQLite database; restore a backup, or keep the file and try "
    "`sqlite3 {path} .recover`",
)
_FAULTS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "there is no room left for the database {path}; free space on its disk",
    ),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (
        StoreReadOnly,
        "the database {path} cannot be opened; see that its folder exists and that this user may "
        "read and write there",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreIll,
        "the disk under the database {path} reports an error, or its file system has become "
        "read-only; look at the system's log",
    ),
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}


_PLAIN: dict[type[StoreError], str] = {
    StoreLocked: "another program holds the database",
    StoreFull: "there is no room left for the database",
    StoreReadOnly: "the database cannot be written: rights, or a read-only file system",
    StoreIll: "the disk under the database reports an error, or has become read-only",
    StoreDamaged: "the database is damaged",
    StoreClosed: "the database is not written any more; start the bot again",
}


def plainly(error: BaseException) -> str:
    """An error in words that name no file."""
    known = (said for kind, said in _PLAIN.items() if isinstance(error, kind))
    return next(known, f"the database refuses to be written ({type(error).__name__})")


def translated(error: BaseException, path: Path) -> BaseException:
    """The store's word for an error of SQLite; any other error as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    kind, sentence = _FAULTS.get(code & 0xFF, (StoreError, "the database {path} refused"))
    fault = kind(f"{sentence.format(path=path)} ({error})")
    fault.__cause__ = error
    return fault
