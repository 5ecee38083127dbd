"""Word scales: a helpdesk lead writes "common" or "usually", the engine reads numbers.

Seven or eight words cost about two points of expected cost against exact numbers, and words are
what people can agree on; so the files hold words, the numbers stand beside them on every card,
and a number may be written wherever a word may.  Lay readers take words for very different
numbers (J. Gen. Intern. Med. 2021, 10.1007/s11606-021-07050-7): never show one without the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalog.entries import Worded
from bot.catalog.problems import did_you_mean


class BadWord(ValueError):
    """Neither a word of the scale nor a number within its bounds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Words in falling order, and the bounds that a written number must keep."""

    name: str
    words: Mapping[str, float]
    low: float
    high: float

    def read(self, written: object) -> Worded:
        """A word or a number, as it stands in a file; raises BadWord naming the choices."""
        if isinstance(written, Worded):
            return written
        if isinstance(written, str):
            return self._word(" ".join(written.split()).lower())
        if isinstance(written, (int, float)) and not isinstance(written, bool):
            if not self.low <= written <= self.high:
                raise BadWord(f"{written:g} is not between {self.low:g} and {self.high:g}")
            return Worded(float(written), f"{written:g}")
        raise BadWord(f"a word or a number is wanted here: {self._choices()}")

    def nearest(self, value: float) -> str:
        """The word closest to a number, by ratio (0.02 is nearer to 0.05 than to 0.005)."""
        floor = max(self.low, 1e-6)
        best = min(
            self.words.items(),
            key=lambda item: (
                max(value, floor) / item[1] if value > item[1] else item[1] / max(value, floor)
            ),
        )
        return best[0]

    def _word(self, word: str) -> Worded:
        if word not in self.words:
            near = did_you_mean(word, self.words)
            raise BadWord(f"{word!r} is not one of {self._choices()}{near}")
        return Worded(self.words[word], word)

    def _choices(self) -> str:
        listed = ", ".join(self.words)
        return f"{listed}, or a number from {self.low:g} to {self.high:g}"


HOW_COMMON = Scale(
    "how common",
    {
        "very common": 1 / 3,
        "common": 1 / 6,
        "occasional": 1 / 20,
        "rare": 1 / 50,
        "very rare": 1 / 200,
    },
    0.0001,
    1,
)
"""Weights of causes; the engine normalises them."""

HOW_OFTEN = Scale(
    "how often seen",
    {
        "almost always": 0.98,
        "usually": 0.85,
        "often": 0.65,
        "half": 0.5,
        "sometimes": 0.35,
        "seldom": 0.15,
        "hardly ever": 0.05,
        "practically never": 0.01,
    },
    0,
    1,
)
"""P(state | cause)."""

HOW_WELL = Scale(
    "how well it works",
    {"nearly always": 0.95, "usually": 0.8, "half": 0.5, "sometimes": 0.25},
    0.01,
    1,
)
"""P(fix cures | cause)."""

EFFORTS = (1, 2, 5, 10, 15, 30, 60)
"""The usual minutes; any number from 0.1 to 480 is read."""

EFFORT = Scale("effort in minutes", {str(minutes): float(minutes) for minutes in EFFORTS}, 0.1, 480)

SCALES = (HOW_COMMON, HOW_OFTEN, HOW_WELL)
"""The scales of words, for documentation and round trips."""
