"""Goal G6: how long a step takes to plan.

Random knowledge bases of the size that the goals name and the shipped one, each planned three times
and the best taken, because the machine may be busy.  The time is CPU time of one core.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.catalog import load, shipped
from bot.desk.simworld import World
from bot.engine import Model, Situation, tree
from bot.engine.decision import decide
from tests.benchmarks.figures import Figures, Goal
from tests.engine.worlds import Dice, Shape, world

LARGE = Shape(causes=50, fixes=80, questions=30, probes=20)
KINDS = {
    "plain": LARGE,
    "with risk tiers": replace(LARGE, tiers=True),
    "with tiers, access groups, not sure": replace(LARGE, tiers=True, groups=True, not_sure=True),
}
LOOKS, TREES = 40, 5


def case(seed: int, shape: Shape) -> tuple[Model, Situation]:
    """A knowledge base and what some of its probes saw."""
    catalog, dice = world(seed, shape), Dice(seed + 99)
    states = ("ok", "bad", "worse")
    seen = {name: states[dice.below(3)] for name in catalog.evidence if dice.chance(0.4)}
    return Model.of(catalog), Situation(evidence=seen)


def milliseconds(work: Callable[[], object], times: int) -> float:
    """CPU time of the fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best * 1000


def measure(figures: Figures) -> None:
    """Milliseconds beside the goals."""
    for name, shape in KINDS.items():
        figures.title(f"G6 50 causes, 80 fixes, 30 questions, {name}")
        _timed(figures, [case(seed, shape) for seed in range(20)], (60.0, 2000.0))
    figures.title("G6 shipped knowledge")
    model = Model.of(load(shipped()))
    looks = [World(model, f"G6:{number}").look().start for number in range(LOOKS)]
    _timed(figures, [(model, look) for look in looks], (150.0, 6000.0))


def _timed(
    figures: Figures, cases: list[tuple[Model, Situation]], goals: tuple[float, float]
) -> None:
    spent = sorted(milliseconds(partial(decide, *pair), 3) for pair in cases)
    late = spent[int(len(spent) * 0.95) - 1]
    figures.show("next step, median", spent[len(spent) // 2], "ms")
    figures.show("next step, p95", late, "ms", Goal(goals[0]))
    drawn = sorted(milliseconds(partial(tree, *pair, 0.02), 1) for pair in cases[:TREES])
    figures.show("tree at 2 %, median", drawn[len(drawn) // 2], "ms", Goal(goals[1]))
    figures.show("tree at 2 %, slowest", drawn[-1], "ms")
