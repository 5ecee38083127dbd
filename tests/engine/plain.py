"""Models as plain numbers, so that a fixture can hold them beside their optimum.

The shipped knowledge changes every week; numbers that stand in the fixture do not, and the
comparison with the optimum holds whatever was written since.
"""

from typing import Any

from bot.engine import Model, Situation
from tests.engine import factory as make
from tests.engine.fieldmodels import UNHURRIED


def plain(model: Model) -> dict[str, Any]:
    """Prior, fixes and questions; ``other`` is the last cause.  No tiers, groups or conditions."""
    order = [place for place in range(len(model.causes)) if place != model.other] + [model.other]
    at = {place: number for number, place in enumerate(order)}
    return {
        "escalation": model.catalog.settings.escalation_cost,
        "prior": [_short(model.prior[place]) for place in order],
        "fixes": [
            [_short(fix.price), {str(at[place]): _short(s) for place, s in fix.cures}]
            for fix in model.fixes
        ],
        "questions": [
            [
                _short(question.price),
                [[_short(row[place]) for place in order] for row in question.item.rows.values()],
            ]
            for question in model.questions
        ],
    }


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def model_of(numbers: dict[str, Any]) -> tuple[Model, Situation]:
    """The model of these numbers, and a situation in which nothing is known."""
    *prior, other = numbers["prior"]
    names = [f"c{number:02}" for number in range(len(prior))]
    entries: list[make.Entry] = [
        make.cause(name, value) for name, value in zip(names, prior, strict=True)
    ]
    entries += [
        make.fix(f"f{number:02}", {names[int(place)]: s for place, s in cures.items()}, price)
        for number, (price, cures) in enumerate(numbers["fixes"])
    ]
    for number, (price, rows) in enumerate(numbers["questions"]):
        answers = [f"a{place}" for place in range(len(rows))]
        columns = zip(*rows, strict=True)
        *rows_by_cause, usual = (dict(zip(answers, each, strict=True)) for each in columns)
        said = dict(zip(names, rows_by_cause, strict=True))
        entries.append(make.question(f"q{number:02}", usual, said, effort=price))
    settings: dict[str, Any] = {
        "escalation_cost": numbers["escalation"],
        "other_prior": other,
        "max_steps": UNHURRIED,
    }
    return Model.of(make.catalog(entries, **settings)), Situation()
