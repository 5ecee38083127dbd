"""Goal G9: two faults a ticket, with and without looking again after each fix.

No engine solves what no fix cures: so the most that could be solved stands beside the figure.
"""

from math import prod
from operator import mul
from statistics import fmean

from bot.desk.simreport import Report, report
from bot.desk.simulating import Wish, simulate
from bot.engine import Model
from tests.benchmarks.figures import Figures, Goal
from tests.engine.worlds import Shape, world

WORLDS = 24
SHAPE = Shape(causes=8, fixes=10, questions=4, probes=6)
TICKETS = 250


def both(seed: int) -> tuple[Report, Report]:
    """The same tickets with probes that look again, and without."""
    model = Model.of(world(seed, SHAPE))
    wishes = [Wish(TICKETS, seed, two_faults=True, reprobe=again) for again in (True, False)]
    seen, blind = (report(model, wish, simulate(model, wish)) for wish in wishes)
    return seen, blind


def curable(model: Model) -> tuple[float, float]:
    """P(every fault is cured) by who knows the faults and may do every fix: of one, of two."""
    cured = []
    for place in range(len(model.causes)):
        missed = [1.0 - dict(fix.cures).get(place, 0.0) for fix in model.fixes]
        cured.append(1.0 - prod(missed))
    named = [place for place in range(len(model.causes)) if place != model.other]
    both = 0.0
    for first, chance in enumerate(model.prior):
        others = [place for place in named if place != first]
        total = sum(model.prior[place] for place in others)
        then = sum(model.prior[place] * cured[place] for place in others) / total
        both += chance * cured[first] * then
    return sum(map(mul, model.prior, cured)), both


def measure(figures: Figures) -> None:
    """Two faults a ticket, beside what anybody could have solved."""
    pairs = [both(seed) for seed in range(WORLDS)]
    cost = [fmean(each[place].cost for each in pairs) for place in (0, 1)]
    seen, blind = (100 * fmean(each[place].solved for each in pairs) for place in (0, 1))
    models = [Model.of(world(seed, SHAPE)) for seed in range(WORLDS)]
    wishes = [Wish(TICKETS, seed) for seed in range(WORLDS)]
    single = 100 * fmean(
        report(made, wish, simulate(made, wish)).solved
        for made, wish in zip(models, wishes, strict=True)
    )
    one, two = (100 * fmean(curable(each)[place] for each in models) for place in (0, 1))
    figures.title(f"G9 two faults a ticket, {WORLDS} random worlds")
    saved = 100 * (1 - cost[0] / cost[1])
    figures.show("cost saved by looking again", saved, "%", Goal(15, at_least=True))
    figures.show("solved without handing over", seen, "%", Goal(70, at_least=True))
    figures.show("the same without looking again", blind, "%")
    figures.show("most that these worlds' fixes can solve", two, "%")
    figures.show("with one fault: solved", single, "%")
    figures.show("with one fault: most that can be solved", one, "%")
