"""What a set of open fixes looks like, whatever the weights: worked out once a set and plan.

Strategy: most fixes cure one or two causes, so their efficiencies are kept as flat rows that one
list comprehension can evaluate; this is the innermost loop of the engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bot.engine.model import Model
from bot.engine.parts import ModelFix
from bot.engine.safety import Permission

Rates = tuple[tuple[int, float], ...]
"""(cause, mass cured per minute and unit of weight), negative as a heap wants it."""


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

    def rated(self, weights: Sequence[float]) -> list[tuple[float, int]]:
        """(negative efficiency, fix) of all of them."""
        rated = [(weights[cause] * rate, number) for cause, rate, number in self.ones]
        rated += [(weights[a] * p + weights[b] * q, number) for a, p, b, q, number in self.twos]
        for number, rates in self.more:
            total = 0.0
            for cause, rate in rates:
                total += weights[cause] * rate
            rated.append((total, number))
        return rated


@dataclass(frozen=True, slots=True)
class Layout:
    """A set of fixes, sorted by what has to happen before they can be done."""

    gentle: Rows
    """Tier 0 and 1: nothing has to be opened or waited for."""
    rough: Rows
    """The same for the higher tiers, which R1 may hold."""
    closed: Mapping[int, tuple[Rows, Rows]]
    """Access groups not yet entered: their fixes of tier 0 and 1, and of the higher tiers."""
    members: Mapping[int, tuple[int, ...]]
    """All fixes of these groups."""
    mild: Mapping[int, tuple[int, ...]]
    """Those of tier 0 and 1."""
    mixed: frozenset[int]
    """Those groups that have a fix which R1 may hold."""
    waiting: tuple[int, ...]
    """Fixes that wait for another of the set."""
    risky: bool
    """Whether R1 has anything to hold."""
    beyond: tuple[int, ...]
    """Causes that none of the fixes cures."""


class Layouts:
    """The layouts of one plan, by (open fixes, groups entered)."""

    def __init__(self, model: Model, permission: Permission) -> None:
        self.fixes = model.fixes
        self.waits = permission.waits
        self.rates = tuple(_rates(fix) for fix in model.fixes)
        self._causes = len(model.causes)
        self._known: dict[tuple[int, int], Layout] = {}

    def of(self, mask: int, entered: int) -> Layout:
        """The layout of a set of fixes."""
        key = (mask, entered)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._lay_out(mask, entered)
        return found

    def _lay_out(self, mask: int, entered: int) -> Layout:
        fixes, rates = self.fixes, self.rates
        numbers = [number for number in range(len(fixes)) if mask >> number & 1]
        singles: list[int] = []
        closed: dict[int, list[int]] = {}
        for number in numbers:
            group = fixes[number].group
            if self.waits[number] & mask:
                continue
            if group < 0 or entered >> group & 1:
                singles.append(number)
            else:
                closed.setdefault(group, []).append(number)
        mild = {g: tuple(n for n in closed[g] if fixes[n].tier <= 1) for g in sorted(closed)}
        wild = {g: tuple(n for n in closed[g] if fixes[n].tier > 1) for g in sorted(closed)}
        cured = {cause for number in numbers for cause, _ in rates[number]}
        return Layout(
            gentle=Rows.of((n for n in singles if fixes[n].tier <= 1), rates),
            rough=Rows.of((n for n in singles if fixes[n].tier > 1), rates),
            closed={g: (Rows.of(mild[g], rates), Rows.of(wild[g], rates)) for g in sorted(closed)},
            members={group: tuple(closed[group]) for group in sorted(closed)},
            mild=mild,
            mixed=frozenset(group for group in wild if wild[group]),
            waiting=tuple(number for number in numbers if self.waits[number] & mask),
            risky=any(fixes[number].tier > 1 for number in numbers),
            beyond=tuple(cause for cause in range(self._causes) if cause not in cured),
        )


def _rates(fix: ModelFix) -> Rates:
    return tuple((cause, -solves / fix.price) for cause, solves in fix.planned)
