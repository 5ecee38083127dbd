"""Simulated tickets: equal seeds, no broken rule, honest counts (also property 12)."""

import os
from dataclasses import replace

import pytest

from bot.catalog import load, shipped
from bot.desk.simreport import report
from bot.desk.simulating import Wish, article, batch, simulate
from bot.desk.simworld import World
from bot.engine import Model
from tests.desk import small
from tests.engine import factory as make
from tests.engine.worlds import Shape, world

RISKY = Shape(
    causes=6, fixes=9, questions=3, probes=2, tiers=True, groups=True, not_sure=True, tests=True
)


def test_equal_seeds_give_equal_numbers_and_others_do_not() -> None:
    model = Model.of(world(1, RISKY))
    first, again = (simulate(model, Wish(60, 3)) for _ in range(2))
    assert first == again
    assert simulate(model, Wish(60, 4)) != first


def test_workers_change_nothing_but_the_time() -> None:
    wish = Wish(60, 3)
    assert simulate(small.model(), wish, 2) == simulate(small.model(), wish)


@pytest.mark.parametrize("two_faults", [False, True])
def test_no_rule_is_broken_in_any_session(two_faults: bool) -> None:  # property 12
    tickets = 6_000 if os.environ.get("CI_LONG") else 200
    for seed in range(8):
        model = Model.of(world(seed, RISKY))
        found = report(model, Wish(tickets, seed), simulate(model, Wish(tickets, seed, two_faults)))
        assert found.breaches == {}
        assert found.steps_p90 <= 12


def test_no_rule_is_broken_with_the_shipped_knowledge() -> None:  # property 12
    model = Model.of(load(shipped()))
    wish = Wish(100_000 if os.environ.get("CI_LONG") else 50, 12)
    workers = (os.cpu_count() or 1) if wish.tickets > 1_000 else 1
    assert report(model, wish, simulate(model, wish, workers)).breaches == {}


def test_a_broken_rule_is_counted() -> None:
    model = Model.of(world(0, RISKY))
    found = simulate(model, Wish(20, 1))
    runs = tuple(replace(run, breaches=("R1: f01",)) for run in found[0].runs)
    counted = report(model, Wish(20, 1), [replace(found[0], runs=runs)])
    assert counted.breaches == {"R1: f01": 20}


def test_a_question_that_cannot_matter_is_named() -> None:
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.question("idle", {"yes": 0.5, "no": 0.5}, {}, effort=1),
        make.question(
            "which", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.98}, "b": {"x": 0.02}}, effort=1
        ),
        make.fix("fa", {"a": 0.95}, 20),
        make.fix("fb", {"b": 0.95}, 20),
    ]
    model = Model.of(make.catalog(entries))
    found = report(model, Wish(50), simulate(model, Wish(50)))
    assert found.useless_questions == ("idle",)
    assert found.questions_median == 1
    assert found.solved > 0.8


def test_causes_that_look_alike_stay_undecided() -> None:
    entries = [make.cause("a"), make.cause("b", 2.0), make.fix("fa", {"a": 0.3}, 60)]
    model = Model.of(make.catalog(entries))
    found = report(model, Wish(100), simulate(model, Wish(100)))
    assert [(true, other) for true, other, _ in found.undecided] == [("a", "b")]


def test_an_article_goes_by_how_common_and_stops_at_the_best_moment() -> None:
    entries = [
        make.cause("often", 3.0),
        make.cause("seldom", 1.0),
        make.fix("fo", {"often": 0.5}, 10),
        make.fix("fs", {"seldom": 0.5}, 1000),
    ]
    model = Model.of(make.catalog(entries, other_prior=0.0, escalation_cost=100.0))
    look = World(model, "1").look()
    assert look.weights == model.prior
    assert article(model, look) == pytest.approx(10 + (1 - 0.75 * 0.5) * 100)


def test_a_second_fault_shows_itself_when_the_first_is_gone() -> None:
    cost = {True: 0.0, False: 0.0}
    for seed in range(3):
        model = Model.of(world(seed, Shape(causes=8, fixes=10, questions=2, probes=6)))
        for again in cost:
            wish = Wish(250, seed, two_faults=True, reprobe=again)
            cost[again] += report(model, wish, simulate(model, wish)).cost
    assert cost[True] < 0.95 * cost[False]


def test_tickets_are_counted_exactly() -> None:
    model = Model.of(world(1, RISKY))
    assert sum(len(each.runs) for each in simulate(model, Wish(60))) == 60
    assert len(batch(model, Wish(60), 2).runs) == 10


def test_nothing_is_seen_behind_the_rung_at_which_a_connection_stops() -> None:
    model = small.model()
    drawn = World(model, "7")
    place = model.cause_index["rdp-disabled"]
    for _ in range(50):
        seen = drawn.evidence(place)
        if seen["ladder"] == "port":
            assert "certificate-validity" not in seen or model.catalog.evidence[
                "certificate-validity"
            ].probe not in ("tls.certificate",)
