"""Models that the goals name: typical ones (C), dear fixes without probes (D), nasty ones."""

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
    # Looking once more costs nothing, and the exact recursion does not know it.
    return made, Situation(evidence=seen(made, dice), rechecked=True)


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


def endless(seed: int, shape: Shape) -> Model:
    catalog = world(seed, shape)
    return Model.of(replace(catalog, settings=replace(catalog.settings, max_steps=UNHURRIED)))


def xor_pair() -> Model:
    """Two questions, each useless alone, that together name the fix."""
    causes = ("c00", "c01", "c10", "c11")
    first = {name: {"yes": 0.98 if name[1] == "1" else 0.02} for name in causes}
    second = {name: {"yes": 0.98 if name[2] == "1" else 0.02} for name in causes}
    odd, even = {"c01": 0.98, "c10": 0.98}, {"c00": 0.98, "c11": 0.98}
    return Model.of(
        make.catalog(
            [
                *(make.cause(name) for name in causes),
                make.question("left", {"yes": 0.5, "no": 0.5}, first, effort=1),
                make.question("right", {"yes": 0.5, "no": 0.5}, second, effort=1),
                make.fix("odd", odd, 30),
                make.fix("even", even, 30),
            ],
            other_prior=0.01,
            escalation_cost=90.0,
            max_steps=99,
        )
    )
