"""Closed tickets as the engine learns from them: raw, weighed, equal ones together.

Strategy: a case never says for certain what its cause was, so its weight is shared out over the
causes by responsibility: P(cause | everything known now that it is closed).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from json import dumps
from typing import Literal

from bot.catalog.entries import NOT_SURE, UNKNOWN
from bot.engine.belief import posterior, times
from bot.engine.compiling import SOLVES
from bot.engine.model import Model
from bot.engine.values import Situation, Try

Ending = Literal["verified", "second-line", "word", "unknown", "abandoned"]

WEIGHTS: Mapping[Ending, float] = {
    "verified": 1.0,
    "second-line": 1.0,
    "word": 0.7,
    "unknown": 0.5,
    "abandoned": 0.0,
}
"""How much a case counts, by how it ended; silence is neither success nor failure."""

HALF_LIFE = 180.0
"""Days after which a case counts for half."""

NAMED = 0.95
"""What a cause that the second line named is held to be."""


@dataclass(frozen=True, slots=True)
class Case:
    """A closed ticket, raw: what was seen, answered and tried in its last episode.

    The fix that ended it stands in ``tries`` as "worked"; ``cause`` was named by the second line.
    """

    ending: Ending
    days: float
    evidence: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    tries: tuple[Try, ...] = ()
    cause: str | None = None

    @property
    def weight(self) -> float:
        """How much it counts: by its ending, and by its age."""
        return float(WEIGHTS[self.ending] * 0.5 ** (max(0.0, self.days) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Cases of equal content, as far as the knowledge base knows what they name."""

    evidence: Mapping[str, str]
    answers: Mapping[str, str]
    tries: tuple[Try, ...]
    cause: str | None
    weight: float
    cases: int

    @property
    def observed(self) -> Mapping[str, str]:
        """Every item and question in a state that says something."""
        return {**self.evidence, **self.answers}


def lessons_of(model: Model, cases: Iterable[Case]) -> tuple[Lesson, ...]:
    """The cases that count, equal ones together, in the order of their content."""
    grouped: dict[str, list[Case]] = {}
    for case in (_as_it_counts(model, each) for each in cases):
        if case.weight > 0.0:
            grouped.setdefault(_content(case), []).append(case)
    return tuple(_lesson(model, grouped[key]) for key in sorted(grouped))


def _as_it_counts(model: Model, case: Case) -> Case:
    """A second line that named no cause, or one that is gone, says no more than that it ended."""
    if case.ending != "second-line" or case.cause in model.cause_index:
        return case
    return replace(case, ending="unknown", cause=None)


def _content(case: Case) -> str:
    tries = [(each.fix, each.result) for each in case.tries]
    return dumps([case.evidence, case.answers, tries, case.cause], sort_keys=True)


def _lesson(model: Model, equal: Sequence[Case]) -> Lesson:
    first = equal[0]
    return Lesson(
        evidence=_known(first.evidence, {name: each.rows for name, each in model.evidence.items()}),
        answers=_known(first.answers, {each.id: each.item.rows for each in model.questions}),
        tries=tuple(each for each in first.tries if each.fix in model.fix_index),
        cause=first.cause if first.cause in model.cause_index else None,
        weight=sum(sorted(case.weight for case in equal)),
        cases=len(equal),
    )


def _known(
    told: Mapping[str, str], items: Mapping[str, Mapping[str, Sequence[float]]]
) -> dict[str, str]:
    """What the knowledge base has an item and a state for; in the order of ids."""
    return {
        item: state
        for item, state in sorted(told.items())
        if state not in (UNKNOWN, NOT_SURE) and state in items.get(item, ())
    }


def responsibilities(model: Model, lesson: Lesson) -> list[float]:
    """P(cause | everything that is known of the cases now that they are closed); sums to 1."""
    ended = [each for each in lesson.tries if _ends(model, each)]
    before = tuple(each for each in lesson.tries if not _ends(model, each))
    shares = posterior(model, Situation(lesson.evidence, lesson.answers, before))
    for each in ended:
        # What it is not known to cure may have gone by itself, but seldom.
        works = dict(model.fix(each.fix).cures)
        shares = times(shares, [works.get(place, SOLVES[0]) for place in range(len(shares))])
    if lesson.cause is None:
        return shares
    place = model.cause_index[lesson.cause]
    rest = 1.0 - shares[place]
    if rest <= 0.0:
        return shares
    return [
        NAMED if number == place else share / rest * (1.0 - NAMED)
        for number, share in enumerate(shares)
    ]


def _ends(model: Model, tried: Try) -> bool:
    """Whether a try is the repair that ended the case; a test that worked ends nothing."""
    return tried.result == "worked" and not model.fix(tried.fix).temporary
