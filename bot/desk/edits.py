"""The order in which each card is edited; of many cards, those that rest longest are forgotten."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

MOST_CARDS = 1_000


@dataclass(slots=True)
class CardEdits:
    """One card: who edits it, when it was edited (loop time), and the progress edit to come."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    edited: float = float("-inf")
    later: asyncio.Task[None] | None = None

    @property
    def rests(self) -> bool:
        """Whether nobody edits it or is about to."""
        return not self.lock.locked() and self.later is None


class Cards(OrderedDict[int, CardEdits]):
    """The cards that were edited last, by ticket number."""

    def of(self, number: int) -> CardEdits:
        """A card that is about to be edited."""
        card = self.setdefault(number, CardEdits())
        self.move_to_end(number)
        oldest = next(iter(self))
        if len(self) > MOST_CARDS and self[oldest].rests:
            del self[oldest]
        return card
