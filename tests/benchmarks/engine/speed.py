"""How long a step takes to plan: run with ``python -m tests.benchmarks.engine.speed``.

Random knowledge bases of the size that the goals name, each planned three times and the best taken,
because the machine may be busy with something else.  The time is CPU time of one core.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.engine import Model, Situation, tree
from bot.engine.decision import decide
from tests.engine.worlds import Dice, Shape, world

LARGE = Shape(causes=50, fixes=80, questions=30, probes=20)
KINDS = {
    "plain": LARGE,
    "with risk tiers": replace(LARGE, tiers=True),
    "with tiers, access groups, not sure": replace(LARGE, tiers=True, groups=True, not_sure=True),
}
STEP_GOAL = 60.0
TREE_GOAL = 2000.0


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


def main() -> None:
    """Print milliseconds beside the goals."""
    for name, shape in KINDS.items():
        cases = [case(seed, shape) for seed in range(20)]
        spent = sorted(milliseconds(partial(decide, *pair), 3) for pair in cases)
        middle, late = spent[len(spent) // 2], spent[int(len(spent) * 0.95) - 1]
        print(
            f"next step, {name}: median {middle:.0f} ms, p95 {late:.0f} ms (goal {STEP_GOAL:.0f})"
        )
        drawn = sorted(milliseconds(partial(tree, *pair, 0.02), 1) for pair in cases[:3])
        print(f"tree at 2 %, {name}: median {drawn[1]:.0f} ms (goal {TREE_GOAL:.0f})")


if __name__ == "__main__":
    main()
