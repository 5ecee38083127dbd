"""Rule R1 inside a greedy run: what is held back, and when it is let go.

Strategy: tier 2 waits while a fix of tier 0 or 1 has a fair chance (tier 3 is for temporary tests,
which no run contains).  Masses only fall, so what a fix would have cured at first is a bound on
what it cures now, and one witness that still stands answers at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace

from bot.engine.layout import Heap, Rates, Rows
from bot.engine.safety import HIGHEST


@dataclass(slots=True)
class Left:
    """What is left of a case during a run: weights, open fixes, groups entered."""

    prices: Sequence[float]
    rates: Sequence[Rates]
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
        return self.rate(number) * self.prices[number]

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
    floor: float
    """The least mass that can be left."""
    groups: Sequence[int]
    tier: int = HIGHEST
    active: bool = False
    """Whether there is anything that R1 could hold."""
    aside: Heap = field(default_factory=list)
    _masses: Heap = field(default_factory=list)
    _gentle: Rows | None = None
    """Tiers 0 and 1, while those below the cut have not been looked at."""
    _witness: int = -1

    def begin(self, gentle: Rows, near: Heap, rough: Heap) -> None:
        """Start from all fixes of tiers 0 and 1, the best of them, and what R1 may hold."""
        self.active, self.tier, self.aside = bool(rough), HIGHEST, rough
        if rough:
            self._gentle, self._witness = gentle, -1
            self._masses = self._large(near)
            self.tier = self._ceiling()
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
        for pair in self.aside:
            (kept if self.left.shut(self.groups[pair[1]]) else free).append(pair)
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
        if witness >= 0 and left.open(witness) and left.mass(witness) <= fair:
            return 1
        if self._fair(fair):
            return 1
        if self._gentle is not None:
            self._masses = self._large(self._gentle.rated(left.weights, 0.0))
            self._gentle = None
            if self._fair(fair):
                return 1
        self._witness = -1
        return HIGHEST

    def _fair(self, fair: float) -> bool:
        """Whether a gentle fix cures that much; the first that does is the witness."""
        left = self.left
        for bound, number in self._masses:
            if bound > fair:
                break
            if left.open(number) and left.mass(number) <= fair:
                self._witness = number
                return True
        return False

    def _large(self, rated: Heap) -> Heap:
        """Masses now, the largest first; what could not be fair of the least total is left out."""
        least, prices, mask = -self.threshold * self.floor, self.left.prices, self.left.mask
        masses = [
            (mass, number)
            for rate, number in rated
            if (mass := rate * prices[number]) <= least and mask >> number & 1
        ]
        masses.sort()
        return masses
