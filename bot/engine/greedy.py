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
from bot.engine.restraint import Heap, Left, Restraint
from bot.engine.safety import Permission


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
            together, first = run.prefix(group)
            for number in run.layout.members[group]:
                if run.restraint.allows(number):
                    price = self.fixes[number].price
                    alone = run.left.mass(number) / (price + self.entry[group])
                    found[number] = min(alone, together) if number == first else alone
        return sorted(
            found,
            key=lambda fix: (found[fix], self.fixes[fix].tier, self.fixes[fix].price, fix),
        )


class _Run:
    """One greedy run: what is left, and the heap over what may be done.

    A heap key is a fix, or below zero a closed group: -1 - its index.
    """

    def __init__(self, greedy: Greedy, weights: Sequence[float], mask: int, entered: int) -> None:
        self.greedy = greedy
        rates = greedy.layouts.rates
        self.left = Left(greedy.fixes, rates, list(weights), sum(weights), mask, entered)
        self.restraint = Restraint(self.left, greedy.threshold)
        self.layout: Layout = greedy.layouts.of(mask, entered)
        self.floor = sum([weights[cause] for cause in self.layout.beyond])
        self._build()

    def _build(self) -> None:
        layout, weights, tier_of = self.layout, self.left.weights, self.left.fixes
        heap, rough = layout.gentle.rated(weights), layout.rough.rated(weights)
        gentle = list(heap) if layout.risky else heap
        for group, rows in layout.closed.items():
            inside = rows.rated(weights)
            # A bound is enough: the best prefix is worth no more than its best member alone.
            heap.append((min(inside)[0], -1 - group))
            if layout.risky:
                gentle += [pair for pair in inside if tier_of[pair[1]].tier <= 1]
            if group in layout.mixed:
                rough += [pair for pair in inside if tier_of[pair[1]].tier > 1]
        if layout.risky:
            self.restraint.begin(gentle, rough)
            heap += self.restraint.released()
        self.waiting = min((self.left.rate(number) for number in layout.waiting), default=0.0)
        heapify(heap)
        self.heap: Heap = heap

    def prefix(self, group: int) -> tuple[float, int]:
        """A closed group's efficiency (its best prefix, negative), and the fix it begins with."""
        fixes, rate_of, tier = self.left.fixes, self.left.rate, self.restraint.tier
        inside = self.layout.members[group]
        members = sorted(
            [(rate_of(number), number) for number in inside if fixes[number].tier <= tier]
        )
        best, cured, spent = 0.0, 0.0, self.greedy.entry[group]
        for rate, number in members:
            price = fixes[number].price
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
        while (number := self._top()) >= 0:
            begun = number if begun < 0 else begun
            before = left.total
            spent += self._take(number) * before
            value = spent + left.total * escalation
            if value < best:
                best, first = value, begun
            elif spent + self._least() >= best:
                break
        return best, first

    def _least(self) -> float:
        """A lower bound on going on from here.

        Let nothing cure more than ``rate`` a minute.  To bring the mass from W down to x costs at
        least the integral of mass over minutes, (W*W - x*x) / (2*rate); adding x times the
        escalation cost is concave in x, so the least lies at an end: x = W (escalate now) or x =
        the mass that no fix can cure.
        """
        total, floor, escalation = self.left.total, self.floor, self.greedy.escalation
        top = self.heap[0][0] if self.heap else 0.0
        aside = self.restraint.best_aside() if self.restraint.active else 0.0
        rate = -min(top, self.waiting, aside)
        if rate <= 0.0:
            return total * escalation
        down = (total * total - floor * floor) / (2.0 * rate) + floor * escalation
        return min(total * escalation, down)

    def _top(self) -> int:
        """The most efficient fix that may be done now, -1 if there is none."""
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
                return number
        return -1

    def _gone(self, key: int) -> bool:
        """Whether a heap element stands for nothing, any more or for now."""
        if key < 0:
            return not self.left.shut(-1 - key)
        if not self.left.open(key):
            return True
        if not self.restraint.allows(key):
            self.restraint.hold(key)
            return True
        return False

    def _take(self, number: int) -> float:
        """Do the fix on top, without success; returns its cost, entry included."""
        left = self.left
        fix = left.fixes[number]
        cost = fix.price
        for cause, solves in fix.cures:
            gone = left.weights[cause] * solves
            left.weights[cause] -= gone
            left.total -= gone
        left.mask &= ~(1 << number)
        heappop(self.heap)
        if left.shut(fix.group):
            cost += self.greedy.entry[fix.group]
            left.entered |= 1 << fix.group
            for other in self.layout.members[fix.group]:
                if other != number:
                    heappush(self.heap, (left.rate(other), other))
        if self.layout.waiting or self.restraint.active:
            self._look_around(number)
        return cost

    def _look_around(self, number: int) -> None:
        """What the fix just done changes for the others: order, and the ceiling of R1."""
        waits = self.greedy.layouts.waits
        if any(waits[each] >> number & 1 for each in self.layout.waiting):
            self.layout = self.greedy.layouts.of(self.left.mask, self.left.entered)
            self._build()
        elif self.restraint.active and self.restraint.rises():
            for pair in self.restraint.released():
                heappush(self.heap, pair)
            for group in sorted(self.layout.mixed):  # worth more, now that more of it is allowed
                if self.left.shut(group):
                    heappush(self.heap, (self.prefix(group)[0], -1 - group))
