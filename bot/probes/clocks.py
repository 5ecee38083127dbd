"""Whose clock is wrong: the host's, the bot's, or that of the place looked from?

Strategy: of three clocks the odd one out is the wrong one.  Two agree where they differ by less
than Kerberos minds and by at most half of what parts each from the third, after all errors.  Where
no two agree against the third, nobody's word is taken: the error grows until it covers them all.
"""

from dataclasses import dataclass
from math import ceil

from bot.evidence.nla import CLOCK_LIMIT_S
from bot.vantage.base import Clock

WORTH_SAYING_S = 5.0  # clocks that differ by less are a fact, but no news


def bound(error_s: float) -> float:
    """An error to the millisecond, rounded up: rounded down it would be no bound, and 0 at best."""
    return ceil(error_s * 1000) / 1000


@dataclass(frozen=True, slots=True)
class Skew:
    """The host's clock minus the right one, how far off that may be, and what to say of it."""

    seconds: float
    error: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Pair:
    """How far two clocks are apart, with the error of that."""

    apart: float
    error: float

    @property
    def least(self) -> float:
        return self.apart - self.error

    @property
    def most(self) -> float:
        return self.apart + self.error

    def against(self, *third: "_Pair") -> bool:
        """Whether these two agree, and the third clock with neither."""
        return self.most <= min(CLOCK_LIMIT_S, *(other.least / 2 for other in third))


def weigh(skew: float, error: float, second: Clock | None, place: str) -> Skew:
    """The host's skew against our clock, weighed with the word of the place's own clock."""
    if second is None or abs(second.offset_s) <= second.error_s:
        return Skew(skew, error)
    ours = _Pair(abs(skew), error)
    theirs = _Pair(abs(skew - second.offset_s), error + second.error_s)
    between = _Pair(abs(second.offset_s), second.error_s)
    differ = (
        f"the clock of {place} is {_off(second.offset_s)} the bot's (to {second.error_s:.1f} s)"
    )
    if ours.against(theirs, between):
        found = Skew(skew, error, f"{differ} and the host's: it is the one that is wrong")
    elif theirs.against(ours, between):
        own = f"the bot's own clock is {_off(-second.offset_s)} that of {place}"
        said = f"{own} (to {second.error_s:.1f} s) and the host's: it is the one that is wrong"
        found = Skew(skew - second.offset_s, theirs.error, said)
    else:
        doubt = between.most
        if min(ours.least, theirs.least, between.least) > CLOCK_LIMIT_S:
            doubt = max(doubt, ours.apart)  # three clocks, three times: the host's may be right
        found = Skew(skew, error + doubt, f"{differ}, so the host's skew is known less exactly")
    return found if between.most >= WORTH_SAYING_S else Skew(found.seconds, found.error)


def _off(offset_s: float) -> str:
    return f"{abs(offset_s):.1f} s {'ahead of' if offset_s > 0 else 'behind'}"
