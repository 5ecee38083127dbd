"""One `serve` for a database: a lock that the system frees when its holder dies.

Strategy: flock on a file beside the database.  The file stays; only the lock counts.  A forked
child closes its copy at once, or it would hold the lock after its parent is killed.
"""

import fcntl
import os
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.store.base import StoreError


class AlreadyServed(StoreError):
    """Another `serve` uses this database; ``pid`` is its process, where it could be read."""

    def __init__(self, path: Path, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"{who} already serves the database {path}; stop it first, or give this one another "
            "[store] path"
        )
        self.pid = pid


class ServeLock:
    """The right to serve the database at ``path``, held until release() or the process' end."""

    def __init__(self, path: Path) -> None:
        """Take the lock; raises AlreadyServed, and StoreError where no lock file can be made."""
        self.path = path
        file = path.with_name(path.name + ".serve")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot make the lock file {file}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).strip()
            self.release()
            raise AlreadyServed(path, int(holder) if holder.isdigit() else None) from None
        except OSError as error:
            self.release()
            raise StoreError(f"cannot lock {file}: {error.strerror}; use a local disk") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, b"%d\n" % os.getpid(), 0)
        _HELD.add(self)

    def release(self) -> None:
        """Give the lock up; more than once does no harm."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


_HELD: "weakref.WeakSet[ServeLock]" = weakref.WeakSet()


def _forget_in_child() -> None:
    for lock in list(_HELD):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
