"""G: the cost of doing the most efficient fix again and again, and escalating at the best moment.

Strategy: un-normalised efficiencies (mass cured per minute) only fall as fixes fail, so the top of
a heap with stale values is an upper bound: refresh it, and if it stays on top it is the true
maximum.  A closed access group is one element, worth its best prefix with the entry included.
Rule R1 is kept at every step.  The run ends as soon as nothing that is left could lower the cost.

Most fixes never come into play.  A fix pays for itself only if what it cures per minute is at least
the mass that is left, divided by the cost of escalation; and what outlasts all fixes is always
left.  Fixes below that ``cut`` stay out of the heap until something that is held back, or waits for
another fix, makes it worth going through them.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace
from operator import mul

from bot.engine.bounds import least_cost, touched_by
from bot.engine.layout import Heap, Layouts
from bot.engine.model import Model
from bot.engine.restraint import Left, Restraint
from bot.engine.safety import Permission

ROUNDING = 1.0 - 1e-9
"""Keeps bounds on the safe side."""


class Greedy:
    """Computes G for one plan."""

    def __init__(self, model: Model, permission: Permission) -> None:
        self.fixes = model.fixes
        self.prices = [fix.price for fix in model.fixes]
        self.tiers = [fix.tier for fix in model.fixes]
        self.groups = [fix.group for fix in model.fixes]
        self.entry = model.entry
        self.layouts = Layouts(model, permission.waits)
        self.touched = touched_by(model)
        self.escalation = model.catalog.settings.escalation_cost
        self.threshold = model.catalog.settings.safety_threshold

    def run(self, weights: Sequence[float], mask: int, entered: int) -> tuple[float, int]:
        """Expected cost (for weights as they are, not normalised) and first fix, -1 = escalate."""
        run = _Run(self, weights, mask, entered)
        run.cut = -run.floor / self.escalation
        run.build()
        return run.cost()

    def ranked(self, weights: Sequence[float], mask: int, entered: int) -> list[int]:
        """The fixes that R1 allows now, the most efficient first."""
        run = _Run(self, weights, mask, entered)
        run.build()
        found: dict[int, float] = {}
        for worth, key in run.heap:
            if key >= 0:
                found[key] = worth
                continue
            group = -1 - key
            together, first = run.prefix(group)
            for number in run.closed[group]:
                if self.tiers[number] <= run.restraint.tier:
                    alone = run.left.mass(number) / (self.prices[number] + self.entry[group])
                    found[number] = min(alone, together) if number == first else alone
        return sorted(found, key=lambda fix: (found[fix], self.tiers[fix], self.prices[fix], fix))


class _Run:
    """One greedy run: the heap of what could come next, and what is left of the case."""

    def __init__(self, greedy: Greedy, weights: Sequence[float], mask: int, entered: int) -> None:
        self.greedy = greedy
        rates = greedy.layouts.rates
        known: list[float | None] = [None] * len(rates)
        self.left = Left(greedy.prices, rates, list(weights), sum(weights), mask, entered, known)
        self.layout = greedy.layouts.of(mask)
        self.floor: float = sum(map(mul, weights, self.layout.lasting)) * ROUNDING
        self.restraint = Restraint(self.left, greedy.threshold, self.floor, greedy.groups)
        self.cut = 0.0
        self.heap: Heap = []
        self.closed: dict[int, list[int]] = {}
        """Per group that is shut its fixes above the cut."""
        self.mild: dict[int, list[int]] = {}
        """Those of tier 0 and 1."""
        self.waiting = 0.0
        """The efficiency of the best fix that waits for another one."""

    def build(self) -> None:
        """Fill the heap with what is open and lies above the cut."""
        layout, left, groups = self.layout, self.left, self.greedy.groups
        near = layout.gentle.rated(left.weights, self.cut)
        rough = layout.rough.rated(left.weights, self.cut)
        rough = [pair for pair in rough if left.mask >> pair[1] & 1]
        heap: Heap = []
        mild: dict[int, list[int]] = {}
        bounds: dict[int, float] = {}
        for pair in near:
            group = groups[pair[1]]
            if group < 0 or left.entered >> group & 1:
                if left.mask >> pair[1] & 1:
                    heap.append(pair)
            else:
                rate, number = pair
                mild.setdefault(group, []).append(number)
                bounds[group] = min(bounds.get(group, 0.0), rate)
        closed = mild
        if rough:
            closed = {group: members[:] for group, members in mild.items()}
            for rate, number in rough:
                if left.shut(group := groups[number]):
                    closed.setdefault(group, []).append(number)
                    mild.setdefault(group, [])
                    bounds[group] = min(bounds.get(group, 0.0), rate)
        # A bound is enough: the best prefix is worth no more than its best member alone.
        heap += [(bounds[group], -1 - group) for group in closed]
        self.closed, self.mild = closed, mild
        self.restraint.begin(layout.gentle, near, rough)
        heap += self.restraint.released()
        self.waiting = min([left.rate(number) for number in layout.waiting], default=0.0)
        heapify(heap)
        self.heap = heap

    def prefix(self, group: int) -> tuple[float, int]:
        """A closed group's efficiency (its best prefix, negative), and the fix it begins with."""
        left, closed = self.left, self.closed if self.restraint.tier > 1 else self.mild
        known, rate_of = left.known, left.rate
        members = [
            (rate_of(number) if (rate := known[number]) is None else rate, number)
            for number in closed[group]
        ]
        members.sort()
        best, cured, spent = 0.0, 0.0, self.greedy.entry[group]
        for rate, number in members:
            price = self.greedy.prices[number]
            cured += rate * price
            spent += price
            if cured < best * spent:
                best = cured / spent
            else:
                break  # the others are worth even less: they would only dilute it
        return best, members[0][1] if members else -1

    def cost(self) -> tuple[float, int]:
        """Least cost over the prefixes of the greedy order, and the first fix, -1 = escalate."""
        left, escalation = self.left, self.greedy.escalation
        best, first, begun, spent = left.total * escalation, -1, -1, 0.0
        while (number := self._top()) >= 0 or self._thaws(best - spent):
            if number < 0:
                continue
            begun = number if begun < 0 else begun
            before = left.total
            spent += self._take(number) * before
            value = spent + left.total * escalation
            if value < best:
                best, first = value, begun
            elif self._is_over(best - spent):
                break
        return best, first

    def _is_over(self, gain: float) -> bool:
        """Whether going on from here cannot cost less than ``gain``."""
        top = self.heap[0][0] if self.heap else 0.0
        rate = -min(top, self.waiting, self.cut)
        if self._least(rate) < gain:
            return False
        if not self.restraint.active:
            return True
        return self._least(max(rate, -self.restraint.best_aside())) >= gain

    def _least(self, rate: float) -> float:
        return least_cost(self.left.total, self.floor, self.greedy.escalation, rate)

    def _thaws(self, gain: float) -> bool:
        """Take in what lies below the cut, if it may stand before something better."""
        if self.cut == 0.0 or min(self.waiting, self.restraint.best_aside()) > self.cut:
            return False
        if self._is_over(gain):
            return False
        self.cut = 0.0
        self.build()
        return True

    def _top(self) -> int:
        """The most efficient fix that may be done now, -1 if none lies above the cut."""
        heap, rates, weights = self.heap, self.left.rates, self.left.weights
        while heap:
            stale, key = heap[0]
            if key >= 0:
                rate, number = 0.0, key
                for cause, solves in rates[key]:
                    rate += weights[cause] * solves
            else:
                rate, number = self.prefix(-1 - key)
            if rate > stale:
                heapreplace(heap, (rate, key))
            elif number < 0 or (self.restraint.active and self._gone(key)):
                heappop(heap)
            else:
                return number if rate <= self.cut else -1
        return -1

    def _gone(self, key: int) -> bool:
        """Whether a heap element stands for nothing, any more or for now."""
        if key < 0:
            return self.left.entered >> (-1 - key) & 1 == 1
        if not self.left.mask >> key & 1:
            return True
        if self.greedy.tiers[key] > self.restraint.tier:
            self.restraint.hold(key)
            return True
        return False

    def _take(self, number: int) -> float:
        """Do the fix on top, without success; returns its cost, entry included."""
        left, weights, known = self.left, self.left.weights, self.left.known
        fix, touched = self.greedy.fixes[number], self.greedy.touched
        cost = fix.price
        for cause, solves in fix.planned:
            gone = weights[cause] * solves
            weights[cause] -= gone
            left.total -= gone
            for other in touched[cause]:
                known[other] = None
        left.mask &= ~(1 << number)
        heappop(self.heap)
        if left.shut(fix.group):
            cost += self.greedy.entry[fix.group]
            left.entered |= 1 << fix.group
            others = self.closed[fix.group]
            self.heap += [(left.rate(other), other) for other in others if other != number]
            heapify(self.heap)
        if self.layout.waiting and any(
            self.greedy.layouts.waits[each] >> number & 1 for each in self.layout.waiting
        ):
            self.layout = self.greedy.layouts.of(left.mask)
            self.build()
        elif self.restraint.active and self.restraint.rises():
            self._let_go()
        return cost

    def _let_go(self) -> None:
        """The ceiling of R1 has risen: what it held may be done now."""
        for pair in self.restraint.released():
            heappush(self.heap, pair)
        for group, members in self.closed.items():  # worth more, now that more of it is allowed
            if self.left.shut(group) and len(members) > len(self.mild[group]):
                heappush(self.heap, (self.prefix(group)[0], -1 - group))
