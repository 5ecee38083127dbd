"""The mutation run: so many broken inputs for each parser, each within a budget of steps.

A step is a call of a function, Python's or built in; counting them measures time without a
clock.  The same seed gives the same run; a failure names seed, number and input.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar

from tests.fuzz.mutation import broken, cut
from tests.fuzz.parsers import PARSERS, outcome
from tests.fuzz.samples import samples

T = TypeVar("T")

STEPS, STEPS_A_BYTE = 4000, 40


class Found(AssertionError):
    """An input that a parser does not stand."""


@dataclass(slots=True)
class Tally:
    """What became of the inputs of one parser, and the most steps that one took."""

    values: int = 0
    malformed: int = 0
    most_steps: int = 0
    dearest: float = 0.0
    """The largest part of its budget that an input used."""


def run(name: str, count: int, seed: int, first: int = 0) -> Tally:
    """Break samples of one parser; raises Found with all that is needed to see it again."""
    tally, parser, sound = Tally(), PARSERS[name], samples()[name]
    for number in range(first, first + count):
        data = broken(sound, seed, number)
        pieces = cut(data, seed, number)
        try:
            steps, value = counted(lambda data=data: outcome(parser, [data] if data else []))  # type: ignore[misc]
            budget = STEPS + STEPS_A_BYTE * len(data)
            assert steps <= budget, f"{steps} steps for {len(data)} bytes"
            apart = outcome(parser, pieces)
            assert apart == value, f"{value} at once, but {apart} in pieces {[*map(len, pieces)]}"
        except Exception as error:
            where = f"parser {name}, seed {seed}, number {number}"
            raise Found(f"{where}: {type(error).__name__}: {error}\n{data.hex()}") from error
        tally.most_steps = max(tally.most_steps, steps)
        tally.dearest = max(tally.dearest, steps / budget)
        if isinstance(value, type):
            tally.malformed += 1
        else:
            tally.values += 1
    return tally


def counted(work: Callable[[], T]) -> tuple[int, T]:
    """The steps that something takes, and what it gives."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal steps
        del frame, argument
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        value = work()
    finally:
        sys.setprofile(None)
    return steps, value
