"""The balance sheet: what speaks for and against a cause, in points that add up to its probability.

Strategy: points are 10 * log10 of a ratio to ``other``, whose points are 0 whatever is known.  So
a cause's points are what it starts with plus one line a finding, and P(cause) is 10**(points / 10)
divided by the sum of that over all causes: anybody can recompute it from the sheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10
from typing import Literal

from bot.engine.belief import counted, factor, findings, posterior
from bot.engine.model import Model
from bot.engine.values import CauseShare, Situation
from bot.engine.verdict import shares

Source = Literal["evidence", "question", "try"]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding, as likely as it is with the cause and ``usual``ly (under ``other``)."""

    source: Source
    item: str
    state: str
    likelihood: float
    usual: float

    @property
    def points(self) -> float:
        """What it adds to the cause; negative where it speaks against it."""
        return 10 * log10(self.likelihood / self.usual)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A cause, what it starts with, and every finding that counts, the strongest first."""

    cause: CauseShare
    prior: float
    """How common it is among all cases, 0 to 1."""
    start: float
    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """All points; P(cause) is 10**(total / 10) by the sum of that over all causes."""
        return self.start + sum(line.points for line in self.lines)


def sheets(model: Model, situation: Situation) -> tuple[Sheet, ...]:
    """The sheet of every cause, the likeliest first; raises UnknownEntry."""
    return sheets_of(model, situation, shares(model, posterior(model, situation)))


def sheets_of(
    model: Model, situation: Situation, causes: tuple[CauseShare, ...]
) -> tuple[Sheet, ...]:
    """The sheets of some causes, in the order given; raises UnknownEntry."""
    spoken = list(_spoken(model, situation))
    made = []
    for share in causes:
        place = model.causes.index(share.id)
        lines = [
            Line(source, item, state, row[place], row[model.other])
            for source, item, state, row in spoken
        ]
        made.append(
            Sheet(
                cause=share,
                prior=model.prior[place],
                start=10 * log10(model.prior[place] / model.prior[model.other]),
                lines=tuple(sorted(lines, key=_strongest)),
            )
        )
    return tuple(made)


def unheard(model: Model, situation: Situation) -> tuple[tuple[str, str, str], ...]:
    """What is known but not counted: (item, state, the stronger item of the same check)."""
    heard = findings(model, situation)
    by_check = {found.item.same_check: found.item for found in heard if found.item.same_check}
    silent = []
    for asked, told in ((False, situation.evidence), (True, situation.answers)):
        for name, state in sorted(told.items()):
            item = model.known(name, state, asked=asked)
            louder = by_check.get(item.same_check or "") if item is not None else None
            if louder is not None and louder is not item:
                silent.append((name, state, louder.id))
    return tuple(silent)


def _spoken(
    model: Model, situation: Situation
) -> Iterator[tuple[Source, str, str, tuple[float, ...]]]:
    for found in findings(model, situation):
        source: Source = "question" if found.item.origin == "question" else "evidence"
        yield source, found.item.id, found.state, found.row
    for each in counted(situation):
        yield "try", each.fix, each.result, factor(model, each)


def _strongest(line: Line) -> tuple[float, str, str, str]:
    # To a millionth: whether two equal points differ in their last bit must not order them.
    return (-round(abs(line.points), 6), line.item, line.state, line.source)
