"""The exact optimum of small models, by a dynamic programme over failed fixes and answers.

    U(w) = min( C*W, min_f c[f]*W + U(w*(1-s[f])), min_q c[q]*W + sum_a U(w*L[q][a]) )

``make optima`` writes the fixtures that tests and benchmarks compare with: the shipped knowledge
cut down, as plain numbers beside the optimum, and with ``--models`` the optima of the random models
(these change only with ``tests.engine.worlds``).  NumPy, which nothing else needs, stands in the
benchmarks' own environment.
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
from tests.engine.plain import model_of, plain

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
    kept = json.loads(FIXTURES.read_text(encoding="utf-8"))
    if "--models" in sys.argv:
        kept["models"] = {
            f"{kind}{size}": _models(kind, size) for kind, size in product(KINDS, SIZES)
        }
    kept["knowledge"] = load(shipped()).hash
    kept["cut"] = [_cut(plain(made), number) for number, made in enumerate(cut_models())]
    FIXTURES.write_text(_one_a_line(kept), encoding="utf-8")


def _models(kind: str, size: int) -> list[float]:
    pairs = [model(kind, size, seed) for seed in range(MODELS)]
    sys.stderr.write(f"{kind}{size}\n")
    return [round(optimum(each, posterior(each, situation)), 9) for each, situation in pairs]


def _cut(numbers: dict[str, Any], number: int) -> dict[str, Any]:
    """The numbers of one model, and what they cost at best."""
    sys.stderr.write(f"\rcut {number + 1}")
    made, situation = model_of(numbers)
    return {"optimum": round(optimum(made, posterior(made, situation)), 9), **numbers}


def _one_a_line(kept: dict[str, Any]) -> str:
    """JSON with a model a line: a new knowledge base shows as what it changes."""
    cut = ",\n".join(json.dumps(each, separators=(",", ":")) for each in kept["cut"])
    models = ",\n".join(f"{json.dumps(name)}: {row}" for name, row in kept["models"].items())
    named = json.dumps(kept["knowledge"])
    return f'{{"knowledge": {named},\n"cut": [\n{cut}\n],\n"models": {{\n{models}\n}}}}\n'


if __name__ == "__main__":
    main()
