"""Goals G1 to G4: the engine's exact cost beside the optimum.

The optima are fixtures (``exact`` makes them); the engine's own policy is walked here, every branch
of it.
"""

import json
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from statistics import fmean

from bot.catalog import load, shipped
from bot.engine import Model, Situation
from tests.benchmarks.figures import Figures, Goal
from tests.engine.fieldmodels import KINDS, SIZES, endless, model, xor_pair
from tests.engine.nasty import STORED, climbed
from tests.engine.oracle import Exact, engine_cost, promised
from tests.engine.plain import model_of
from tests.engine.worlds import Shape

FIXTURES = Path(__file__).parents[2] / "engine" / "optima.json"


def ratios(pairs: Iterable[tuple[Model, Situation]], optima: Iterable[float]) -> list[float]:
    """The engine's cost over the optimum, sorted."""
    found = [
        engine_cost(each, situation) / best
        for (each, situation), best in zip(pairs, optima, strict=True)
    ]
    return sorted(found)


def show(figures: Figures, found: list[float], goals: tuple[float | None, ...]) -> None:
    """Mean, late and worst of sorted ratios, as what they lie above the optimum."""
    late = found[min(len(found) - 1, int(len(found) * 0.95))]
    named = zip(("mean", "p95", "worst"), (fmean(found), late, found[-1]), goals, strict=True)
    for name, value, goal in named:
        bound = None if goal is None else Goal(goal)
        figures.show(f"above the optimum, {name} of {len(found)}", 100 * value - 100, "%", bound)


def independent() -> float:
    """G1: the largest relative distance of V from the optimum, of 500 independent models."""
    worst = 0.0
    for seed in range(500):
        size = 2 + seed % 7
        made = endless(seed, Shape(causes=size, fixes=size, questions=0, probes=0, shared=False))
        best = Exact(made).optimum()
        worst = max(worst, abs(promised(made)[0] / best - 1.0))
    return worst


def measure(figures: Figures) -> None:
    """Costs beside the optimum."""
    figures.title("G1 independent fixes, no questions")
    figures.show("V off the optimum, 500 models", independent() * 1e9, "1e-9", Goal(1.0))
    kept = json.loads(FIXTURES.read_text(encoding="utf-8"))
    for kind, size in product(KINDS, SIZES):
        best = kept["models"][f"{kind}{size}"]
        pairs = [model(kind, size, seed) for seed in range(len(best))]
        figures.title(f"G2 regime {kind}, {size} causes")
        show(figures, ratios(pairs, best), (1.0, 3.0, 8.0))
    figures.title("G3 exclusive or, and models that were climbed to")
    nasty = xor_pair()
    worst = [engine_cost(nasty) / Exact(nasty).optimum()]
    worst += [engine_cost(*climbed(*climb)) / best for climb, best in STORED]
    show(figures, sorted(worst), (None, None, 6.0))
    now = "" if kept["knowledge"] == load(shipped()).hash else ", as it was when they were made"
    figures.title(f"G4 shipped knowledge, cut to 8 causes, 12 fixes, 4 questions{now}")
    cut = kept["cut"]
    show(figures, ratios(map(model_of, cut), [each["optimum"] for each in cut]), (2.0, None, 10.0))
