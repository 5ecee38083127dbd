"""Models on which the engine does worst: found by climbing, kept as the steps of the climb.

Each step changes one number of the knowledge base by chance; kept are the steps that widened the
distance between the engine and the optimum.
"""

from dataclasses import replace

from bot.catalog.entries import Catalog
from bot.engine import Model, Situation
from tests.engine import factory as make
from tests.engine.fieldmodels import model
from tests.engine.worlds import Dice


def changed(catalog: Catalog, step: int) -> Catalog:
    """One number changed, by the dice of that step."""
    dice = Dice(step)
    kind = dice.below(4)
    if kind == 0:
        name = sorted(catalog.causes)[dice.below(len(catalog.causes))]
        cause = catalog.causes[name]
        weight = make.worded(cause.prior.value * dice.between(0.3, 3.0))
        return replace(catalog, causes={**catalog.causes, name: replace(cause, prior=weight)})
    if kind == 1:
        name = sorted(catalog.questions)[dice.below(len(catalog.questions))]
        asked = catalog.questions[name]
        effort = make.worded(asked.effort.value * dice.between(0.3, 3.0))
        return replace(
            catalog, questions={**catalog.questions, name: replace(asked, effort=effort)}
        )
    name = sorted(catalog.fixes)[dice.below(len(catalog.fixes))]
    fix = catalog.fixes[name]
    if kind == 2:
        fix = replace(fix, effort=make.worded(fix.effort.value * dice.between(0.3, 3.0)))
    else:
        well = make.worded(dice.between(0.1, 0.98))
        fix = replace(fix, cures=(replace(fix.cures[0], well=well), *fix.cures[1:]))
    return replace(catalog, fixes={**catalog.fixes, name: fix})


def climbed(kind: str, size: int, seed: int, steps: tuple[int, ...]) -> tuple[Model, Situation]:
    """The model at the end of a climb."""
    start, situation = model(kind, size, seed)
    catalog = start.catalog
    for step in steps:
        catalog = changed(catalog, step)
    return Model.of(catalog), situation


STORED: tuple[tuple[tuple[str, int, int, tuple[int, ...]], float], ...] = (
    (
        (
            "D",
            6,
            20,
            (
                2000004,
                2000015,
                2000024,
                2000031,
                2000033,
                2000043,
                2000049,
                2000052,
                2000065,
                2000069,
                2000088,
                2000096,
                2000118,
                2000143,
                2000146,
                2000149,
                2000155,
                2000157,
                2000164,
                2000177,
                2000211,
                2000225,
                2000230,
                2000253,
                2000267,
                2000270,
                2000272,
                2000277,
                2000279,
                2000305,
                2000331,
                2000333,
            ),
        ),
        55.728871345,
    ),
    (
        (
            "D",
            6,
            94,
            (
                9400002,
                9400003,
                9400008,
                9400011,
                9400015,
                9400029,
                9400032,
                9400048,
                9400051,
                9400055,
                9400060,
                9400064,
                9400088,
                9400109,
                9400121,
                9400140,
                9400191,
                9400201,
                9400231,
                9400233,
                9400350,
                9400358,
                9400418,
                9400432,
                9400444,
                9400470,
                9400479,
                9400484,
                9400491,
                9400498,
            ),
        ),
        52.729332468,
    ),
)
"""(where a climb began, its steps) and the exact optimum at its end."""
