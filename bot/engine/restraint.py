"""Rule R1 inside a greedy run: what is held back, and when it is let go.

Strategy: tier 2 waits while a fix of tier 0 or 1 has a fair chance (tier 3 is for temporary tests,
which no run contains).  Masses only fall, so a heap with stale values answers that cheaply, and one
witness that still stands answers it at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace

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

    def rate(self, number: int) -> float:
        """The mass that a fix would cure now per minute, negative."""
        weights, rate = self.weights, 0.0
        for cause, solves in self.rates[number]:
            rate += weights[cause] * solves
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
    _aside: Heap = field(default_factory=list)
    _witness: int = -1

    def begin(self, gentle: Heap, rough: Heap) -> None:
        """Start from (negative efficiency, fix) of tiers 0 and 1, and of the higher tiers."""
        fixes = self.left.fixes
        self._masses = [(rate * fixes[number].price, number) for rate, number in gentle]
        heapify(self._masses)
        self.active, self._witness = True, -1
        self.tier = self._ceiling()
        self._aside = rough
        heapify(self._aside)

    def allows(self, number: int) -> bool:
        """Whether a fix may be done now."""
        return self.left.fixes[number].tier <= self.tier

    def rises(self) -> bool:
        """Look again; whether more is allowed than before."""
        before, self.tier = self.tier, self._ceiling()
        return self.tier > before

    def hold(self, number: int) -> None:
        """Set a fix aside that is not allowed any more."""
        self._aside.append((self.left.rate(number), number))
        heapify(self._aside)

    def released(self) -> Heap:
        """Take out what is allowed now and can be done without opening anything."""
        kept: Heap = []
        free: Heap = []
        for pair in self._aside:
            number = pair[1]
            shut = self.left.shut(self.left.fixes[number].group)
            (kept if shut or not self.allows(number) else free).append(pair)
        heapify(kept)
        self._aside = kept
        return free

    def best_aside(self) -> float:
        """The efficiency of the best fix that is held, negative; 0 if none is."""
        return min(0.0, self._best(self._aside, self.left.rate))

    def _ceiling(self) -> int:
        left = self.left
        fair = -self.threshold * left.total
        witness = self._witness
        if witness >= 0 and left.open(witness) and left.mass(witness) <= fair:
            return 1
        # A stale value is a bound: where even that falls short, nobody has a fair chance.
        if (
            self._masses
            and self._masses[0][0] <= fair
            and self._best(self._masses, left.mass) <= fair
        ):
            self._witness = self._masses[0][1]
            return 1
        self._witness = -1
        return HIGHEST

    def _best(self, heap: Heap, value_of: Callable[[int], float]) -> float:
        """The true least value of a heap whose values are stale; above zero if it is empty."""
        while heap:
            stale, number = heap[0]
            if not self.left.open(number):
                heappop(heap)
                continue
            value = value_of(number)
            if value <= stale:
                return value
            heapreplace(heap, (value, number))
        return 1.0
