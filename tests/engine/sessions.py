"""Whole sessions: every branch of a policy, or one with the dice deciding what happens."""

from collections.abc import Iterator
from dataclasses import replace

from bot.catalog.entries import NOT_SURE
from bot.engine import (
    Explanation,
    Model,
    Situation,
    Step,
    answered,
    cannot,
    plan,
    reprobed,
    tried,
    undone,
)
from bot.engine.decision import Decision, decide
from tests.engine.worlds import Dice


def next_step(model: Model, situation: Situation) -> Step:
    """The step of the plan."""
    return plan(model, situation).step


def explain(model: Model, situation: Situation) -> Explanation:
    """The numbers behind it."""
    return plan(model, situation).explanation


def everywhere(
    model: Model, situation: Situation, depth: int
) -> Iterator[tuple[Situation, Decision]]:
    """Every situation that the policy can lead to within ``depth`` steps."""
    made = decide(model, situation)
    yield situation, made
    if depth:
        for after in outcomes(model, situation, made):
            yield from everywhere(model, after, depth - 1)


def outcomes(model: Model, situation: Situation, made: Decision) -> list[Situation]:
    """What the decided step can lead to, short of the end."""
    match made.kind:
        case "fix":
            results = ["failed", "cannot"]
            if model.fix(made.id).temporary:
                results = ["failed", "worked", "unsure"]
            return [tried(model, situation, made.id, result) for result in results]  # type: ignore[arg-type]
        case "question":
            states = [state for state, _ in model.question(made.id).answers]
            return [answered(model, situation, made.id, state) for state in (*states, NOT_SURE)]
        case "undo":
            return [undone(model, situation, made.id)]
        case "recheck":
            return [replace(situation, rechecked=True)]
        case _:
            return []


def played(model: Model, situation: Situation, dice: Dice) -> list[tuple[Situation, Decision]]:
    """One session to its end, with every kind of thing happening."""
    lived = []
    while True:
        made = decide(model, situation)
        lived.append((situation, made))
        if made.kind == "escalate":
            return lived
        situation = _next(model, situation, made, dice)


def _next(model: Model, situation: Situation, made: Decision, dice: Dice) -> Situation:
    if made.kind in ("fix", "question") and dice.chance(0.15):
        return cannot(model, situation, made.id, dice.chance(0.5))
    if made.kind == "fix" and not model.fix(made.id).temporary and dice.chance(0.2):
        changed = tried(model, situation, made.id, "different")
        return reprobed(model, changed, {"e00": ("ok", "bad", "worse")[dice.below(3)]})
    after = outcomes(model, situation, made)
    return after[dice.below(len(after))]
