"""What a compiled knowledge base consists of: rows of likelihoods, prices, masks.

Strategy: causes, fixes and questions are known by index here; sets of fixes or questions are bit
masks, because the planner takes them apart some thousand times a step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["probe", "report", "question"]
Row = tuple[float, ...]


class UnknownEntry(Exception):
    """A situation names an id or a state that the knowledge base does not have."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of a step in minutes, its parts kept for the explanation."""

    effort: float
    waiting: float
    annoyance: float = 0.0
    disruption: float = 0.0
    risk: float = 0.0
    minutes: float = 0.0
    """Minutes by the clock: effort and waiting, not weighted."""

    @property
    def total(self) -> float:
        """What the planner weighs; never zero, so that efficiencies stay finite."""
        parts = self.effort + self.waiting + self.annoyance + self.disruption + self.risk
        return max(parts, 0.01)


@dataclass(frozen=True, slots=True)
class Item:
    """An evidence item or question: P(state | cause) by state, as rows over the causes."""

    id: str
    origin: Origin
    rows: Mapping[str, Row]
    spread: Mapping[str, float]
    """The largest log ratio that a state puts between two causes."""
    abnormal: frozenset[str]
    same_check: str | None
    usual: str | None = None
    refines: frozenset[str] = frozenset()
    """States of the ladder that count this item's fault already."""
    within: Mapping[str, Row] = field(default_factory=dict)
    """P(state | cause, some fault of this item) for its abnormal states; where it refines."""


@dataclass(frozen=True, slots=True)
class ModelFix:
    """A fix: what it cures by cause index, its price, and what safety must know of it."""

    id: str
    cures: tuple[tuple[int, float], ...]
    planned: tuple[tuple[int, float], ...]
    """The same, times the chance that somebody can do it at all."""
    able: float
    """That chance."""
    cost: Cost
    price: float
    """What trying it costs on average: less than the work where it often cannot be done."""
    tier: int
    group: int
    """Index of the access group, or -1."""
    temporary: bool
    waits: int
    """Mask of the fixes that come before this one while they are open."""
    banned: str | None
    """The rule by which it is never offered, if any."""


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """A question: per answer the row of P(answer | cause), already times the chance of one."""

    item: Item
    cost: Cost
    price: float
    group: int
    not_sure: float
    answers: tuple[tuple[str, Row], ...]
    closes: tuple[tuple[int, int], ...]
    """Per answer the masks of fixes and questions that make no sense after it."""

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.item.id
