"""Rules R1 to R4 told once more, from their wording: what a decided step would break.

Strategy: written apart from ``safety``, which keeps the rules while planning; here a decision that
was made is judged.  Simulations and trees count what comes out, and the count must be 0.
"""

from bot.engine.advice import ban
from bot.engine.decision import Decision
from bot.engine.model import Model
from bot.engine.safety import prospect
from bot.engine.values import Situation


def breaches(model: Model, situation: Situation, made: Decision) -> tuple[str, ...]:
    """Every rule that a decided step breaks, with the step; empty where all is well."""
    if situation.in_force is not None:
        undone = (made.kind, made.id) == ("undo", situation.in_force)
        return () if undone else (f"R2: {situation.in_force} is not undone next",)
    return _of_fix(model, situation, made) if made.kind == "fix" else ()


def _of_fix(model: Model, situation: Situation, made: Decision) -> tuple[str, ...]:
    entry, settings = model.catalog.fixes[made.id], model.catalog.settings
    said = []
    if _gentler_left(model, situation, made):
        said.append(f"R1: {made.id} goes before a gentler fix with a fair chance")
    if entry.risk == 3 or entry.temporary:
        complete = entry.temporary and entry.undo and situation.approved
        if not complete or situation.steps + 2 > settings.max_steps:
            said.append(f"R2: {made.id} is no approved test with room for its undo")
    if ban(entry, settings) is not None:
        said.append(f"R3: {made.id} is forbidden")
    if entry.cuts_access and not situation.console:
        said.append(f"R4: {made.id} can cut the only way in")
    if made.id in _done(situation) or entry.needs_access in situation.barred:
        said.append(f"{made.id} was done, or nobody has access")
    return tuple(said)


def _done(situation: Situation) -> set[str]:
    tried = {each.fix for each in situation.tries if each.result != "came-back"}
    return tried | set(situation.restarted)


def _gentler_left(model: Model, situation: Situation, made: Decision) -> bool:
    """Whether an open fix of a lower tier with a fair chance is passed over by tier 2 or 3."""
    tier, open_ = model.fix(made.id).tier, made.permission.open
    if tier < 2:
        return False
    fair, done = model.catalog.settings.safety_threshold, _done(situation)
    return any(
        other.tier < tier
        and not other.temporary
        and other.id not in done
        and open_ >> number & 1
        and not made.permission.waits[number] & open_
        and prospect(other, made.weights) >= fair
        for number, other in enumerate(model.fixes)
    )
