"""What people read under a step, and that it can be recomputed."""

from math import log10
from typing import Any

import pytest

from bot.engine import Model, Situation, plan
from bot.engine.belief import posterior
from bot.engine.words import counted_out, duration, listed, out_of, quoted
from tests.engine import factory as make
from tests.engine.sessions import explain, next_step


def model(**more: Any) -> Model:
    causes = {
        "expired": make.cause("expired", 3, "certificate", title="The certificate expired."),
        "weak": make.cause("weak", 1, "certificate", title="The key is too weak."),
        "locked": make.cause("locked", 3, "credentials-policy", title="The account is locked."),
    }
    seen = make.evidence("validity", {"valid": 0.9, "expired": 0.1}, {"expired": {"expired": 0.9}})
    who = make.question(
        "who",
        {"all": 0.5, "one": 0.5},
        {"locked": {"one": 0.95}, "expired": {"one": 0.05}, "weak": {"one": 0.05}},
        effort=0.5,
    )
    which = make.question(
        "which",
        {"old": 0.5, "small": 0.5},
        {"expired": {"old": 0.95}, "weak": {"small": 0.95}},
        effort=0.5,
    )
    entries: list[make.Entry] = [
        *causes.values(),
        seen,
        who,
        which,
        make.fix("renew", {"expired": 0.9}, 15, waiting=5.0, title="Renew it"),
        make.fix("rekey", {"weak": 0.9}, 15),
        make.fix("unlock", {"locked": 0.9}, 20),
        make.fix("restart", {"expired": 0.5, "weak": 0.5}, 20, risk=2, title="Restart it"),
    ]
    return Model.of(make.catalog(entries, **more))


def test_a_fix_says_how_often_it_helps() -> None:
    made = plan(model(), make.situation({"validity": "expired"}, answers={"who": "all"}))
    assert made.step.id == "renew"
    assert made.step.why == "It helps in about 9 of 10 such cases."
    share = made.verdict.causes[0].probability
    assert made.explanation.helps_in == pytest.approx(share * 0.9)
    assert made.explanation.minutes == 20.0


def test_a_question_says_which_groups_it_decides_between() -> None:
    step = next_step(model(), make.situation(answers={"which": "old"}))
    assert (step.kind, step.id) == ("question", "who")
    assert step.why == "It decides between the certificate and accounts and rights."


def test_within_one_group_the_causes_are_named() -> None:
    step = next_step(model(), make.situation(answers={"who": "all"}))
    assert step.id == "which"
    assert step.why == 'It decides between "The certificate expired" and "The key is too weak".'


def test_long_titles_are_counted_instead() -> None:
    causes = [
        make.cause(name, 1, "network", title=f"The cause {name} is told at some length; and more")
        for name in ("a", "b", "c")
    ]
    rows = {"a": {"x": 0.95}, "b": {"y": 0.95}, "c": {"z": 0.95}}
    which = make.question("which", dict.fromkeys("xyz", 1 / 3), rows, effort=1)
    fixes = [make.fix(name, {name: 0.9}, 20) for name in ("a", "b", "c")]
    step = next_step(Model.of(make.catalog([*causes, which, *fixes])), Situation())
    assert step.why == "It tells apart three causes that concern the network."


def test_points_are_decibels_that_add_up_to_the_odds() -> None:
    situation = make.situation(
        {"validity": "expired"}, [("unlock", "failed")], answers={"who": "all"}
    )
    m = model()
    weights = posterior(m, situation)
    for share in explain(m, situation).causes:
        if share.id == "other":
            continue
        place = m.causes.index(share.id)
        points = sum(w.decibel for w in explain(m, situation).balance if w.cause == share.id)
        odds = weights[place] / weights[m.other] / (m.prior[place] / m.prior[m.other])
        assert points == pytest.approx(10 * log10(odds), abs=1.5)


def test_failures_stand_on_the_balance_sheet() -> None:
    situation = make.situation({"validity": "expired"}, [("renew", "failed")])
    lines = [(w.item, w.state, w.decibel) for w in explain(model(), situation).balance]
    assert ("renew", "failed", -10) in lines
    assert ("validity", "expired", 10) in lines


def test_the_runner_up_stands_beside_the_step() -> None:
    made = plan(model(), Situation())
    assert made.explanation.runner_up is not None
    assert made.explanation.runner_up.id != made.step.id
    assert made.explanation.margin >= 0.0


def test_what_a_rule_held_back_is_said() -> None:
    held = explain(model(), make.situation({"validity": "expired"})).held_back
    assert held == ('"Restart it" waits while gentler steps have a fair chance.',)


def test_access_that_nobody_has_is_named() -> None:
    entries = [make.cause("a"), make.fix("f", {"a": 0.9}, needs_access="console")]
    m = Model.of(make.catalog(entries, groups={"console": 1.0}))
    made = plan(m, Situation(barred=frozenset({"console"})))
    assert made.step.why == "Every step that is known and allowed here has been taken."
    assert made.explanation.held_back == (
        '"Fix f" needs access that nobody here has (Group console).',
    )


def test_handing_over_says_what_is_left() -> None:
    entries = [make.cause("a"), make.fix("f", {"a": 0.02}, 60)]
    step = next_step(Model.of(make.catalog(entries)), Situation())
    assert (
        step.why
        == "The best step left helps in about 1 of 50 such cases, so handing over is quicker."
    )
    step = next_step(Model.of(make.catalog(entries)), Situation(steps=12))
    assert step.why == "12 steps did not end the case."


def test_a_test_and_its_undo_say_what_they_are() -> None:
    entries = [
        make.cause("a", 1, "nla-credssp"),
        make.cause("b", 1, "client"),
        make.test_fix("t", {"a": 0.95}, effort=1, title="Switch it off", permanent_fix=("f",)),
        make.fix("f", {"a": 0.9}, 40, risk=2),
        make.fix("g", {"b": 0.9}, 40, risk=2),
    ]
    m = Model.of(make.catalog(entries, escalation_cost=200.0, safety_threshold=0.6))
    made = plan(m, Situation(approved=True))
    assert made.step.why == ("A test that shows whether the cause lies in sign-in security.")
    assert made.explanation.helps_in == 0.0
    undo = next_step(m, Situation(in_force="t"))
    assert undo.title == "Undo: Switch it off"
    assert "R2" not in undo.why
    m = Model.of(make.catalog(entries))
    held = explain(m, Situation()).held_back
    assert any("needs an approval first" in sentence for sentence in held)


def test_sentences_are_calm() -> None:
    for situation in (Situation(), make.situation({"validity": "expired"}), Situation(steps=12)):
        made = plan(model(), situation)
        for sentence in (made.step.why, *made.explanation.held_back):
            assert sentence.endswith(".")
            assert "!" not in sentence


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.97, "nearly every such case"),
        (0.7, "about 7 of 10 such cases"),
        (0.1, "about 1 of 10 such cases"),
        (0.04, "about 1 of 25 such cases"),
        (0.027, "about 1 of 40 such cases"),
        (0.001, "very few such cases"),
    ],
)
def test_probabilities_in_words(probability: float, words: str) -> None:
    assert out_of(probability) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, "less than a minute"),
        (1.0, "about a minute"),
        (5.2, "about 5 minutes"),
        (90.0, "about 90 minutes"),
        (150.0, "about 2.5 hours"),
    ],
)
def test_minutes_in_words(minutes: float, words: str) -> None:
    assert duration(minutes) == words


def test_lists_and_titles() -> None:
    assert listed([]) == ""
    assert (counted_out(3), counted_out(12)) == ("three", "12")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert quoted("It is locked.") == '"It is locked"'
