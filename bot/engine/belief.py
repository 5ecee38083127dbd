"""What is believed: the probability of each cause, given everything known.

Strategy: one fault, naive Bayes.  Factors are multiplied in sorted id order and renormalised after
each, so that equal situations give equal floats.  What nobody knows has factor 1, and what the
ladder has counted already is not counted again: where it stopped at the rung that an item refines,
only the kind of fault is news; where it went on, that the rung holds is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.catalog.entries import UNKNOWN
from bot.engine.likelihood import spread
from bot.engine.model import Model
from bot.engine.parts import Item, Row
from bot.engine.values import Situation, Try

DOUBT = 0.02
"""What a confirmed test leaves to the causes that it should not have touched."""

LADDER = "ladder"
"""The evidence item for the connection path; ``ok`` when every rung that can be seen is fine."""

SPEAKING = ("failed", "worked", "came-back")
"""Results that say something; "worked" and planned on again means that it did not last."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An item in a known state, with its likelihood by cause."""

    item: Item
    state: str
    within: bool = False
    """Whether the ladder has counted the fault, so that only its kind is news."""

    @property
    def row(self) -> Row:
        """P(state | cause) over the causes."""
        return self.item.within[self.state] if self.within else self.item.rows[self.state]

    @property
    def spread(self) -> float:
        """How strongly it speaks: its largest log ratio between two causes."""
        return spread(self.row) if self.within else self.item.spread[self.state]


def findings(model: Model, situation: Situation) -> tuple[Finding, ...]:
    """What is known and counts, by id; of each same_check group only the strongest.

    Raises UnknownEntry for ids or states that the model does not have.
    """
    strongest: dict[str, Finding] = {}
    alone = []
    for found in _known(model, situation):
        group = found.item.same_check
        if group is None:
            alone.append(found)
        elif group not in strongest or found.spread > strongest[group].spread:
            strongest[group] = found
    return tuple(sorted([*alone, *strongest.values()], key=_by_id))


def _by_id(found: Finding) -> tuple[str, bool]:
    return (found.item.id, found.item.origin == "question")


def _known(model: Model, situation: Situation) -> Iterator[Finding]:
    for asked, told in ((False, situation.evidence), (True, situation.answers)):
        for name, state in sorted(told.items()):
            item = model.known(name, state, asked=asked)
            found = None if item is None else _counted_once(item, state, situation.evidence)
            if found is not None:
                yield found


def _counted_once(item: Item, state: str, evidence: Mapping[str, str]) -> Finding | None:
    """The finding as far as the ladder has not said it; None where that is all."""
    rung = evidence.get(LADDER, UNKNOWN)
    if not item.refines or rung == UNKNOWN:
        return Finding(item, state)
    if rung in item.refines:
        return Finding(item, state, within=state in item.within)
    return None if state == item.usual else Finding(item, state)


def posterior(model: Model, situation: Situation) -> list[float]:
    """P(cause | situation) in the model's order of causes; sums to 1, none is ever 0."""
    weights = list(model.prior)
    for found in findings(model, situation):
        weights = times(weights, found.row)
    for tried in sorted(counted(situation), key=lambda each: (each.fix, each.result)):
        weights = times(weights, factor(model, tried))
    return weights


def counted(situation: Situation) -> list[Try]:
    """The tries that say something about the present fault."""
    return [
        each
        for each in situation.tries
        if each.result in SPEAKING and each.fix not in situation.restarted
    ]


def factor(model: Model, tried: Try) -> Row:
    """P(this result | cause) over the causes: 1 - s after a failure, half of s if it came back."""
    fix = model.fix(tried.fix)
    row = [1.0] * len(model.causes)
    if tried.result == "worked" and fix.temporary:
        row = [DOUBT] * len(row)
        for cause, chance in fix.cures:
            row[cause] = chance
    elif tried.result in SPEAKING:
        share = 1.0 if tried.result == "failed" else 0.5
        for cause, chance in fix.cures:
            row[cause] = 1.0 - share * chance
    return tuple(row)


def times(weights: Sequence[float], row: Sequence[float]) -> list[float]:
    """Belief after one more finding; sums to 1."""
    product = [weight * value for weight, value in zip(weights, row, strict=True)]
    total = sum(product)
    return [value / total for value in product]
