"""What closed tickets teach: expectation and maximisation, from the expert's words.

Strategy: the expert's words count as pseudo-cases.  What was not tried, not asked or not seen
updates nothing: that is what keeps a fix that is usually tried last from looking bad (Jiang &
Dickey, Bayesian Analysis 3, 2008).  Only what the expert listed is learned, so that the shape of
the knowledge base stays the lead's.  Cases are taken in the order of their content: the order in
which they come changes no bit of the result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from bot.catalog.entries import OTHER, Catalog
from bot.engine.compiling import SOLVES, listed
from bot.engine.lessons import Case, Lesson, lessons_of, responsibilities
from bot.engine.model import Model
from bot.engine.values import Epoch

ROUNDS = 10
PRIOR_CASES, SOLVES_CASES, SEEN_CASES = 20.0, 8.0, 10.0
"""Pseudo-cases behind the expert's words: all priors together, one cure, one (item, cause)."""

LEAST_LEARNED = 0.002
"""No prior is learned to be less, unless the expert said so."""


Pairs = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Item -> cause -> state -> P(state | cause), of the pairs that the expert listed."""


@dataclass(slots=True)
class Counts:
    """What is counted over the cases: the mass of causes, of tries, of states; and plain cases."""

    causes: list[float]
    tickets: list[float]
    """Cases by cause, not weighed: what people are told."""
    tries: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """(fix, cause) -> mass that it cured, mass that it did not, tickets cured, tickets not."""
    seen: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    """(item, cause) -> state -> mass."""
    seen_tickets: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    cases: int = 0

    @classmethod
    def of(cls, model: Model, pairs: Pairs, lessons: Sequence[Lesson]) -> Self:
        """Share every lesson out over the causes."""
        counts = cls([0.0] * len(model.causes), [0.0] * len(model.causes))
        for lesson in lessons:
            shares = responsibilities(model, lesson)
            counts.cases += lesson.cases
            for place, share in enumerate(shares):
                counts.causes[place] += lesson.weight * share
                counts.tickets[place] += lesson.cases * share
            counts._add_tries(model, lesson, shares)
            counts._add_states(model, pairs, lesson, shares)
        return counts

    def _add_tries(self, model: Model, lesson: Lesson, shares: Sequence[float]) -> None:
        for tried in lesson.tries:
            if tried.result not in ("worked", "failed"):
                continue
            lost = tried.result == "failed"
            for place, _ in model.fix(tried.fix).cures:
                row = self.tries.setdefault((tried.fix, model.causes[place]), [0.0] * 4)
                row[lost] += lesson.weight * shares[place]
                row[2 + lost] += lesson.cases * shares[place]

    def _add_states(
        self, model: Model, pairs: Pairs, lesson: Lesson, shares: Sequence[float]
    ) -> None:
        sizes = ((self.seen, lesson.weight), (self.seen_tickets, float(lesson.cases)))
        for item, state in lesson.observed.items():
            for cause in pairs.get(item, ()):
                share = shares[model.cause_index[cause]]
                for kept, size in sizes:
                    row = kept.setdefault((item, cause), {})
                    row[state] = row.get(state, 0.0) + size * share


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything that the cases say, before anybody judged it; names what some case spoke of.

    ``epoch`` has no hash yet; ``expert`` is the model without it, ``pairs`` what it says of items.
    """

    epoch: Epoch
    counts: Counts
    expert: Model
    pairs: Pairs


def learn(catalog: Catalog, cases: Iterable[Case]) -> Learned:
    """Ten rounds of expectation and maximisation over the cases, from the expert's words."""
    expert, pairs = Model.of(catalog), listed(catalog)
    lessons = lessons_of(expert, cases)
    epoch, counts = Epoch(""), Counts.of(expert, pairs, lessons)
    for _ in range(ROUNDS if lessons else 0):
        priors, solves = _priors(expert, counts), _solves(expert, counts)
        epoch = Epoch("", priors, solves, _seen(pairs, counts))
        counts = Counts.of(Model.of(catalog, epoch), pairs, lessons)
    return Learned(epoch, counts, expert, pairs)


def _priors(expert: Model, counts: Counts) -> dict[str, float]:
    """Weights on the expert's own scale, so that one that is held back stands among the others."""
    total = PRIOR_CASES + sum(counts.causes)
    learned = {}
    for place, name in enumerate(expert.causes):
        was = expert.prior[place]
        value = (PRIOR_CASES * was + counts.causes[place]) / total
        learned[name] = max(value, min(LEAST_LEARNED, was))
    scale = expert_scale(expert.catalog) / (1.0 - learned[OTHER])
    return {name: value if name == OTHER else value * scale for name, value in learned.items()}


def expert_scale(catalog: Catalog) -> float:
    """The sum of the expert's weights of causes."""
    return sum(catalog.causes[name].prior.value for name in sorted(catalog.causes)) or 1.0


def _solves(expert: Model, counts: Counts) -> dict[str, dict[str, float]]:
    learned: dict[str, dict[str, float]] = {}
    for (fix, cause), (cured, missed, *_) in sorted(counts.tries.items()):
        was = dict(expert.fix(fix).cures)[expert.cause_index[cause]]
        value = (SOLVES_CASES * was + cured) / (SOLVES_CASES + cured + missed)
        learned.setdefault(fix, {})[cause] = min(max(value, SOLVES[0]), SOLVES[1])
    return learned


def _seen(pairs: Pairs, counts: Counts) -> dict[str, dict[str, dict[str, float]]]:
    learned: dict[str, dict[str, dict[str, float]]] = {}
    for (item, cause), states in sorted(counts.seen.items()):
        total = SEEN_CASES + sum(states[state] for state in sorted(states))
        learned.setdefault(item, {})[cause] = {
            state: (SEEN_CASES * was + states.get(state, 0.0)) / total
            for state, was in pairs[item][cause].items()
        }
    return learned
