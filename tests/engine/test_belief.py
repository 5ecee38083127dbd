"""The posterior: order does not matter, silence says nothing, failures speak for the others."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import Model, Situation, Try
from bot.engine.belief import findings, posterior
from tests.engine import factory as make
from tests.engine.worlds import Dice, Shape, world

SHAPE = Shape(causes=5, fixes=6, questions=3, probes=4)
quick = settings(derandomize=True, deadline=None, max_examples=40)


def told(seed: int) -> Situation:
    dice = Dice(seed)
    states = ("ok", "bad", "worse", "unknown")
    answers = ("yes", "no", "not-sure")
    return Situation(
        evidence={f"e{n:02}": states[dice.below(4)] for n in range(4) if dice.chance(0.8)},
        answers={f"q{n:02}": answers[dice.below(3)] for n in range(3) if dice.chance(0.6)},
        tries=tuple(Try(f"f{n:02}", "failed") for n in range(6) if dice.chance(0.3)),
    )


@quick
@given(st.integers(0, 10_000))
def test_order_does_not_matter(seed: int) -> None:  # property 1
    model, situation = Model.of(world(seed, SHAPE)), told(seed)
    reordered = Situation(
        evidence=dict(reversed(list(situation.evidence.items()))),
        answers=dict(reversed(list(situation.answers.items()))),
        tries=tuple(reversed(situation.tries)),
    )
    weights = posterior(model, situation)
    assert posterior(model, reordered) == weights
    assert sum(weights) == pytest.approx(1.0, abs=1e-12)
    assert min(weights) > 0.0


@quick
@given(st.integers(0, 10_000))
def test_silence_says_nothing(seed: int) -> None:  # property 1
    model, situation = Model.of(world(seed, SHAPE)), told(seed)
    silent = Situation(
        evidence={f"e{n:02}": "unknown" for n in range(4)} | dict(situation.evidence),
        answers={f"q{n:02}": "not-sure" for n in range(3)} | dict(situation.answers),
        tries=(*situation.tries, Try("f00", "unsure"), Try("f01", "cannot")),
    )
    assert posterior(model, silent) == posterior(model, situation)


@quick
@given(st.integers(0, 10_000), st.integers(0, 5))
def test_a_failed_fix_never_raises_what_it_cures_against_what_it_does_not(
    seed: int, fix: int
) -> None:  # property 10
    model = Model.of(world(seed, SHAPE))
    before = posterior(model, Situation())
    after = posterior(model, make.situation(tries=[(f"f{fix:02}", "failed")]))
    cures = {cause for cause, _ in model.fixes[fix].cures}
    for cured in cures:
        for spared in set(range(len(model.causes))) - cures:
            assert after[cured] / after[spared] < before[cured] / before[spared]


@quick
@given(st.integers(0, 10_000))
def test_every_probability_can_be_recomputed_from_what_is_logged(seed: int) -> None:  # property 16
    """Plainly: prior times likelihoods times 1 - s, divided once at the end."""
    model, situation = Model.of(world(seed, SHAPE)), told(seed)
    logged = Situation.from_json(situation.to_json())
    plain = list(model.prior)
    for found in findings(model, logged):
        plain = [weight * value for weight, value in zip(plain, found.row, strict=True)]
    for each in logged.tries:
        for cause, solves in model.fix(each.fix).cures:
            plain[cause] *= 1.0 - solves
    total = sum(plain)
    assert posterior(model, situation) == pytest.approx([each / total for each in plain], rel=1e-9)


def base(**more: Any) -> Model:
    return Model.of(
        make.catalog(
            [
                make.cause("a"),
                make.cause("b"),
                make.evidence("loud", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.9}}, same_check="path"),
                make.evidence("soft", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.6}}, same_check="path"),
                make.question(
                    "ask", {"yes": 0.5, "no": 0.5}, {"b": {"yes": 0.95}}, same_check="path"
                ),
                make.fix("mend", {"a": 0.8}),
                make.test_fix("try", {"a": 0.9}),
            ],
            **more,
        )
    )


def test_of_one_check_only_the_strongest_counts() -> None:
    model = base()
    alone = posterior(model, make.situation({"loud": "x"}))
    assert posterior(model, make.situation({"loud": "x", "soft": "y"})) == alone
    answered = make.situation({"loud": "x"}, answers={"ask": "no"})
    assert [found.item.id for found in findings(model, answered)] == ["ask"]


def odds(model: Model, situation: Situation) -> float:
    weights = posterior(model, situation)
    return weights[0] / weights[1]


def test_what_a_try_says() -> None:
    model = base()
    factors = {
        result: odds(model, make.situation(tries=[("mend", result)]))
        for result in ("failed", "came-back", "worked", "unsure", "cannot", "different")
    }
    assert factors == pytest.approx(
        {"failed": 0.2, "came-back": 0.6, "worked": 0.6, "unsure": 1, "cannot": 1, "different": 1}
    )


def test_a_test_that_worked_confirms_its_causes() -> None:
    model = base()
    tries = [("try", "worked"), ("try", "undone")]
    assert odds(model, make.situation(tries=tries)) == pytest.approx(0.9 / 0.02)


def test_fixes_before_a_restart_are_retired_without_speaking() -> None:
    model = base()
    situation = make.situation(tries=[("mend", "failed")], restarted=("mend",))
    assert posterior(model, situation) == posterior(model, Situation())


def refining() -> Model:
    """The ladder, and an item that says how the port fails; ``b`` refuses, ``a`` is silent."""
    return Model.of(
        make.catalog(
            [
                make.cause("a", 0.5),
                make.cause("b", 0.5),
                make.evidence(
                    "ladder",
                    {"ok": 0.8, "port": 0.2},
                    {"a": {"port": 0.9}, "b": {"port": 0.9}},
                    abnormal=frozenset({"port"}),
                ),
                make.evidence(
                    "port-state",
                    {"open": 0.8, "timeout": 0.1, "refused": 0.1},
                    {"a": {"timeout": 0.9, "refused": 0.05}, "b": {"timeout": 0.3, "refused": 0.6}},
                    abnormal=frozenset({"timeout", "refused"}),
                    refines=("port",),
                ),
            ],
        )
    )


def share(model: Model, first: str, second: str, **evidence: str) -> float:
    """How many times as likely the first cause is."""
    told = {item.replace("_", "-"): state for item, state in evidence.items()}
    weights = posterior(model, Situation(evidence=told))
    return weights[model.cause_index[first]] / weights[model.cause_index[second]]


def test_a_fault_that_the_ladder_shows_is_not_counted_twice() -> None:
    model = refining()
    stopped = share(model, "a", "other", ladder="port")
    both = share(model, "a", "other", ladder="port", port_state="timeout")
    # 0.9 of a's 0.95 faults are silent ones, and half of those without a listed cause.
    assert both / stopped == pytest.approx((0.9 / 0.95) / 0.5)
    alone = share(model, "a", "other", port_state="timeout") / share(model, "a", "other")
    assert alone == pytest.approx(0.9 / 0.1)


def test_the_kind_of_fault_still_tells_causes_apart() -> None:
    model = refining()
    ratio = share(model, "a", "b", ladder="port", port_state="timeout")
    assert ratio == pytest.approx((0.9 / 0.95) / (0.3 / 0.9))


def test_a_rung_that_holds_counts_once() -> None:
    model = refining()
    assert share(model, "a", "other", ladder="ok", port_state="open") == share(
        model, "a", "other", ladder="ok"
    )


def test_without_the_ladder_an_item_counts_in_full() -> None:
    model = refining()
    full = share(model, "a", "other", port_state="open") / share(model, "a", "other")
    assert full == pytest.approx(0.05 / 0.8)
    assert share(model, "a", "other", ladder="unknown", port_state="open") == share(
        model, "a", "other", port_state="open"
    )
