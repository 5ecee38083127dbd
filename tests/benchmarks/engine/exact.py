"""The exact optimum of small models, by a dynamic programme over failed fixes and answers.

    U(w) = min( C*W, min_f c[f]*W + U(w*(1-s[f])), min_q c[q]*W + sum_a U(w*L[q][a]) )

``python -m tests.benchmarks.engine.exact`` writes the fixtures that tests and benchmarks compare
with.  It needs NumPy, which nothing else does: run it in an environment of its own.
"""

import json
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bot.catalog import load, shipped
from bot.engine import Model
from bot.engine.belief import posterior
from tests.benchmarks.engine.kb import cut_models
from tests.engine.fieldmodels import KINDS, SIZES, model

FIXTURES = Path(__file__).parents[2] / "engine" / "optima.json"
MODELS = 200


def optimum(model: Model, weights: Sequence[float]) -> float:
    """The least expected cost; no rule R1, no access groups (the models have none)."""
    fixes, questions = model.fixes, model.questions
    total = np.array(weights) / sum(weights)
    survive = np.ones((1 << len(fixes), len(total)))
    for number, fix in enumerate(fixes):
        left = np.ones(len(total))
        for cause, solves in fix.cures:
            left[cause] -= solves
        with_it = [mask for mask in range(1 << len(fixes)) if mask >> number & 1]
        survive[with_it] *= left
    levels = [[] for _ in range(len(fixes) + 1)]  # type: list[list[int]]
    for mask in range(1 << len(fixes)):
        levels[mask.bit_count()].append(mask)
    known: dict[tuple[int, ...], Any] = {}
    choices = [range(-1, len(question.answers)) for question in questions]
    for asked in sorted(product(*choices), key=lambda each: each.count(-1)):
        row = total.copy()
        for question, answer in zip(questions, asked, strict=True):
            if answer >= 0:
                row = row * np.array(question.answers[answer][1])
        known[asked] = _least(model, survive @ row, (asked, known), levels)
    return float(known[(-1,) * len(questions)][0])


def _least(
    model: Model, mass: Any, told: tuple[tuple[int, ...], dict[tuple[int, ...], Any]], levels: Any
) -> Any:
    """U over all sets of failed fixes, for one set of answers."""
    asked, known = told
    best = mass * model.catalog.settings.escalation_cost
    for number, question in enumerate(model.questions):
        if asked[number] < 0:
            cost = question.price * mass
            for answer in range(len(question.answers)):
                cost = cost + known[(*asked[:number], answer, *asked[number + 1 :])]
            best = np.minimum(best, cost)
    for level in reversed(levels[:-1]):
        masks = np.array(level)
        for number, fix in enumerate(model.fixes):
            open_ = masks[(masks >> number & 1) == 0]
            cost = fix.price * mass[open_] + best[open_ | 1 << number]
            best[open_] = np.minimum(best[open_], cost)
    return best


def main() -> None:
    """Write the fixtures."""
    found: dict[str, list[float]] = {}
    for kind, size in product(KINDS, SIZES):
        pairs = [model(kind, size, seed) for seed in range(MODELS)]
        found[f"{kind}{size}"] = [
            round(optimum(each, posterior(each, situation)), 9) for each, situation in pairs
        ]
        sys.stderr.write(f"{kind}{size}\n")
    pairs = cut_models()
    cut = [round(optimum(each, posterior(each, situation)), 9) for each, situation in pairs]
    kept = {"knowledge": load(shipped()).hash, "cut": cut, "models": found}
    FIXTURES.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
