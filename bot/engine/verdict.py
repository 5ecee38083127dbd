"""The judgement: found, healthy or inconclusive, with the causes and what was ruled out.

Strategy: three exact rules over the posterior and the abnormal states; "inconclusive" is the
honest rest.
"""

from collections.abc import Sequence
from math import fsum

from bot.catalog.entries import OTHER
from bot.engine.belief import LADDER, findings, posterior
from bot.engine.model import Model
from bot.engine.values import CauseShare, Situation, Verdict, VerdictState

FOUND = 0.5
RULED_OUT = 0.01
FELL = 5.0
"""Ruled out: at most 1 in 100, and at most a fifth of what it was before anything was known."""

OTHER_TITLE = "Something that is not in the knowledge base"


def verdict(model: Model, situation: Situation) -> Verdict:
    """Judge a situation; raises UnknownEntry for ids or states that the model does not have."""
    weights = posterior(model, situation)
    causes = shares(model, weights)
    return Verdict(_state(model, situation, causes), causes, _ruled_out(model, weights))


def shares(model: Model, weights: Sequence[float]) -> tuple[CauseShare, ...]:
    """Every cause with its probability, the likeliest first, ties by id; they sum to 1."""
    total = fsum(weights)
    listed = [
        _share(model, name, weight / total)
        for name, weight in zip(model.causes, weights, strict=True)
    ]
    return tuple(sorted(listed, key=lambda share: (-share.probability, share.id)))


def _share(model: Model, name: str, probability: float) -> CauseShare:
    entry = model.catalog.causes.get(name)
    if entry is None:
        return CauseShare(OTHER, OTHER_TITLE, OTHER, probability)
    return CauseShare(name, entry.title, entry.layer, probability)


def _state(model: Model, situation: Situation, causes: Sequence[CauseShare]) -> VerdictState:
    abnormal = any(model.is_abnormal(item, state) for item, state in situation.evidence.items())
    first = next((share for share in causes if share.id != OTHER), None)
    if first is not None and first.probability >= FOUND:
        place = model.causes.index(first.id)
        told = any(
            found.item.origin != "probe" and found.row[place] > found.row[model.other]
            for found in findings(model, situation)
        )
        if abnormal or told:
            return "found"
    if situation.evidence.get(LADDER) == "ok" and not abnormal:
        return "healthy"
    return "inconclusive"


def _ruled_out(model: Model, weights: Sequence[float]) -> tuple[str, ...]:
    """Causes that fell far, those that fell furthest first."""
    out = [
        (weight / prior, name)
        for name, weight, prior in zip(model.causes, weights, model.prior, strict=True)
        if name != OTHER and weight <= RULED_OUT and weight * FELL <= prior
    ]
    return tuple(name for _, name in sorted(out))
