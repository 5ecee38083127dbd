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
        self.touched = _touched(model)
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
                if self.fixes[number].tier <= run.restraint.tier:
                    price = self.fixes[number].price
                    alone = run.left.mass(number) / (price + self.entry[group])
                    found[number] = min(alone, together) if number == first else alone
        return sorted(
            found,
            key=lambda fix: (found[fix], self.fixes[fix].tier, self.fixes[fix].price, fix),
        )


def _touched(model: Model) -> tuple[tuple[int, ...], ...]:
    """Per cause the fixes that cure it."""
    touched: list[list[int]] = [[] for _ in model.causes]
    for number, fix in enumerate(model.fixes):
        for cause, _ in fix.cures:
            touched[cause].append(number)
    return tuple(map(tuple, touched))


class _Run:
    """One greedy run: what is left, and the heap over what may be done.

    A heap key is a fix, or below zero a closed group: -1 - its index.
    """

    def __init__(self, greedy: Greedy, weights: Sequence[float], mask: int, entered: int) -> None:
        self.greedy = greedy
        rates = greedy.layouts.rates
        known: list[float | None] = [None] * len(rates)
        self.left = Left(greedy.fixes, rates, list(weights), sum(weights), mask, entered, known)
        self.restraint = Restraint(self.left, greedy.threshold)
        self.layout: Layout = greedy.layouts.of(mask, entered)
        layout = self.layout
        self.looked_up = layout.risky or bool(layout.closed) or bool(layout.waiting)
        self.floor = sum([weights[cause] for cause in self.layout.beyond])
        self._build()

    def _build(self) -> None:
        layout, weights = self.layout, self.left.weights
        heap, rough = layout.gentle.rated(weights), layout.rough.rated(weights)
        gentle = list(heap) if layout.risky else heap
        for group, rows in layout.closed.items():
            mild, wild = rows[0].rated(weights), rows[1].rated(weights)
            # A bound is enough: the best prefix is worth no more than its best member alone.
            heap.append((min(mild + wild)[0], -1 - group))
            if layout.risky:
                gentle += mild
                rough += wild
        if layout.risky:
            self.restraint.begin(gentle, rough)
            heap += self.restraint.released()
        self.waiting = min((self.left.rate(number) for number in layout.waiting), default=0.0)
        heapify(heap)
        self.heap: Heap = heap

    def prefix(self, group: int) -> tuple[float, int]:
        """A closed group's efficiency (its best prefix, negative), and the fix it begins with."""
        fixes, known, rate_of = self.left.fixes, self.left.known, self.left.rate
        inside = (self.layout.members if self.restraint.tier > 1 else self.layout.mild)[group]
        members = [
            (rate_of(number) if (rate := known[number]) is None else rate, number)
            for number in inside
        ]
        members.sort()
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
            elif self._is_over(best - spent):
                break
        return best, first

    def _is_over(self, gain: float) -> bool:
        """Whether going on from here cannot cost less than ``gain``.

        Let nothing cure more than ``rate`` a minute.  To bring the mass from W down to x costs at
        least the integral of mass over minutes, (W*W - x*x) / (2*rate); adding x times the
        escalation cost is concave in x, so the least lies at an end: x = W (escalate now) or x =
        the mass that no fix can cure.
        """
        top = self.heap[0][0] if self.heap else 0.0
        rate = -min(top, self.waiting)
        if self._least(rate) < gain:
            return False
        if not self.restraint.active:
            return True
        return self._least(max(rate, -self.restraint.best_aside())) >= gain

    def _least(self, rate: float) -> float:
        total, floor, escalation = self.left.total, self.floor, self.greedy.escalation
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
            return self.left.entered >> (-1 - key) & 1 == 1
        if not self.left.mask >> key & 1:
            return True
        if self.left.fixes[key].tier > self.restraint.tier:
            self.restraint.hold(key)
            return True
        return False

    def _take(self, number: int) -> float:
        """Do the fix on top, without success; returns its cost, entry included."""
        left = self.left
        fix = left.fixes[number]
        cost = fix.price
        for cause, solves in fix.planned:
            gone = left.weights[cause] * solves
            left.weights[cause] -= gone
            left.total -= gone
        if self.looked_up:
            known, touched = left.known, self.greedy.touched
            for cause, _ in fix.cures:
                for other in touched[cause]:
                    known[other] = None
        left.mask &= ~(1 << number)
        heappop(self.heap)
        if left.shut(fix.group):
            cost += self.greedy.entry[fix.group]
            left.entered |= 1 << fix.group
            rate_of, others = left.rate, self.layout.members[fix.group]
            self.heap += [(rate_of(other), other) for other in others if other != number]
            heapify(self.heap)
        if self.layout.waiting and any(
            self.greedy.layouts.waits[each] >> number & 1 for each in self.layout.waiting
        ):
            self.layout = self.greedy.layouts.of(left.mask, left.entered)
            self._build()
        elif self.restraint.active and self.restraint.rises():
            self._let_go()
        return cost

    def _let_go(self) -> None:
        """The ceiling of R1 has risen: what it held may be done now."""
        for pair in self.restraint.released():
            heappush(self.heap, pair)
        for group in sorted(self.layout.mixed):  # worth more, now that more of it is allowed
            if self.left.shut(group):
                heappush(self.heap, (self.prefix(group)[0], -1 - group))
