"""Why this step: one plain sentence, and beneath it the numbers that anybody can check.

Strategy: everything here is computed from the decision that was made, never from a second
opinion.  Points are decibels against the base rate (10 * log10 of the likelihood ratio to
``other``), so they add up to the odds on the card.
"""

from dataclasses import dataclass

from bot.catalog.entries import OTHER
from bot.engine.decision import Decision
from bot.engine.model import Model
from bot.engine.planner import Option
from bot.engine.safety import chance
from bot.engine.sheet import sheets_of
from bot.engine.values import CauseShare, Explanation, Situation, Step, Weight
from bot.engine.verdict import shares
from bot.engine.words import LAYER_WORDS, counted_out, duration, listed, out_of, quoted

LIKELIEST = 3
LEAST_GAIN = 0.005
"""What an answer must add to a cause to be said to speak for it."""

MOST_QUOTED = 90
"""Characters of titles that one sentence can carry."""

RECHECK = "Check the host once more"
ESCALATE = "Hand over with everything that was seen"

_HELD = {
    "R1": "{fix} waits while gentler steps have a fair chance.",
    "R2": "{fix} weakens security for a while and needs an approval first.",
    "R3": "{fix} is never advised.",
    "R4": "{fix} can cut the only way in, so another way in must be confirmed first.",
    "access": "{fix} needs access that nobody here has ({group}).",
}


def step_of(model: Model, situation: Situation, decision: Decision) -> Step:
    """The decided step in words."""
    kind, name = decision.kind, decision.id
    if kind == "undo":
        title = f"Undo: {model.catalog.fixes[name].title}"
        why = "The temporary change lowers security, so it is taken back before anything else."
        return Step("undo", name, title, why)
    if kind == "recheck":
        why = "Nothing known fits what was seen, so one of the checks may have been wrong."
        return Step("recheck", "", RECHECK, why)
    if not decision.options:
        return Step("escalate", "", ESCALATE, f"{situation.steps} steps did not end the case.")
    return _step(model, decision, decision.options[0])


def _step(model: Model, decision: Decision, option: Option) -> Step:
    if option.kind == "fix":
        title = model.catalog.fixes[option.id].title
        return Step("fix", option.id, title, _why_fix(model, decision, option))
    if option.kind == "question":
        title = model.catalog.questions[option.id].title
        return Step("question", option.id, title, _why_question(model, decision, option))
    return Step("escalate", "", ESCALATE, _why_escalate(model, decision))


def _why_fix(model: Model, decision: Decision, option: Option) -> str:
    fix = model.fixes[option.number]
    if fix.temporary:
        named = _groups(model, [cause for cause, _ in fix.cures])
        return f"A test that shows whether the cause lies in {named}."
    return f"It helps in {out_of(chance(fix, decision.weights))}."


def _groups(model: Model, causes: list[int]) -> str:
    layers = [model.catalog.causes[model.causes[cause]].layer for cause in causes]
    return listed([LAYER_WORDS[layer] for layer in dict.fromkeys(layers)])


def _why_question(model: Model, decision: Decision, option: Option) -> str:
    """Which groups of causes the answers speak for; within one group, which causes."""
    pointed = _pointed(model, decision, option)
    layers = list(dict.fromkeys(LAYER_WORDS[share.layer] for share in pointed))
    titles = list(dict.fromkeys(quoted(share.title.split(";")[0]) for share in pointed))
    if len(layers) > 1:
        return f"It decides between {listed(layers)}."
    if len(titles) > 1 and sum(map(len, titles)) > MOST_QUOTED:
        return f"It tells apart {counted_out(len(titles))} causes that concern {layers[0]}."
    if len(titles) > 1:
        return f"It decides between {listed(titles)}."
    if titles:
        return f"It shows whether this is the cause: {titles[0]}."
    return f"It takes {duration(model.questions[option.number].cost.minutes)}."


def _pointed(model: Model, decision: Decision, option: Option) -> list[CauseShare]:
    """Per answer the named cause that it speaks for most."""
    before = {share.id: share.probability for share in shares(model, decision.weights)}
    pointed = []
    for _, row in model.questions[option.number].answers:
        after = shares(model, [w * value for w, value in zip(decision.weights, row, strict=True)])
        named = [share for share in after if share.id != OTHER]
        gains = [share.probability - before[share.id] for share in named]
        most = max(gains, default=0.0)
        if most >= LEAST_GAIN:
            pointed.append(named[gains.index(most)])
    return pointed


def _why_escalate(model: Model, decision: Decision) -> str:
    fixes = [option for option in decision.options if option.kind == "fix"]
    if not fixes:
        return "Every step that is known and allowed here has been taken."
    best = max(chance(model.fixes[option.number], decision.weights) for option in fixes)
    return f"The best step left helps in {out_of(best)}, so handing over is quicker."


def explanation_of(model: Model, situation: Situation, decision: Decision) -> Explanation:
    """The numbers behind a decision."""
    causes = shares(model, decision.weights)[:LIKELIEST]
    helps, minutes, runner_up, margin = 0.0, 0.0, None, 0.0
    if decision.options:
        best, *others = decision.options
        if best.kind == "fix":
            fix = model.fixes[best.number]
            helps = 0.0 if fix.temporary else chance(fix, decision.weights)
            minutes = fix.cost.minutes
        elif best.kind == "question":
            minutes = model.questions[best.number].cost.minutes
        if others:
            runner_up = _step(model, decision, others[0])
            margin = max(0.0, others[0].value - best.value)
    return Explanation(
        causes=causes,
        balance=_balance(model, situation, causes),
        helps_in=helps,
        minutes=minutes,
        runner_up=runner_up,
        margin=margin,
        held_back=_held_back(model, decision),
    )


def _balance(
    model: Model, situation: Situation, causes: tuple[CauseShare, ...]
) -> tuple[Weight, ...]:
    """What speaks for and against each likely cause, the strongest first."""
    return tuple(
        Weight(line.item, line.state, sheet.cause.id, round(line.points))
        for sheet in sheets_of(model, situation, causes)
        for line in sheet.lines
        if round(line.points)
    )


@dataclass(frozen=True, slots=True)
class Alternative:
    """A step that was weighed and not taken, and what it would cost more (minutes)."""

    step: Step
    more: float


def alternatives(model: Model, decision: Decision) -> tuple[Alternative, ...]:
    """Every other step that the planner weighed, the nearest first; none where a rule decided."""
    if not decision.options:
        return ()
    best, *others = decision.options
    return tuple(
        Alternative(_step(model, decision, each), max(0.0, each.value - best.value))
        for each in others
    )


def _held_back(model: Model, decision: Decision) -> tuple[str, ...]:
    """What would have had a fair chance, and the rule that held it back."""
    threshold = model.catalog.settings.safety_threshold
    sentences = []
    for number, rule in decision.permission.held:
        fix = model.fixes[number]
        if chance(fix, decision.weights) < threshold:
            continue
        title = quoted(model.catalog.fixes[fix.id].title)
        group = model.groups[fix.group] if fix.group >= 0 else ""
        named = model.catalog.settings.access_groups[group].title if group else ""
        sentences.append(_HELD[rule].format(fix=title, group=named))
    return tuple(sentences)
