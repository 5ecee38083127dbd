"""Whether the wall clock is believed, before something is given up or deleted because of it.

Strategy: the wall clock is held against a clock that nobody can set, and at the start against the
newest ticket.  One that has jumped is not believed for a day, in which it may be put right.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

JUMP = timedelta(hours=1)
"""Less than this may pass unseen: a clock that is put right, a machine that rested."""
DISTRUST = timedelta(days=1)
"""How long a clock that jumped is not believed."""
QUIET = timedelta(days=30)
"""At the start a clock this far from the newest ticket looks like one that jumped."""


@dataclass(slots=True)
class Trust:
    """``steady`` counts seconds and cannot be set."""

    steady: Callable[[], float] = time.monotonic
    _last: tuple[datetime, float] | None = None
    _again: float | None = None

    def of(self, now: datetime, newest: datetime | None = None) -> bool:
        """Judge the clock once a round; ``newest`` is when the newest ticket was opened."""
        passed = self.steady()
        if self._jumped(now, passed, newest):
            log.warning("the clock seems to have jumped; for a day nothing is given up or deleted")
            self._again = passed + DISTRUST.total_seconds()
        self._last = (now, passed)
        return self._again is None or passed >= self._again

    def _jumped(self, now: datetime, passed: float, newest: datetime | None) -> bool:
        if self._last is None:
            return newest is not None and not -JUMP < now - newest < QUIET
        before, then = self._last
        return abs(now - before - timedelta(seconds=passed - then)) > JUMP
