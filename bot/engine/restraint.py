"""Rule R1 inside a greedy run: what is held back, and when it is let go.

Strategy: tier 2 waits while a fix of tier 0 or 1 has a fair chance (tier 3 is for temporary tests,
which no run contains).  Masses only fall, so what a fix would have cured at first is a bound on
what it cures now, and one witness that still stands answers at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace

from bot.engine.parts import ModelFix
from bot.engine.safety import HIGHEST

Heap = list[tuple[float, int]]
"""(negative value, fix), the best first."""


@dataclass(slots=True)
class Left:
    """What is left of a case during a run: weights, open fixes, groups entered."""

    fixes: Sequence[ModelFix]
    rates: Sequence[Sequence[tuple[int, float]]]
    weights: list[float]
    total: float
    mask: int
    entered: int
    known: list[float | None]
    """Per fix its rate, None where a weight has changed since it was worked out."""

    def rate(self, number: int) -> float:
        """The mass that a fix would cure now per minute, negative."""
        rate = self.known[number]
        if rate is None:
            weights, rate = self.weights, 0.0
            for cause, solves in self.rates[number]:
                rate += weights[cause] * solves
            self.known[number] = rate
        return rate

    def mass(self, number: int) -> float:
        """The mass that a fix would cure now, negative."""
        return self.rate(number) * self.fixes[number].price

    def open(self, number: int) -> bool:
        """Whether a fix was not done yet."""
        return self.mask >> number & 1 == 1

    def shut(self, group: int) -> bool:
        """Whether an access group would have to be entered first."""
        return group >= 0 and not self.entered >> group & 1


@dataclass(slots=True)
class Restraint:
    """Which tiers R1 allows now, and the fixes above them."""

    left: Left
    threshold: float
    tier: int = HIGHEST
    active: bool = False
    """Whether there is anything that R1 could hold."""
    _masses: Heap = field(default_factory=list)
    aside: Heap = field(default_factory=list)
    _witness: int = -1

    def begin(self, gentle: Heap, rough: Heap) -> None:
        """Start from (negative efficiency, fix) of tiers 0 and 1, and of the higher tiers."""
        fixes = self.left.fixes
        self._masses = [(rate * fixes[number].price, number) for rate, number in gentle]
        self._masses.sort()
        self.active, self._witness = True, -1
        self.tier = self._ceiling()
        self.aside = rough
        heapify(self.aside)

    def rises(self) -> bool:
        """Look again; whether more is allowed than before."""
        before, self.tier = self.tier, self._ceiling()
        return self.tier > before

    def hold(self, number: int) -> None:
        """Set a fix aside that is not allowed any more."""
        heappush(self.aside, (self.left.rate(number), number))

    def released(self) -> Heap:
        """Take out what is allowed now and can be done without opening anything."""
        if self.tier < HIGHEST:  # all of them lie above it
            return []
        kept: Heap = []
        free: Heap = []
        fixes, entered = self.left.fixes, self.left.entered
        for pair in self.aside:
            group = fixes[pair[1]].group
            (free if group < 0 or entered >> group & 1 else kept).append(pair)
        heapify(kept)
        self.aside = kept
        return free

    def best_aside(self) -> float:
        """The efficiency of the best fix that is held, negative; 0 if none is."""
        heap, left = self.aside, self.left
        while heap:
            stale, number = heap[0]
            if not left.open(number):
                heappop(heap)
                continue
            rate = left.rate(number)
            if rate <= stale:
                return min(0.0, rate)
            heapreplace(heap, (rate, number))
        return 0.0

    def _ceiling(self) -> int:
        left, witness = self.left, self._witness
        fair = -self.threshold * left.total
        if witness >= 0 and left.mask >> witness & 1 and left.mass(witness) <= fair:
            return 1
        for bound, number in self._masses:
            if bound > fair:
                break
            if left.mask >> number & 1 and left.mass(number) <= fair:
                self._witness = number
                return 1
        self._witness = -1
        return HIGHEST
