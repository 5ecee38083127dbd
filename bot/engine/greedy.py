"""G: the cost of doing the most efficient fix again and again, and escalating at the best moment.

Strategy: un-normalised efficiencies (mass cured per minute) only fall as fixes fail, so the top of
a heap with stale values is an upper bound: refresh it, and if it stays on top it is the true
maximum.  A closed access group is one element, worth its best prefix with the entry included.
Rule R1 is kept at every step.  The run ends as soon as nothing that is left could lower the cost.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace

from bot.engine.layout import Layout, Layouts
from bot.engine.model import Model
from bot.engine.safety import HIGHEST, Permission

Heap = list[tuple[float, int]]
"""(negative value, fix); a key below zero is a closed group: -1 - its index."""


class Greedy:
    """Computes G for one plan."""

    def __init__(self, model: Model, permission: Permission) -> None:
        self.fixes = model.fixes
        self.entry = model.entry
        self.layouts = Layouts(model, permission)
        self.escalation = model.catalog.settings.escalation_cost
        self.threshold = model.catalog.settings.safety_threshold

    def run(self, weights: Sequence[float], mask: int, entered: int) -> tuple[float, int]:
        """Expected cost (for weights as they are, not normalised) and first fix, -1 = escalate."""
        return _Run(self, weights, mask, entered).cost()

    def ranked(self, weights: Sequence[float], mask: int, entered: int) -> list[int]:
        """The fixes that R1 allows now, the most efficient first."""
        run = _Run(self, weights, mask, entered)
        found: dict[int, float] = {}
        for worth, key in run.heap:
            if key >= 0:
                found[key] = worth
                continue
            group = -1 - key
            worth_, first = run.prefix(group)
            for number in run.layout.closed[group]:
                if run.allowed(number):
                    price = self.fixes[number].price
                    alone = run.rate(number) * price / (price + self.entry[group])
                    found[number] = min(alone, worth_) if number == first else alone
        return sorted(
            found,
            key=lambda fix: (found[fix], self.fixes[fix].tier, self.fixes[fix].price, fix),
        )


class _Run:
    """One greedy run: the weights that are left, and the heap over what may be done."""

    def __init__(self, greedy: Greedy, weights: Sequence[float], mask: int, entered: int) -> None:
        self.greedy = greedy
        self.fixes = greedy.fixes
        self.rates = greedy.layouts.rates
        self.weights = list(weights)
        self.total = sum(weights)
        self.mask = mask
        self.entered = entered
        self.layout = greedy.layouts.of(mask, entered)
        self.floor = sum([weights[cause] for cause in self.layout.beyond])
        self.tier = HIGHEST
        self.masses: tuple[Heap, ...] = ()
        self.aside: Heap = []
        self.witness = -1  # a gentle fix that had a fair chance when last looked at
        self.build()

    def build(self) -> None:
        """Fill the heap; what R1 holds is set ``aside``."""
        layout: Layout = self.layout
        heap = layout.rated(self.weights)
        for group, members in layout.closed.items():
            # A bound is enough: the best prefix is worth no more than its best member alone.
            heap.append((min([self.rate(number) for number in members]), -1 - group))
        self.waiting = min((self.rate(number) for number in layout.waiting), default=0.0)
        if layout.risky:
            self._set_aside(heap)
        heapify(heap)
        self.heap = heap

    def _set_aside(self, heap: Heap) -> None:
        fixes = self.fixes
        members = [n for group in self.layout.closed.values() for n in group]
        rated = [pair for pair in heap if pair[1] >= 0] + [(self.rate(n), n) for n in members]
        gentle = [(rate * fixes[n].price, n) for rate, n in rated if fixes[n].tier <= 1]
        rough = [(rate * fixes[n].price, n) for rate, n in rated if fixes[n].tier == 2]
        heapify(gentle)
        heapify(rough)
        self.masses = (gentle, rough)
        self.tier = self._ceiling()
        tier = self.tier
        self.aside = [pair for pair in rated if fixes[pair[1]].tier > tier]
        heapify(self.aside)
        heap[:] = [pair for pair in heap if pair[1] < 0 or fixes[pair[1]].tier <= tier]

    def _ceiling(self) -> int:
        """R1: how far up the fixes may go while a gentler one has a fair chance."""
        fair = -self.greedy.threshold * self.total
        if self._still_fair(self.witness, fair):
            return 1
        for tier, masses in enumerate(self.masses, start=1):
            if self._most(masses) <= fair:
                self.witness = masses[0][1] if tier == 1 else -1
                return tier
        return HIGHEST

    def _still_fair(self, number: int, fair: float) -> bool:
        if number < 0 or not self.mask >> number & 1:
            return False
        return self.rate(number) * self.fixes[number].price <= fair

    def _most(self, masses: Heap) -> float:
        """The largest mass that one of these fixes would cure now, negative."""
        while masses:
            stale, number = masses[0]
            if not self.mask >> number & 1:
                heappop(masses)
                continue
            mass = self.rate(number) * self.fixes[number].price
            if mass <= stale:
                return mass
            heapreplace(masses, (mass, number))
        return 1.0

    def allowed(self, number: int) -> bool:
        """Whether R1 lets a fix through now."""
        return self.fixes[number].tier <= self.tier

    def rate(self, number: int) -> float:
        """The mass that a fix would cure now per minute, negative."""
        weights, rate = self.weights, 0.0
        for cause, solves in self.rates[number]:
            rate += weights[cause] * solves
        return rate

    def prefix(self, group: int) -> tuple[float, int]:
        """A closed group's efficiency (its best prefix, negative), and the fix it begins with."""
        fixes = self.fixes
        members = [
            (self.rate(number), number)
            for number in self.layout.closed[group]
            if fixes[number].tier <= self.tier
        ]
        if not members:
            return 0.0, -1
        members.sort()
        best, cured, spent = 0.0, 0.0, self.greedy.entry[group]
        for rate, number in members:
            price = fixes[number].price
            cured += rate * price
            spent += price
            if cured < best * spent:
                best = cured / spent
        return best, members[0][1]

    def cost(self) -> tuple[float, int]:
        """Least cost over the prefixes of the greedy order, and the first fix, -1 = escalate."""
        escalation = self.greedy.escalation
        best, first, begun, spent = self.total * escalation, -1, -1, 0.0
        while (top := self._top()) is not None:
            if spent + self._least(-min(top[0], self.waiting, self._best_aside())) >= best:
                break
            begun = top[1] if begun < 0 else begun
            before = self.total
            spent += self._take(top[1]) * before
            value = spent + self.total * escalation
            if value < best:
                best, first = value, begun
        return best, first

    def _least(self, rate: float) -> float:
        """A lower bound on going on from here, when nothing cures more than ``rate`` a minute.

        To bring the mass from W down to x costs at least the integral of mass over minutes,
        (W*W - x*x) / (2*rate); adding x times the escalation cost is concave in x, so the least
        lies at an end: x = W (escalate now) or x = the mass that no fix can cure.
        """
        now = self.total * self.greedy.escalation
        if rate <= 0.0:
            return now
        down = (self.total * self.total - self.floor * self.floor) / (2.0 * rate)
        return min(now, down + self.floor * self.greedy.escalation)

    def _top(self) -> tuple[float, int] | None:
        """The most efficient thing that may be done now: (negative efficiency, fix)."""
        heap, rates, weights = self.heap, self.rates, self.weights
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
            elif number < 0 or self._gone(key):
                heappop(heap)
            else:
                return rate, number
        return None

    def _best_aside(self) -> float:
        """The efficiency of the best fix that R1 holds, negative; 0 if it holds none."""
        aside = self.aside
        while aside:
            stale, number = aside[0]
            if not self.mask >> number & 1:
                heappop(aside)
                continue
            rate = self.rate(number)
            if rate <= stale:
                return rate
            heapreplace(aside, (rate, number))
        return 0.0

    def _gone(self, key: int) -> bool:
        """Whether a heap element stands for nothing (any more, or for now)."""
        if key < 0:
            return self.entered >> (-1 - key) & 1 == 1
        if self.fixes[key].tier > self.tier:
            heappush(self.aside, (self.rate(key), key))
            return True
        return not self.mask >> key & 1

    def _take(self, number: int) -> float:
        """Do the fix on top, without success; returns its cost, entry included."""
        fix = self.fixes[number]
        cost = fix.price
        weights = self.weights
        for cause, solves in fix.cures:
            gone = weights[cause] * solves
            weights[cause] -= gone
            self.total -= gone
        self.mask &= ~(1 << number)
        heappop(self.heap)
        if fix.group >= 0 and not self.entered >> fix.group & 1:
            cost += self.greedy.entry[fix.group]
            self.entered |= 1 << fix.group
            for other in self.layout.closed[fix.group]:
                if other != number:
                    heappush(self.heap, (self.rate(other), other))
        self._look_around(number)
        return cost

    def _look_around(self, number: int) -> None:
        """What the fix just done changes for the others: order, and the ceiling of R1."""
        waits = self.greedy.layouts.waits
        if any(waits[each] >> number & 1 for each in self.layout.waiting):
            self.layout = self.greedy.layouts.of(self.mask, self.entered)
            self.build()
        elif self.masses:
            tier, self.tier = self.tier, self._ceiling()
            if self.tier > tier:
                self._readmit()

    def _readmit(self) -> None:
        """Put back what is allowed now, and closed groups, which may be worth more than before."""
        kept = []
        for pair in self.aside:
            group = self.fixes[pair[1]].group
            closed = group >= 0 and not self.entered >> group & 1
            if closed or not self.allowed(pair[1]):
                kept.append(pair)
            else:
                heappush(self.heap, pair)
        heapify(kept)
        self.aside = kept
        for group in self.layout.closed:
            if not self.entered >> group & 1:
                heappush(self.heap, (self.prefix(group)[0], -1 - group))
