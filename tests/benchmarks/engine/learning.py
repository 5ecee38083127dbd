"""Goal G8: how far learning brings a knowledge base whose odds are wrong by a factor of e.

The true causes, fixes and questions are known, their numbers are not: every log odds carries noise
of one.  Tickets come from the truth, the engine of the day is followed, epochs are made now and
then; what the learned engine costs in the true world is computed exactly.
"""

import os
from dataclasses import replace
from math import exp, log
from statistics import fmean

from bot.catalog.entries import Catalog, Cure, Says
from bot.engine import Model, Situation
from bot.engine.learning import learn
from bot.engine.lessons import Case
from tests.benchmarks.engine.words import cost_in
from tests.benchmarks.figures import Figures, Goal
from tests.engine import factory as make
from tests.engine.fieldmodels import model, seen
from tests.engine.histories import World
from tests.engine.worlds import Dice

WORLDS = 24 if os.environ.get("CI_LONG") else 6
MARKS = (0, 30, 100, 300, 1000)
GOALS = {100: Goal(1.12), 300: Goal(1.08)}
LOOKS = 12


def noisy(catalog: Catalog, dice: Dice) -> Catalog:
    """The same knowledge with a normal error of one on every log odds."""

    def off(value: float) -> float:
        error = sum(dice.unit() for _ in range(12)) - 6.0
        inside = min(max(value, 0.005), 0.995)
        return 1.0 / (1.0 + exp(-(log(inside / (1.0 - inside)) + error)))

    def says(rows: tuple[Says, ...]) -> tuple[Says, ...]:
        return tuple(replace(row, often=make.worded(off(row.often.value))) for row in rows)

    total = sum(cause.prior.value for cause in catalog.causes.values())
    return replace(
        catalog,
        causes={
            n: replace(c, prior=make.worded(off(c.prior.value / total)))
            for n, c in catalog.causes.items()
        },
        evidence={n: replace(e, says=says(e.says)) for n, e in catalog.evidence.items()},
        questions={n: replace(e, says=says(e.says)) for n, e in catalog.questions.items()},
        fixes={
            n: replace(
                f, cures=tuple(Cure(c.cause, make.worded(off(c.well.value))) for c in f.cures)
            )
            for n, f in catalog.fixes.items()
        },
    )


def course(seed: int) -> list[float]:
    """Cost over that of the true numbers, after so many tickets each."""
    truth, _ = model("C", 8, seed)
    dice = Dice(seed + 4242)
    expert = noisy(truth.catalog, dice)
    looks = [Situation(evidence=seen(truth, dice)) for _ in range(LOOKS)]
    best = fmean(cost_in(truth, truth, look) for look in looks)
    policy, cases, ratios = Model.of(expert), list[Case](), []
    for mark in MARKS:
        lived = World(truth, policy, dice)
        cases += [lived.case()[0] for _ in range(mark - len(cases))]
        policy = Model.of(expert, learn(expert, cases).epoch) if cases else policy
        ratios.append(fmean(cost_in(truth, policy, look) for look in looks) / best)
    return ratios


def measure(figures: Figures) -> None:
    """Cost over that of the true numbers, as tickets come in."""
    courses = [course(seed) for seed in range(WORLDS)]
    figures.title(f"G8 learning from odds that are wrong by a factor of e, {WORLDS} worlds")
    for place, mark in enumerate(MARKS):
        found = [ratios[place] for ratios in courses]
        figures.show(f"after {mark} tickets, mean", fmean(found), "x", GOALS.get(mark))
        figures.show(f"after {mark} tickets, worst", max(found), "x")
    worse = max(ratios[-1] - ratios[0] for ratios in courses)
    figures.show("the worst world at 1000, from its start", worse, "x", Goal(0.05))
