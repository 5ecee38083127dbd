"""A look at the database as it lies on the disk, for whoever checks a set-up; changes nothing.

Strategy: everything is read through a connection that cannot write, and the long check of the
pages ends by itself when its time is over.  (https://www.sqlite.org/pragma.html#pragma_quick_check)
"""

import fcntl
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bot.store.connection import open_reader
from bot.store.faults import StoreForeign, translated
from bot.store.migrations import examined
from bot.store.schema import SEARCH_TRIGGERS

STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock."""
INTERRUPTED = sqlite3.SQLITE_INTERRUPT


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen; the fields after ``free`` say nothing where there is no file yet."""

    exists: bool
    writable: bool
    free: int
    """Bytes that are free on its disk."""
    mode: int = 0o600
    served_by: int | None = None
    """The process of a running `serve`, 0 where it is not known which."""
    foreign: str = ""
    """Why this program does not use it: another program's, or a newer version's."""
    damage: str = ""
    checked: bool = True
    """Whether the pages were checked in the time there was."""
    unsearchable: tuple[str, ...] = ()
    """Triggers of the full-text index that are missing."""
    toothless: tuple[str, ...] = ()
    """Other triggers that are missing."""


def inspect(path: Path, seconds: float) -> Inspection:
    """Look at a database for at most so many seconds; never raises."""
    nearest = next(each for each in (path, *path.absolute().parents) if each.exists())
    folder = path.parent if path.parent.is_dir() else nearest
    writable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    free = shutil.disk_usage(nearest).free
    if not path.exists():
        return Inspection(exists=False, writable=writable, free=free)
    outside = Inspection(
        exists=True,
        writable=writable and os.access(path, os.R_OK | os.W_OK),
        free=free,
        mode=path.stat().st_mode & 0o777,
        served_by=server_of(path),
    )
    return _opened(path, outside, time.monotonic() + seconds)


def server_of(path: Path) -> int | None:
    """The process that serves a database, None where nobody does."""
    try:
        file = os.open(path.with_name(path.name + ".serve"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        holder = os.pread(file, 20, 0).strip()
        return int(holder) if holder.isdigit() else 0
    except OSError:
        return None
    finally:
        os.close(file)


def _opened(path: Path, seen: Inspection, until: float) -> Inspection:
    alone = not path.with_name(path.name + "-wal").exists()
    try:
        with closing(open_reader(path, alone=alone)) as db:
            missing = examined(db, path)
            damage, checked = _damage(db.conn, until)
    except StoreForeign as error:
        return replace(seen, foreign=str(error))
    except (sqlite3.Error, OSError) as error:
        return replace(seen, damage=str(translated(error, path)))
    search = tuple(sorted(missing & set(SEARCH_TRIGGERS)))
    rest = tuple(sorted(missing - set(SEARCH_TRIGGERS)))
    return replace(seen, damage=damage, checked=checked, unsearchable=search, toothless=rest)


def _damage(connection: sqlite3.Connection, until: float) -> tuple[str, bool]:
    """The first thing that is wrong with its pages, and whether all were looked at."""
    connection.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
    try:
        (found,) = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == INTERRUPTED:
            return "", False
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return ("" if found == "ok" else str(found)), True
