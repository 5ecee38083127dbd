"""What the doctor reports: findings, and in a few words what it found to be fine."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps something from working or from being safe; a warning may be meant so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; ``remedy`` is the command, setting or page that mends it."""

    id: str
    severity: Severity
    what: str
    remedy: str

    @property
    def area(self) -> str:
        """The part of the set-up that it is about: what stands before the dot of its id."""
        return self.id.partition(".")[0]

    def facts(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "id": self.id,
            "area": self.area,
            "severity": self.severity.value,
            "what": self.what,
            "remedy": self.remedy,
        }


def error(identifier: str, what: str, remedy: str) -> Finding:
    """A finding that keeps something from working."""
    return Finding(identifier, Severity.ERROR, what, remedy)


def warning(identifier: str, what: str, remedy: str) -> Finding:
    """A finding that may be meant so."""
    return Finding(identifier, Severity.WARNING, what, remedy)


@dataclass(frozen=True, slots=True)
class Result:
    """What one area came to: findings, and what was looked at and is fine or worth knowing."""

    findings: tuple[Finding, ...] = ()
    fine: tuple[str, ...] = ()


@dataclass(slots=True)
class Notes:
    """Findings and fine things while an area is being looked at."""

    findings: list[Finding] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)

    def add(self, *found: Finding | None) -> None:
        """Keep what was found; None is nothing."""
        self.findings += [each for each in found if each is not None]

    def take(self, results: Iterable[Result]) -> None:
        """Keep all that other looks came to."""
        for result in results:
            self.findings += result.findings
            self.fine += result.fine

    def result(self) -> Result:
        """As a value."""
        return Result(tuple(self.findings), tuple(self.fine))
