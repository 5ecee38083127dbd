"""The desk's own part of a ticket: everything a restart needs to go on, as plain JSON.

Strategy: one frozen value with ``to_json`` and ``from_json``; the store keeps it as it is.  What
a card shows is made from it again each time, so nothing of a card is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from bot.engine import CauseShare, Plan, Situation, Step, Verdict
from bot.evidence import Observation, Status
from bot.store.base import Ticket

Phase = Literal["looking", "waiting", "rechecking", "closed"]
KEPT_FROM = 0.001
"""Causes less likely than this are kept with no ticket: a hundred of them made most of its row."""
HISTORY = 12
"""How many situations Back can return to: as many as a ticket has steps."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The verdict and the step that stand on the card, with what the engine said about them."""

    verdict: Verdict
    step: Step
    helps_in: float = 0.0
    held_back: tuple[str, ...] = ()
    unlocks: str = ""
    """The fix of risk 3 that an approval would bring."""

    @classmethod
    def of(cls, plan: Plan, unlocks: str = "") -> Self:
        """What a card needs of a plan; causes that nobody is shown are left out."""
        explained, found = plan.explanation, plan.verdict
        held_back = tuple(explained.held_back)
        likely = [each for each in found.causes if each.probability >= KEPT_FROM]
        shown = tuple(likely) or found.causes[:1]
        return cls(replace(found, causes=shown), plan.step, explained.helps_in, held_back, unlocks)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        verdict, step = self.verdict, self.step
        return {
            "state": verdict.state,
            "causes": [[c.id, c.title, c.layer, c.probability] for c in verdict.causes],
            "ruled_out": list(verdict.ruled_out),
            "step": [step.kind, step.id, step.title, step.why],
            "helps_in": self.helps_in,
            "held_back": list(self.held_back),
            "unlocks": self.unlocks,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of to_json."""
        causes = tuple(CauseShare(*each) for each in raw["causes"])
        verdict = Verdict(raw["state"], causes, tuple(raw["ruled_out"]))
        held = tuple(raw["held_back"])
        return cls(verdict, Step(*raw["step"]), raw["helps_in"], held, raw["unlocks"])


@dataclass(frozen=True, slots=True)
class Trial:
    """A click that is being checked by probes: which, on which fix, by whom."""

    verb: str
    fix: str
    by: str

    def to_json(self) -> list[str]:
        """Plain JSON."""
        return [self.verb, self.fix, self.by]


ALLOWED_FOR = timedelta(minutes=15)
"""How long an approval holds."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A step of risk 3 that somebody asked for, and who allowed it until when.

    ``fix`` is the step: what was allowed of one says nothing about another.
    """

    asked_by: str
    by: str = ""
    until: datetime | None = None
    fix: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it was given and has not run out; a clock that was set back ends it too."""
        return self.until is not None and timedelta() < self.until - now <= ALLOWED_FOR

    def to_json(self) -> list[str | None]:
        """Plain JSON."""
        return [self.asked_by, self.by, self.until.isoformat() if self.until else None, self.fix]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> Self:
        """The inverse of to_json."""
        fix = raw[3] if len(raw) > 3 else ""  # a row that was written before steps were named
        return cls(raw[0], raw[1], datetime.fromisoformat(raw[2]) if raw[2] else None, fix)


@dataclass(frozen=True, slots=True)
class Body:
    """Where a ticket is.

    ``before`` is what was seen when it was opened or when a fix last failed, ``now`` the latest;
    a proof compares the two.  ``notice`` is one sentence about what just happened.  ``proof`` are
    the evidence ids that a verified fix turned normal.  ``last`` tells of the last ticket here.
    """

    phase: Phase = "looking"
    situation: Situation = field(default_factory=Situation)
    report: Mapping[str, str] = field(default_factory=dict)
    rdp_file: Mapping[str, str | int] = field(default_factory=dict)
    """The settings of an .rdp file that matter, without its secrets."""
    now: tuple[Observation, ...] = ()
    before: tuple[Observation, ...] = ()
    before_evidence: Mapping[str, str] = field(default_factory=dict)
    offer: Offer | None = None
    trial: Trial | None = None
    approval: Approval | None = None
    history: tuple[Situation, ...] = ()
    notice: str = ""
    proof: tuple[str, ...] = ()
    last: Mapping[str, Any] | None = None
    handed: str | None = None
    """Whom it was handed over to last: a person, empty for the second line; None for nobody yet."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "phase": self.phase,
            "situation": self.situation.to_json(),
            "report": dict(self.report),
            "rdp_file": dict(self.rdp_file),
            "now": [each.to_json() for each in self.now],
            "before": [each.to_json() for each in self.before],
            "before_evidence": dict(self.before_evidence),
            "offer": self.offer.to_json() if self.offer else None,
            "trial": self.trial.to_json() if self.trial else None,
            "approval": self.approval.to_json() if self.approval else None,
            "history": [each.to_json() for each in self.history],
            "notice": self.notice,
            "proof": list(self.proof),
            "last": self.last,
            "handed": self.handed,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of to_json."""
        return cls(
            phase=raw["phase"],
            situation=Situation.from_json(raw["situation"]),
            report=raw["report"],
            rdp_file=raw.get("rdp_file", {}),  # absent in tickets of older programs
            now=tuple(Observation.from_json(each) for each in raw["now"]),
            before=tuple(Observation.from_json(each) for each in raw["before"]),
            before_evidence=raw["before_evidence"],
            offer=Offer.from_json(raw["offer"]) if raw["offer"] else None,
            trial=Trial(*raw["trial"]) if raw["trial"] else None,
            approval=Approval.from_json(raw["approval"]) if raw["approval"] else None,
            history=tuple(Situation.from_json(each) for each in raw["history"]),
            notice=raw["notice"],
            proof=tuple(raw["proof"]),
            last=raw["last"],
            handed=raw.get("handed"),  # absent in tickets of older programs
        )

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """The body of a ticket."""
        return cls.from_json(ticket.body)


def merged(
    old: Sequence[Observation], new: Sequence[Observation], only: frozenset[str] | None
) -> tuple[Observation, ...]:
    """``old`` with every probe replaced that was asked for again (``only``; None asks for all).

    Where the way to a place is broken, nothing that was seen from there before is kept.
    """
    broken = {each.vantage for each in new if each.probe == "jumpbox.session" and each.failure}
    counts = [
        each
        for each in new
        if only is None or each.probe in only or each.status is not Status.NOT_RUN
    ]
    again = {(each.probe, each.vantage) for each in counts}
    kept = [
        each
        for each in old
        if only is not None
        and each.vantage not in broken
        and (each.probe, each.vantage) not in again
    ]
    places = dict.fromkeys(each.vantage for each in (*old, *new))
    return tuple(each for place in places for each in (*kept, *counts) if each.vantage == place)
