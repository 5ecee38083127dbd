"""Which fixes may be offered at all: rules R1 to R4, access, order and conditions.

Strategy: hard limits, never prices.  R1: nothing that disturbs or weakens (tier 2, 3) while a
gentler open fix has a fair chance.  R2: tier 3 only with an approval, as a temporary test whose
undo is the next step.  R3: what is forbidden is never offered (``advice``).  R4: what can cut the
only way in needs another way in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.catalog.entries import NOT_SURE, UNKNOWN
from bot.engine.compiling import fits
from bot.engine.model import Model
from bot.engine.parts import ModelFix, ModelQuestion
from bot.engine.values import Situation

HIGHEST = 3
BEFORE_FIRST = 2
"""Steps that a temporary test takes: itself and its undo."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be planned with, and what a rule held back (fix index -> rule)."""

    open: int
    """Mask of fixes that are open, R1 and order not yet considered."""
    fixes: int
    """Mask of repairs that the plan may use (R1 is applied step by step while planning)."""
    tests: tuple[int, ...]
    """Temporary tests that may be offered now."""
    questions: int
    waits: tuple[int, ...]
    """Per fix the mask of those still worth waiting for."""
    ceiling: int
    """The highest tier that R1 allows now."""
    held: tuple[tuple[int, str], ...]


def ceiling(tiers: Iterable[tuple[int, int]], fair: Callable[[int], bool]) -> int:
    """R1: the highest tier allowed, given (tier, fix) of what is open and who has a fair chance."""
    pairs = list(tiers)
    for limit in (1, 2):
        if any(tier <= limit and fair(fix) for tier, fix in pairs):
            return limit
    return HIGHEST


def permitted(
    model: Model, situation: Situation, weights: Sequence[float], *, again: bool = False
) -> Permission:
    """What may be offered in this situation, given the belief; raises UnknownEntry.

    ``again``: what came back may be the first step after all.
    """
    known = {**situation.evidence, **situation.answers}
    known = {item: state for item, state in known.items() if state not in (UNKNOWN, NOT_SURE)}
    done = retired(situation, again=again)
    allowed, held = [], []
    for number, fix in enumerate(model.fixes):
        if fix.id in done or not fits(model.catalog.fixes[fix.id], known):
            continue
        rule = _rule(model, situation, fix)
        if rule is None:
            allowed.append(number)
        else:
            held.append((number, rule))
    chances = {number: prospect(model.fixes[number], weights) for number in allowed}
    threshold = model.catalog.settings.safety_threshold
    worth = mask(number for number in allowed if chances[number] >= threshold)
    waits = tuple(fix.waits & worth for fix in model.fixes)
    everything = mask(allowed)
    free = [number for number in allowed if not waits[number] & everything]
    repairs = [number for number in free if not model.fixes[number].temporary]
    limit = ceiling(
        ((model.fixes[number].tier, number) for number in repairs),
        lambda number: chances[number] >= threshold,
    )
    held += [(number, "R1") for number in free if model.fixes[number].tier > limit]
    focus = _focus(model, situation, [n for n in repairs if model.fixes[n].tier <= limit])
    return Permission(
        open=everything,
        fixes=mask(focus or (n for n in allowed if not model.fixes[n].temporary)),
        tests=tuple(n for n in free if model.fixes[n].temporary and model.fixes[n].tier <= limit),
        questions=_questions(model, situation, known),
        waits=waits,
        ceiling=limit,
        held=tuple(sorted(held)),
    )


def retired(situation: Situation, *, again: bool = False) -> frozenset[str]:
    """Fixes that are not offered (again); one that came back is only not the first again."""
    done = {each.fix for each in situation.tries if each.result != "came-back"}
    if situation.steps == 0 and not again:
        done |= {each.fix for each in situation.tries}
    return frozenset(done | set(situation.restarted))


def _rule(model: Model, situation: Situation, fix: ModelFix) -> str | None:
    """The rule that holds a fix back whatever its chance, None if none does."""
    entry = model.catalog.fixes[fix.id]
    if fix.banned is not None:
        return fix.banned
    if fix.group >= 0 and model.groups[fix.group] in situation.barred:
        return "access"
    if (fix.tier == HIGHEST or fix.temporary) and not _may_test(model, situation):
        return "R2"
    if entry.approver and not situation.approved:
        return "R2"
    if entry.cuts_access and not situation.console:
        return "R4"
    return None


def _may_test(model: Model, situation: Situation) -> bool:
    """A test needs an approval, and room for its undo before the last step."""
    left = model.catalog.settings.max_steps - situation.steps
    return situation.approved and left >= BEFORE_FIRST


def _focus(model: Model, situation: Situation, repairs: list[int]) -> list[int]:
    """After a test that confirmed a cause: its permanent repairs, as long as one is left."""
    confirmed = [
        each.fix
        for each in situation.tries
        if each.result == "worked"
        and each.fix not in situation.restarted
        and model.fix(each.fix).temporary
    ]
    lasting = {name for fix in confirmed for name in model.catalog.fixes[fix].permanent_fix}
    return [number for number in repairs if model.fixes[number].id in lasting]


def _questions(model: Model, situation: Situation, known: dict[str, str]) -> int:
    return mask(
        number
        for number, question in enumerate(model.questions)
        if question.id not in situation.answers
        and not _barred(model, situation, question)
        and fits(model.catalog.questions[question.id], known)
    )


def _barred(model: Model, situation: Situation, question: ModelQuestion) -> bool:
    return question.group >= 0 and model.groups[question.group] in situation.barred


def prospect(fix: ModelFix, weights: Sequence[float]) -> float:
    """The same as ``chance``, times the chance that somebody can do it: what R1 goes by."""
    return sum(weights[cause] * solves for cause, solves in fix.planned)


def chance(fix: ModelFix, weights: Sequence[float]) -> float:
    """The mass that a fix, done now, would cure: its success chance where weights sum to 1."""
    return sum(weights[cause] * solves for cause, solves in fix.cures)


def mask(numbers: Iterable[int]) -> int:
    """Indices as bits."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits
