"""Goal G7: what it costs to write words where the true numbers are known."""

from dataclasses import replace
from statistics import fmean

from bot.catalog.entries import Catalog, Cure, Says
from bot.catalog.words import HOW_COMMON, HOW_OFTEN, HOW_WELL, Scale
from bot.engine import Model, Situation, answered, tried
from bot.engine.belief import posterior
from bot.engine.decision import decide
from bot.engine.safety import chance
from tests.benchmarks.figures import Figures, Goal
from tests.engine import factory as make
from tests.engine.fieldmodels import model

MODELS = 40


def worded(catalog: Catalog) -> Catalog:
    """The same knowledge with the nearest word for every number."""

    def near(scale: Scale, value: float) -> float:
        return scale.words[scale.nearest(value)]

    def says(rows: tuple[Says, ...]) -> tuple[Says, ...]:
        return tuple(
            replace(row, often=make.worded(near(HOW_OFTEN, row.often.value))) for row in rows
        )

    total = sum(cause.prior.value for cause in catalog.causes.values())
    return replace(
        catalog,
        causes={
            name: replace(cause, prior=make.worded(near(HOW_COMMON, cause.prior.value / total)))
            for name, cause in catalog.causes.items()
        },
        evidence={n: replace(e, says=says(e.says)) for n, e in catalog.evidence.items()},
        questions={n: replace(e, says=says(e.says)) for n, e in catalog.questions.items()},
        fixes={
            name: replace(
                fix,
                cures=tuple(
                    Cure(cure.cause, make.worded(near(HOW_WELL, cure.well.value)))
                    for cure in fix.cures
                ),
            )
            for name, fix in catalog.fixes.items()
        },
    )


def cost_in(truth: Model, policy: Model, situation: Situation) -> float:
    """What the steps of one model cost in the world of another, exactly."""
    made, weights = decide(policy, situation), posterior(truth, situation)
    if made.kind == "recheck":
        return cost_in(truth, policy, replace(situation, rechecked=True))
    if made.kind == "fix":
        missed = 1.0 - chance(truth.fix(made.id), weights)
        after = tried(policy, situation, made.id, "failed")
        return truth.fix(made.id).price + missed * cost_in(truth, policy, after)
    if made.kind == "question":
        question = truth.question(made.id)
        value = question.price
        for state, row in question.answers:
            share = sum(x * y for x, y in zip(weights, row, strict=True))
            after = answered(policy, situation, made.id, state)
            value += share * cost_in(truth, policy, after)
        return value
    return truth.catalog.settings.escalation_cost


def measure(figures: Figures) -> None:
    """What words cost."""
    found = []
    for seed in range(MODELS):
        truth, situation = model("C", 8, seed)
        policy = Model.of(worded(truth.catalog))
        found.append(cost_in(truth, policy, situation) / cost_in(truth, truth, situation))
    figures.title(f"G7 words for numbers, {MODELS} models")
    figures.show("cost over that of true numbers, mean", fmean(found), "x", Goal(1.05))
    figures.show("the same, worst", max(found), "x")
