"""What the engine is given and what it answers; all frozen, all JSON-able."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

TryResult = Literal["failed", "cannot", "unsure", "worked", "different", "came-back", "undone"]
StepKind = Literal["fix", "question", "recheck", "escalate", "undo"]
VerdictState = Literal["found", "healthy", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Try:
    """A fix that was offered and what became of it."""

    fix: str
    result: TryResult


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides the next step; equal situations get equal steps.

    ``evidence`` comes from probes and the report, ``answers`` from questions (``not-sure`` is an
    answer), ``tries`` in order.  ``barred`` are access groups that nobody here has, ``entered``
    those already paid for, ``in_force`` a temporary fix whose undo is owed, ``approved`` whether
    steps of risk 3 may be offered at all, ``console`` whether another way in is confirmed.
    """

    evidence: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    tries: tuple[Try, ...] = ()
    barred: frozenset[str] = frozenset()
    entered: frozenset[str] = frozenset()
    in_force: str | None = None
    approved: bool = False
    console: bool = False
    steps: int = 0
    unsure_streak: int = 0
    restarted: tuple[str, ...] = ()
    """Fixes done before a changed probe restarted the belief: retired, without 1 - s."""
    rechecked: bool = False
    """Whether the probes were run a second time; nothing known fitting asks for that once."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, keys sorted."""
        return {
            "answers": dict(sorted(self.answers.items())),
            "approved": self.approved,
            "barred": sorted(self.barred),
            "console": self.console,
            "entered": sorted(self.entered),
            "evidence": dict(sorted(self.evidence.items())),
            "in_force": self.in_force,
            "rechecked": self.rechecked,
            "restarted": list(self.restarted),
            "steps": self.steps,
            "tries": [[each.fix, each.result] for each in self.tries],
            "unsure_streak": self.unsure_streak,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of to_json."""
        return cls(
            evidence=dict(raw["evidence"]),
            answers=dict(raw["answers"]),
            tries=tuple(Try(fix, result) for fix, result in raw["tries"]),
            barred=frozenset(raw["barred"]),
            entered=frozenset(raw["entered"]),
            in_force=raw["in_force"],
            approved=raw["approved"],
            console=raw["console"],
            steps=raw["steps"],
            unsure_streak=raw["unsure_streak"],
            restarted=tuple(raw["restarted"]),
            rechecked=raw.get("rechecked", False),
        )


@dataclass(frozen=True, slots=True)
class CauseShare:
    """A cause and its probability (0 to 1)."""

    id: str
    title: str
    layer: str
    probability: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement; ``causes`` sorted by probability, ``other`` included, summing to 1."""

    state: VerdictState
    causes: tuple[CauseShare, ...]
    ruled_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next.  ``id`` is empty for recheck and escalate; ``why`` is one sentence."""

    kind: StepKind
    id: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Weight:
    """One line of the balance sheet: evidence ``item`` in ``state`` speaks for (+) or against."""

    item: str
    state: str
    cause: str
    decibel: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why this step: causes, what speaks for and against, the runner-up, what a rule held back."""

    causes: tuple[CauseShare, ...]
    balance: tuple[Weight, ...]
    helps_in: float
    """Probability (0 to 1) that the step ends the case."""
    minutes: float
    runner_up: Step | None
    margin: float
    """Expected minutes that the step saves against the runner-up."""
    held_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Verdict, step and explanation for one situation."""

    verdict: Verdict
    step: Step
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Epoch:
    """A set of learned probabilities; what it does not name stays as the expert wrote it.

    ``priors`` are weights by cause, ``solves`` the chance that a fix cures a cause, ``seen``
    P(state | cause) by evidence or question id, then cause, then state; ``approved`` names values
    that a lead accepted though they lie far from the expert's.
    """

    hash: str
    priors: Mapping[str, float] = field(default_factory=dict)
    solves: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    seen: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    approved: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, keys sorted."""
        return {
            "approved": sorted(self.approved),
            "hash": self.hash,
            "priors": dict(sorted(self.priors.items())),
            "seen": {
                item: {
                    cause: dict(sorted(states.items())) for cause, states in sorted(rows.items())
                }
                for item, rows in sorted(self.seen.items())
            },
            "solves": {
                fix: dict(sorted(causes.items())) for fix, causes in sorted(self.solves.items())
            },
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of to_json."""
        approved = tuple(raw.get("approved", ()))
        return cls(raw["hash"], raw["priors"], raw["solves"], raw["seen"], approved)


NodeKind = Literal["fix", "question", "recheck", "escalate", "undo", "solved", "cut"]


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the unrolled policy: what is done there, how likely one gets there.

    ``reach`` is a probability; ``cost`` (so far) and ``remaining`` (expected) are minutes as the
    engine prices them; ``children`` are sorted by outcome.  ``situation`` and ``explanation`` are
    there wherever a step is.
    """

    id: str
    kind: NodeKind
    step: Step | None
    reach: float
    causes: tuple[CauseShare, ...]
    cost: float
    remaining: float
    children: tuple[tuple[str, "Node"], ...] = ()
    situation: Situation | None = None
    explanation: Explanation | None = None
