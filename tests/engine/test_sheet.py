"""The balance sheet: what is on it gives every probability again."""

from math import fsum

import pytest

from bot.engine import Model, Situation, sheets, unheard
from bot.engine.belief import posterior
from bot.engine.progress import answered, tried
from tests.engine import factory as make
from tests.engine.sessions import explain
from tests.engine.worlds import Dice, Shape, world

SHAPE = Shape(causes=6, fixes=8, questions=3, probes=3, tests=True)


def somewhere(model: Model, dice: Dice) -> Situation:
    """A situation with findings, answers and tries."""
    situation = Situation(
        evidence={
            name: list(item.rows)[dice.below(len(item.rows))]
            for name, item in model.evidence.items()
        },
        approved=True,
    )
    question = model.questions[dice.below(len(model.questions))]
    answers = [state for state, _ in question.answers]
    situation = answered(model, situation, question.id, answers[dice.below(len(answers))])
    return tried(model, situation, model.fixes[dice.below(len(model.fixes))].id, "failed")


@pytest.mark.parametrize("seed", range(20))
def test_the_points_give_every_probability_again(seed: int) -> None:
    model = Model.of(world(seed, SHAPE))
    situation = somewhere(model, Dice(seed))
    made = sheets(model, situation)
    shares = {sheet.cause.id: 10 ** (sheet.total / 10) for sheet in made}
    everybody = fsum(shares.values())
    believed = dict(zip(model.causes, posterior(model, situation), strict=True))
    assert set(shares) == set(believed)
    for sheet in made:
        assert shares[sheet.cause.id] / everybody == pytest.approx(believed[sheet.cause.id])
        assert sheet.cause.probability == pytest.approx(believed[sheet.cause.id])
        assert [abs(line.points) for line in sheet.lines] == sorted(
            (abs(line.points) for line in sheet.lines), reverse=True
        )


def test_other_has_no_points_whatever_is_known() -> None:
    model = Model.of(world(1, SHAPE))
    (other,) = [
        sheet for sheet in sheets(model, somewhere(model, Dice(1))) if sheet.cause.id == "other"
    ]
    assert other.total == 0.0
    assert all(line.points == 0.0 for line in other.lines)


def test_the_explanation_rounds_the_same_points() -> None:
    model = Model.of(world(2, SHAPE))
    situation = somewhere(model, Dice(2))
    by_cause = {sheet.cause.id: sheet for sheet in sheets(model, situation)}
    balance = explain(model, situation).balance
    assert balance
    for weight in balance:
        (line,) = [
            line
            for line in by_cause[weight.cause].lines
            if (line.item, line.state) == (weight.item, weight.state)
        ]
        assert weight.decibel == round(line.points) != 0


def test_the_weaker_of_two_items_of_one_check_is_named_as_not_counted() -> None:
    entries: list[make.Entry] = [
        make.cause("a"),
        make.cause("b"),
        make.evidence(
            "loud", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.95}, "b": {"x": 0.05}}, same_check="one"
        ),
        make.evidence("soft", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.7}}, same_check="one"),
        make.evidence("apart", {"x": 0.5, "y": 0.5}, {"b": {"x": 0.6}}),
        make.fix("f", {"a": 0.9, "b": 0.9}),
    ]
    model = Model.of(make.catalog(entries))
    situation = make.situation({"loud": "x", "soft": "x", "apart": "x"})
    assert unheard(model, situation) == (("soft", "x", "loud"),)
    heard = {line.item for line in sheets(model, situation)[0].lines}
    assert heard == {"loud", "apart"}
