"""Mistakes of administrators, each with what the doctor must call it and what it must say to do."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.doctor.setup import Setup

Spoil = Callable[[Setup], object]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake; ``remedy`` are words that its remedy must hold."""

    id: str
    spoil: Spoil
    remedy: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the test is called: more than one mistake may have one id."""
        return f"{self.id}-{self.spoil.__name__.strip('_<>')}"


MISTAKES: list[Mistake] = []


def mistake(identifier: str, *remedy: str) -> Callable[[Spoil], Spoil]:
    """Put a mistake on the list."""

    def listed(spoil: Spoil) -> Spoil:
        MISTAKES.append(Mistake(identifier, spoil, remedy))
        return spoil

    return listed


def http(setup: Setup) -> None:
    """Let Slack come by HTTP."""
    setup.change('mode = "socket"', 'mode = "http"')
