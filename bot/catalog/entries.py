"""The knowledge base as frozen, typed entries: what the engine, the cards and the tools read.

One entity a file and the file's name is its id.  Words ("common", "usually") are already numbers
here; the words as written are kept beside them for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LAYERS = (
    "name",
    "network",
    "port",
    "transport-security",
    "certificate",
    "nla-credssp",
    "credentials-policy",
    "licensing",
    "gateway",
    "session",
    "client",
)
OTHER = "other"
"""The cause that no entry describes; it keeps the engine honest and cannot be edited."""

NOT_SURE = "not-sure"
"""The answer that every question has; it changes no belief."""

UNKNOWN = "unknown"
"""The state of evidence that nobody could read; it changes no belief."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A number and the word it was written as (or its digits)."""

    value: float
    word: str


@dataclass(frozen=True, slots=True)
class Review:
    """Who looked at an entry last, and when (ISO date)."""

    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that can be wrong.  ``prior`` is a weight, not yet normalised."""

    id: str
    layer: str
    title: str
    text: str
    who_feels_it: str
    prior: Worded
    applies_to: tuple[str, ...]
    escalate_only: bool
    source: tuple[str, ...]
    reviewed: Review


@dataclass(frozen=True, slots=True)
class Says:
    """P(state | cause), as written in an evidence item or question."""

    state: str
    cause: str
    often: Worded


@dataclass(frozen=True, slots=True)
class Match:
    """When the user's report puts an evidence item in a state (any line suffices).

    ``codes`` are canonical (``0x904``), ``texts`` phrases sought in the message; ``report`` maps
    report keys, ``rdp_file`` readings of an .rdp file (``bot.evidence.rdp_file``), to values.
    """

    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    report: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extended: tuple[str, ...] = ()  # the second code of a pair such as 0x904 0x7
    rdp_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An item with named states, set by probes (``origin`` probe) or the user's report."""

    id: str
    title: str
    origin: Literal["probe", "report"]
    probe: str | None
    states: Mapping[str, str]
    """State -> how it reads on a card; ``unknown`` is always allowed and not listed."""
    usual_state: str
    abnormal: frozenset[str]
    otherwise: Mapping[str, float]
    """State -> how often it is seen when no listed cause is at work; sums to 1."""
    says: tuple[Says, ...]
    matches: Mapping[str, Match]
    same_check: str | None
    trust: Literal["firm", "normal", "shaky"]
    refines: tuple[str, ...]
    """States of the ladder that already count the fault: there the item says only which one."""
    source: tuple[str, ...]
    reviewed: Review


@dataclass(frozen=True, slots=True)
class Question:
    """A question with two to five answers; ``not-sure`` is added by the program."""

    id: str
    title: str
    ask: str
    answers: Mapping[str, str]
    """Answer state -> button text."""
    where_to_look: str
    effort: Worded
    annoyance: Literal["none", "some", "much"]
    needs_access: str | None
    not_sure_share: float
    otherwise: Mapping[str, float]
    says: tuple[Says, ...]
    only_if: Mapping[str, tuple[str, ...]]
    """Evidence id -> states in which the question makes sense (all must hold if known)."""
    not_if: Mapping[str, tuple[str, ...]]
    same_check: str | None
    source: tuple[str, ...]
    reviewed: Review


@dataclass(frozen=True, slots=True)
class Cure:
    """P(fix, done, cures the case | cause)."""

    cause: str
    well: Worded


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair.  ``effort`` and ``waiting`` are minutes; ``risk`` is the tier 0-3."""

    id: str
    title: str
    text: str
    cures: tuple[Cure, ...]
    effort: Worded
    waiting: float
    who_can: Literal["user", "helper", "admin"]
    needs_access: str | None
    disturbs_others: bool
    risk: int
    undo: str | None
    check: tuple[str, ...]
    """Evidence ids that prove it: abnormal before, normal after."""
    changes: tuple[str, ...]
    """Probes to run again after it."""
    only_if: Mapping[str, tuple[str, ...]]
    not_if: Mapping[str, tuple[str, ...]]
    before: tuple[str, ...]
    after: tuple[str, ...]
    temporary: bool
    limit_minutes: int | None
    approver: bool
    permanent_fix: tuple[str, ...]
    cuts_access: bool
    """It can cut the only way in; needs console access confirmed (rule R4)."""
    source: tuple[str, ...]
    reviewed: Review


@dataclass(frozen=True, slots=True)
class Code:
    """One error code: canonical hexadecimal, the table it stands in, what it means."""

    code: str
    table: str
    name: str
    meaning: str
    says: str
    """What it proves and what it does not, in one sentence for a technician."""
    source: str


@dataclass(frozen=True, slots=True)
class AccessGroup:
    """Console, server admin, reboot...: an entry cost (minutes) paid once."""

    id: str
    title: str
    entry: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers that hold for the whole knowledge base (``settings.yaml``)."""

    escalation_cost: float
    other_prior: float
    safety_threshold: float
    skip_cost: float
    max_steps: int
    helper_weight: float
    waiting_weight: float
    annoyance: Mapping[str, float]
    disruption: float
    risk_price: tuple[float, float, float, float]
    access_groups: Mapping[str, AccessGroup]
    forbidden: tuple[str, ...]
    """Patterns that no advice may contain (rule R3)."""
    review_days: int
    able: Mapping[str, float] = field(default_factory=dict)
    """Chance that a step for that role can be done at all; 1 where it is not given."""
    only_temporary: tuple[str, ...] = ()
    """Patterns that only a temporary fix may contain (rule R2)."""


@dataclass(frozen=True, slots=True)
class ProofCase:
    """An input of ``kb diagnose`` that shows where a cause wins, or where it must not."""

    cause: str
    expect: Literal["first", "not-first", "inconclusive"]
    input: Mapping[str, Any]
    file: str
    line: int
    why: str
    winner: str | None = None
    """With ``not-first``: the look-alike that wins."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The whole knowledge base; ``hash`` names its content."""

    hash: str
    causes: Mapping[str, Cause]
    evidence: Mapping[str, Evidence]
    questions: Mapping[str, Question]
    fixes: Mapping[str, Fix]
    codes: Mapping[str, tuple[Code, ...]]
    settings: Settings
    files: Mapping[str, str]
    """Relative path -> text: enough to load this very catalog again."""
