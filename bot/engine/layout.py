"""What a set of open fixes looks like, whatever the weights: worked out once a set and plan.

Strategy: most fixes cure one or two causes, so their efficiencies are kept as flat rows that one
list comprehension can evaluate; this is the innermost loop of the engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.engine.model import Model
from bot.engine.parts import ModelFix
from bot.engine.safety import Permission

Rates = tuple[tuple[int, float], ...]
"""(cause, mass cured per minute and unit of weight), negative as a heap wants it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A set of fixes, sorted by what has to happen before they can be done."""

    ones: tuple[tuple[int, float, int], ...]
    """(cause, rate, fix) of those that cure one cause and wait for no other."""
    twos: tuple[tuple[int, float, int, float, int], ...]
    more: tuple[tuple[int, Rates], ...]
    closed: Mapping[int, tuple[int, ...]]
    """Access groups not yet entered, with their fixes."""
    inside: frozenset[int]
    """All fixes of these groups."""
    rough: tuple[int, ...]
    """Those groups that have a fix which R1 may hold."""
    waiting: tuple[int, ...]
    """Fixes that wait for another of the set."""
    risky: bool
    """Whether R1 has anything to hold."""
    beyond: tuple[int, ...]
    """Causes that none of the fixes cures."""

    def rated(self, weights: Sequence[float]) -> list[tuple[float, int]]:
        """(negative efficiency, fix) of all that wait for no other."""
        rated = [(weights[cause] * rate, number) for cause, rate, number in self.ones]
        rated += [(weights[a] * p + weights[b] * q, number) for a, p, b, q, number in self.twos]
        for number, rates in self.more:
            total = 0.0
            for cause, rate in rates:
                total += weights[cause] * rate
            rated.append((total, number))
        return rated


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
        numbers = [number for number in range(len(self.fixes)) if mask >> number & 1]
        ready = [number for number in numbers if not self.waits[number] & mask]
        closed: dict[int, list[int]] = {}
        for number in ready:
            group = self.fixes[number].group
            if group >= 0 and not entered >> group & 1:
                closed.setdefault(group, []).append(number)
        rates, fixes = self.rates, self.fixes
        cured = {cause for number in numbers for cause, _ in rates[number]}
        return Layout(
            ones=tuple((*rates[n][0], n) for n in ready if len(rates[n]) == 1),
            twos=tuple((*rates[n][0], *rates[n][1], n) for n in ready if len(rates[n]) == 2),
            more=tuple((n, rates[n]) for n in ready if len(rates[n]) not in (1, 2)),
            closed={group: tuple(closed[group]) for group in sorted(closed)},
            inside=frozenset(number for members in closed.values() for number in members),
            rough=tuple(g for g in sorted(closed) if any(fixes[n].tier > 1 for n in closed[g])),
            waiting=tuple(number for number in numbers if self.waits[number] & mask),
            risky=any(fixes[number].tier > 1 for number in numbers),
            beyond=tuple(cause for cause in range(self._causes) if cause not in cured),
        )


def _rates(fix: ModelFix) -> Rates:
    return tuple((cause, -solves / fix.price) for cause, solves in fix.cures)
