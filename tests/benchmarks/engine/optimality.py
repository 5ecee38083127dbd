"""Goals G1 to G4: the engine's exact cost beside the optimum.

The optima are fixtures (``exact`` makes them); the engine's own policy is walked here, every branch
of it.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from bot.catalog import load, shipped
from bot.engine import Model, Situation
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


def line(name: str, found: list[float], goal: str) -> str:
    """Mean, late and worst of sorted ratios beside the goal."""
    late = found[min(len(found) - 1, int(len(found) * 0.95))]
    return (
        f"{name} ({len(found)} models): mean {fmean(found):.4f}, p95 {late:.4f}, "
        f"worst {found[-1]:.4f} (goal {goal})"
    )


def independent() -> float:
    """G1: the largest relative distance of V from the optimum, of 500 independent models."""
    worst = 0.0
    for seed in range(500):
        size = 2 + seed % 7
        made = endless(seed, Shape(causes=size, fixes=size, questions=0, probes=0, shared=False))
        best = Exact(made).optimum()
        worst = max(worst, abs(promised(made)[0] / best - 1.0))
    return worst


def main() -> None:
    """Print the figures."""
    print(f"G1 independent models (500): off by {independent():.1e} (goal 1e-9)", flush=True)
    kept = json.loads(FIXTURES.read_text(encoding="utf-8"))
    optima = kept["models"]
    for kind in KINDS:
        for size in SIZES:
            best = optima[f"{kind}{size}"]
            pairs = [model(kind, size, seed) for seed in range(len(best))]
            goal = "mean 1.01, p95 1.03, worst 1.08"
            print(line(f"G2 regime {kind}, {size} causes", ratios(pairs, best), goal), flush=True)
    nasty = xor_pair()
    worst = [engine_cost(nasty) / Exact(nasty).optimum()]
    worst += [engine_cost(*climbed(*climb)) / best for climb, best in STORED]
    print(line("G3 exclusive or, climbed models", sorted(worst), "1.06"))
    cut = kept["cut"]
    found = ratios(map(model_of, cut), [each["optimum"] for each in cut])
    now = "" if kept["knowledge"] == load(shipped()).hash else ", of an older knowledge"
    print(line(f"G4 shipped knowledge, cut{now}", found, "mean 1.02, worst 1.10"), flush=True)


if __name__ == "__main__":
    main()
