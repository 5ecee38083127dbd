"""What a set of open fixes looks like, whatever the weights: worked out once a set and plan.

Strategy: most fixes cure one or two causes, so their efficiencies are kept as flat rows that one
list comprehension can evaluate; this is the innermost loop of the engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.engine.model import Model
from bot.engine.parts import ModelFix

Rates = tuple[tuple[int, float], ...]
"""(cause, mass cured per minute and unit of weight), negative as a heap wants it."""

Heap = list[tuple[float, int]]
"""(negative value, fix), the best first."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Fixes by how many causes they cure: (cause, rate, fix), with two causes, with more."""

    ones: tuple[tuple[int, float, int], ...]
    twos: tuple[tuple[int, float, int, float, int], ...]
    more: tuple[tuple[int, Rates], ...]

    @classmethod
    def of(cls, numbers: Iterable[int], rates: Sequence[Rates]) -> Self:
        """Sort fixes into rows."""
        every = [(number, rates[number]) for number in numbers]
        return cls(
            tuple((*each[0], n) for n, each in every if len(each) == 1),
            tuple((*each[0], *each[1], n) for n, each in every if len(each) == 2),
            tuple((n, each) for n, each in every if len(each) not in (1, 2)),
        )

    def rated(self, weights: Sequence[float], cut: float) -> Heap:
        """(negative efficiency, fix) of those that reach ``cut``; 0.0 takes all of them."""
        rated = [
            (rate, number) for cause, p, number in self.ones if (rate := weights[cause] * p) <= cut
        ]
        rated += [
            (rate, number)
            for a, p, b, q, number in self.twos
            if (rate := weights[a] * p + weights[b] * q) <= cut
        ]
        for number, rates in self.more:
            total = 0.0
            for cause, rate in rates:
                total += weights[cause] * rate
            if total <= cut:
                rated.append((total, number))
        return rated


@dataclass(frozen=True, slots=True)
class Layout:
    """A set of fixes, sorted by what has to happen before they can be done."""

    gentle: Rows
    """Tier 0 and 1, waiting for no other fix."""
    rough: Rows
    """The same for the higher tiers, which R1 may hold."""
    waiting: tuple[int, ...]
    """Fixes that wait for another of the set."""
    lasting: tuple[float, ...]
    """Per cause the chance that it outlasts all of the fixes."""


class Layouts:
    """The layouts of one plan, by the mask of open fixes."""

    def __init__(self, model: Model, waits: Sequence[int]) -> None:
        self.fixes = model.fixes
        self.waits = waits
        self.rates = tuple(map(_rates, model.fixes))
        self._causes = len(model.causes)
        self._known: dict[int, Layout] = {}

    def of(self, mask: int) -> Layout:
        """The layout of a set of fixes."""
        found = self._known.get(mask)
        if found is None:
            found = self._known[mask] = self._lay_out(mask)
        return found

    def _lay_out(self, mask: int) -> Layout:
        fixes, rates = self.fixes, self.rates
        numbers = [number for number in range(len(fixes)) if mask >> number & 1]
        free = [number for number in numbers if not self.waits[number] & mask]
        lasting = [1.0] * self._causes
        for number in numbers:
            for cause, solves in fixes[number].planned:
                lasting[cause] *= 1.0 - solves
        return Layout(
            gentle=Rows.of((n for n in free if fixes[n].tier <= 1), rates),
            rough=Rows.of((n for n in free if fixes[n].tier > 1), rates),
            waiting=tuple(number for number in numbers if self.waits[number] & mask),
            lasting=tuple(lasting),
        )


def _rates(fix: ModelFix) -> Rates:
    return tuple((cause, -solves / fix.price) for cause, solves in fix.planned)
