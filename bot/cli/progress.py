"""What a terminal shows on stderr while a command looks; nothing of it is ever part of stdout."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import ceil
from types import TracebackType
from typing import Any, Self

import click

from bot.catalog.entries import Catalog
from bot.cli.common import animated
from bot.cli.render import row_lines
from bot.desk.ladder import rows
from bot.evidence import Observation
from bot.probes.base import Report, Target

CLEAR_LINE = "\r\x1b[K"
WIDEST_BAR, BESIDE_BAR = 36, 40
"""Columns of the bar, and of its label, count and remaining time."""
EVERY = 25
"""Without a terminal progress is told for each tenth of the hosts, but not more often than this."""


class Progress:
    """How many of ``total`` hosts are done: a bar on a terminal, else a line now and then.

    ``shared``: the terminal shows the results too.
    """

    def __init__(self, total: int, terminal: bool, shared: bool) -> None:
        self.done = 0
        self._total = total
        self._shared = shared
        self._stack = ExitStack()
        self._bar: Any = None
        if terminal and total:
            room = shutil.get_terminal_size().columns - BESIDE_BAR
            self._bar = click.progressbar(
                length=total,
                label="Looking",
                show_pos=True,
                file=sys.stderr,
                width=max(1, min(WIDEST_BAR, room)),  # a bar that wraps cannot be drawn again
            )

    def make_way(self) -> None:
        """Take the bar away before something else is written."""
        if self._bar is not None and self._shared:
            click.echo(CLEAR_LINE, nl=False, err=True)

    def step(self) -> None:
        """One more host is done."""
        self.done += 1
        if self._bar is not None:
            self._bar.update(1)
        elif self.done % max(EVERY, self._total // 10) == 0:
            click.echo(f"{self.done} of {self._total} hosts", err=True)

    def __enter__(self) -> Self:
        """Show the empty bar."""
        if self._bar is not None:
            self._stack.enter_context(self._bar)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it is and begin a new line."""
        self._stack.close()


@contextmanager
def live(catalog: Catalog, target: Target) -> Iterator[Report | None]:
    """What takes the observations of one look in and shows its rows until the block ends.

    None where stderr is no terminal.
    """
    if not animated():
        yield None
        return
    drawing = _Rows(catalog, target)
    try:
        yield drawing.show
    finally:
        drawing.erase()


class _Rows:
    """The rows of a look, drawn again in their place whenever something is known."""

    def __init__(self, catalog: Catalog, target: Target) -> None:
        self._catalog = catalog
        self._target = (target.host, target.port)
        self._seen: list[Observation] = []
        self._drawn: list[int] = []  # how long each line on the screen is

    def show(self, observation: Observation) -> None:
        """Take one observation in."""
        self._seen.append(observation)
        width, height = self._size()
        made = rows(self._catalog, self._seen, self._target, live=True)
        # A line that wraps or has left the screen could not be erased.
        lines = [line[: width - 1] for line in row_lines(made, colour=False)][1 - height :]
        click.echo(self._back() + "\n".join(lines), err=True)
        self._drawn = [len(line) for line in lines]

    def erase(self) -> None:
        """Take everything away again."""
        click.echo(self._back(), nl=False, err=True)

    def _back(self) -> str:
        """To where the rows begin; a terminal made narrower has broken the longer ones."""
        width, height = self._size()
        up = min(sum(max(1, ceil(length / width)) for length in self._drawn), height - 1)
        return f"\x1b[{up}A\r\x1b[J" if up else ""

    @staticmethod
    def _size() -> tuple[int, int]:
        """Columns and lines of the terminal that stderr is, which stdout may not be."""
        size = os.get_terminal_size(sys.stderr.fileno())
        if not (size.columns and size.lines):  # it does not know its size
            size = shutil.get_terminal_size()
        return max(2, size.columns), max(2, size.lines)
