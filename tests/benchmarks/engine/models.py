"""The random models of the goals: typical ones (C) and ones with dear fixes and no probes (D)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from bot.engine import Model, Situation
from tests.engine import factory as make
from tests.engine.worlds import Dice, Shape, world

SIZES = (6, 8, 10)
KINDS = ("C", "D")
Key = TypeVar("Key")

UNHURRIED = 99
"""The exact recursion knows no last step."""


def model(kind: str, size: int, seed: int) -> tuple[Model, Situation]:
    """A model and what its probes have seen."""
    probes = 6 if kind == "C" else 0
    shape = Shape(causes=size, fixes=round(1.25 * size), questions=4, probes=probes)
    catalog, dice = world(seed, shape), Dice(seed + 77)
    settings = replace(catalog.settings, max_steps=UNHURRIED)
    catalog = replace(catalog, settings=settings)
    if kind == "D":
        fixes = {
            name: replace(fix, effort=make.worded(fix.effort.value * 4))
            for name, fix in catalog.fixes.items()
        }
        catalog = replace(catalog, fixes=fixes)
    made = Model.of(catalog)
    return made, Situation(evidence=seen(made, dice))


def seen(model: Model, dice: Dice) -> dict[str, str]:
    """What the probes show for a cause that is drawn by its prior."""
    cause = drawn(dict(enumerate(model.prior)), dice)
    return {
        name: drawn({state: row[cause] for state, row in item.rows.items()}, dice)
        for name, item in model.evidence.items()
    }


def drawn(chances: Mapping[Key, float], dice: Dice) -> Key:
    """A key, as often as its weight says."""
    left, keys = dice.unit() * sum(chances.values()), list(chances)
    for key in keys:
        left -= chances[key]
        if left <= 0.0:
            return key
    return keys[-1]
