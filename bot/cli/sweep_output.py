"""Where the lines of a sweep go: to stdout, or to a file that a later run goes on with.

Strategy: a file holds whole lines only.  Each is written at once and flushed; what a crash left
of a last line is cut off before the file is gone on with.  A reader may stop reading: whoever waits
for a line can give up, so a daemon thread writes it, and stdout by its descriptor, without a lock.
"""

import asyncio
import contextlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from bot.cli.common import Refused
from bot.cli.render import UNDER, filled, roomy
from bot.cli.sweep_rows import Form, Gist

_COLUMNS = re.compile(" {3,}")


class Output:
    """A context manager; ``write`` may be called in a thread, one line after the other."""

    def __init__(self, form: Form, path: Path | None) -> None:
        self._form = form
        self._path = path
        self._file: BinaryIO | None = None

    @property
    def goes_on(self) -> bool:
        """Whether a later run can continue this one."""
        return self._path is not None and self._form.read is not None

    def earlier(self) -> Iterator[Gist]:
        """The hosts that the file holds already; raises Refused for a file of another form."""
        if self._path is None:
            return
        try:
            if not self._path.exists() or self._path.stat().st_size == 0:
                return
            if self._form.read is None:
                raise Refused(
                    f"{self._path} exists, and text cannot be continued; "
                    "name another file, or use --format csv or jsonl"
                )
            with self._path.open("rb+") as file:
                yield from self._gists(file, self._form.read)
        except OSError as error:
            raise self._unusable(error) from None

    async def written(self, line: str) -> None:
        """As ``write``, in a thread that does not hold up the end of the program."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def settle(error: OSError | Refused | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def write() -> None:
            failed: OSError | Refused | None = None
            try:
                self.write(line)
            except (OSError, Refused) as error:
                failed = error
            with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(settle, failed)

        threading.Thread(target=write, daemon=True).start()
        await done

    def write(self, line: str) -> None:
        """Write one whole line; raises OSError, and Refused when the file cannot take it."""
        if self._file is None:
            rest = self._fitted(line).encode()
            while rest:
                rest = rest[os.write(sys.stdout.fileno(), rest) :]
            return
        try:
            self._file.write(line.encode())
            self._file.flush()
        except OSError as error:
            raise self._unusable(error) from None

    def __enter__(self) -> Self:
        """Open the file and begin it with its head."""
        new = True
        if self._path is not None:
            try:
                self._file = self._path.open("ab")
                new = self._file.tell() == 0
            except OSError as error:
                raise self._unusable(error) from None
        if self._form.head and new:
            self.write(self._form.head)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; after an error in writing it fails once more, with nothing new."""
        try:
            if self._file is not None:
                self._file.close()
        except OSError as fault:
            if error is None:
                raise self._unusable(fault) from None

    def _fitted(self, line: str) -> str:
        """A line as a terminal shows it best; anything else gets it as it is."""
        if self._form.hang is None or not sys.stdout.isatty():
            return line
        text, below = line.rstrip("\n"), " " * self._form.hang
        if not roomy(self._form.hang):
            text, below = _COLUMNS.sub("  ", text), UNDER
        return "\n".join(filled(text, below=below)) + "\n"

    def _gists(self, file: BinaryIO, read: Callable[[str], Gist]) -> Iterator[Gist]:
        begins, place = self._form.begins, 0
        for number, raw in enumerate(file, 1):
            line = raw.decode(errors="replace")
            if number == 1 and not (line.startswith(begins) or begins.startswith(line)):
                raise self._foreign(number, f"it does not begin with {begins.strip()}")
            if not line.endswith("\n"):
                file.truncate(place)
                return
            place += len(raw)
            if line == self._form.head:
                continue
            try:
                yield read(line)
            except ValueError as error:
                raise self._foreign(number, str(error)) from None

    def _foreign(self, number: int, why: str) -> Refused:
        return Refused(
            f"{self._path}:{number}: not written by a sweep of this format ({why}); "
            "name another file"
        )

    def _unusable(self, error: OSError) -> Refused:
        return Refused(f"{self._path} cannot be used: {error.strerror}")
