"""Against the exact optimum: how good the engine is, and what it promises."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.engine.decision import decide
from bot.engine.model import Model
from bot.engine.values import Situation
from tests.engine import factory as make
from tests.engine.oracle import Exact, engine_cost, plain_greedy, promised, start
from tests.engine.worlds import Shape, world

# The engine stops after 12 steps, which the recursion does not know.
UNHURRIED = 99


def endless(seed: int, shape: Shape) -> Model:
    catalog = world(seed, shape)
    return Model.of(replace(catalog, settings=replace(catalog.settings, max_steps=UNHURRIED)))


def test_independent_fixes_without_questions_are_solved_exactly() -> None:  # property 2
    for seed in range(500):
        size = 2 + seed % 7  # up to 8 causes and fixes
        model = endless(seed, Shape(causes=size, fixes=size, questions=0, probes=0, shared=False))
        optimum = Exact(model).optimum()
        value, base = promised(model)
        assert value == pytest.approx(optimum, rel=1e-9)
        assert base == pytest.approx(optimum, rel=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        Shape(causes=4, fixes=5, questions=2, probes=0),
        Shape(causes=5, fixes=5, questions=1, probes=0, tiers=True),
        Shape(causes=4, fixes=5, questions=1, probes=0, groups=True),
        Shape(causes=4, fixes=5, questions=1, probes=0, groups=True, tiers=True),
        Shape(causes=4, fixes=4, questions=1, probes=0, not_sure=True),
    ],
)
def test_the_engine_lies_between_the_optimum_and_its_promise(shape: Shape) -> None:  # property 3
    for seed in range(20):
        model = endless(seed, shape)
        optimum = Exact(model).optimum()
        value, base = promised(model)
        cost = engine_cost(model)
        assert optimum - 1e-9 <= cost
        assert cost <= value + 1e-9
        assert value <= base + 1e-9


def test_the_engine_is_close_to_the_optimum() -> None:
    ratios = []
    for seed in range(40):
        model = endless(seed, Shape(causes=5, fixes=6, questions=2, probes=0))
        ratios.append(engine_cost(model) / Exact(model).optimum())
    assert sum(ratios) / len(ratios) <= 1.01
    assert max(ratios) <= 1.08


@pytest.mark.parametrize("tiers", [False, True])
@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("orders", [False, True])
def test_the_heap_is_only_a_speed_up(tiers: bool, groups: bool, orders: bool) -> None:  # property 4
    shape = Shape(
        causes=8, fixes=12, questions=0, probes=0, tiers=tiers, groups=groups, orders=orders
    )
    for seed in range(60):
        model = endless(seed, shape)
        planner, root, permission = start(model)
        best, sequence = plain_greedy(model, root.weights, root.fixes, permission.waits)
        base, first = planner.greedy.run(root.weights, root.fixes, root.entered)
        assert base == pytest.approx(best, rel=1e-12)
        assert first in (-1, sequence[0][0])


def test_efficiencies_of_the_greedy_order_never_increase() -> None:  # property 5
    for seed in range(60):
        model = endless(seed, Shape(causes=8, fixes=10, questions=0, probes=0))
        _, root, permission = start(model)
        _, sequence = plain_greedy(model, root.weights, root.fixes, permission.waits)
        rates = [rate for _, rate in sequence]
        assert all(after <= before + 1e-12 for before, after in pairwise(rates))


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


def test_pairs_of_questions_are_seen() -> None:  # property 13
    model = xor_pair()
    assert decide(model, Situation()).kind == "question"
    assert engine_cost(model) <= 1.06 * Exact(model).optimum()
    value, base = promised(model)
    assert value == pytest.approx(base)  # one question ahead sees nothing: the case is a real one
