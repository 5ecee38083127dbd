"""A copy of the database while it is in use.

Strategy: VACUUM INTO reads one consistent state and writes a compact file; it is written beside
its final name, checked, flushed to the disk and only then renamed, so that a backup is whole or
absent.  (https://www.sqlite.org/lang_vacuum.html)
"""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bot.store.base import StoreError
from bot.store.connection import open_reader
from bot.store.faults import translated


def write_backup(source: Path, target: Path) -> None:
    """Copy the database to a file that must not exist yet; raises StoreError."""
    if target.exists():
        raise StoreError(f"{target} exists; a backup never replaces a file, give another name")
    try:
        file, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(file)
    except OSError as error:
        raise StoreError(f"cannot write a backup to {target.parent}: {error.strerror}") from error
    part = Path(name)
    try:
        _copy(source, part)
        _flush(part)
        part.rename(target)
        _flush(target.parent)
    except sqlite3.Error as error:
        raise translated(error, part) from None
    except OSError as error:
        raise StoreError(f"cannot write the backup {target}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    with closing(open_reader(source)) as db:
        db.conn.execute("vacuum into ?", [str(part)])
    with closing(open_reader(part)) as db:
        (found,) = db.conn.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"the copy of {source} is not sound ({found}); the backup was dropped")


def _flush(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
