"""One case scored: where the right cause stands, and how far the probabilities are off.

Strategy: the engine's answer is taken as ``kb diagnose`` prints it.  ``other`` names nothing, so it
takes no place in the order; its probability counts, and it is the right class where no cause of the
knowledge answers to a tag (which is a miss all the same).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from bot.catalog.entries import OTHER, Catalog
from bot.desk.cases import judge
from bot.engine import Model
from tests.cases.reading import Groups, Known, Tags

CONFIDENT = 0.8
"""A first cause of this probability that is wrong is a confident mistake."""

UNDECIDED = 0.6
"""Below this, or inconclusive, a case that needs a question was not judged too early."""

LEAST = 1e-6
"""A probability of 0 would cost endlessly."""


@dataclass(frozen=True, slots=True)
class Loss:
    """How far probabilities are from the truth: 0 is perfect (Brier at most 2)."""

    brier: float
    log: float


@dataclass(frozen=True, slots=True)
class Score:
    """One case under one reading of "right"; ``rank`` counts from 1, None: no cause is right."""

    rank: int | None
    layer: bool
    mistake: bool
    loss: Loss
    prior: Loss


@dataclass(frozen=True, slots=True)
class Row:
    """One case: the answer, and its score with kin tags counted (``kind``) and without."""

    known: Known
    group: str | None
    state: str
    first: tuple[tuple[str, float], ...]
    honest: bool
    kind: Score
    strict: Score


def score_all(
    catalog: Catalog, model: Model, cases: Sequence[Known], meaning: tuple[Tags, Groups]
) -> list[Row]:
    """Run the engine on every case and score it; raises BadCase."""
    layers = {case.tag: case.layer for case in cases}
    priors = dict(zip(model.causes, model.prior, strict=True))
    return [
        _row(judge(catalog, model, case.case), case, meaning, (layers, priors)) for case in cases
    ]


def _row(
    answer: Mapping[str, Any],
    case: Known,
    meaning: tuple[Tags, Groups],
    about: tuple[Mapping[str, str], Mapping[str, float]],
) -> Row:
    tags, groups = meaning
    layers, priors = about
    causes = answer["verdict"]["causes"]
    named = [each for each in causes if each["id"] != OTHER]
    state, best = answer["verdict"]["state"], named[0]["probability"]

    def score(right: Sequence[str]) -> Score:
        meant = frozenset(cause for tag in right for cause in tags.get(tag, ()))
        return Score(
            rank=next((at for at, each in enumerate(named, 1) if each["id"] in meant), None),
            layer=named[0]["layer"] in {layers.get(tag, case.layer) for tag in right},
            mistake=best >= CONFIDENT and named[0]["id"] not in meant,
            loss=loss({each["id"]: each["probability"] for each in causes}, meant),
            prior=loss(priors, meant),
        )

    return Row(
        known=case,
        group=groups.of.get(case.id),
        state=state,
        first=tuple((each["id"], each["probability"]) for each in named[:3]),
        honest=state == "inconclusive" or best < UNDECIDED,
        kind=score(groups.right(case)),
        strict=score([case.tag]),
    )


def loss(shares: Mapping[str, float], meant: Iterable[str]) -> Loss:
    """Brier (all classes) and log-loss; several right causes are one class with their sum."""
    right = frozenset(meant) or frozenset({OTHER})
    hit = sum(share for cause, share in sorted(shares.items()) if cause in right)
    rest = sum(share**2 for cause, share in sorted(shares.items()) if cause not in right)
    return Loss((1.0 - hit) ** 2 + rest, -log(max(hit, LEAST)))
