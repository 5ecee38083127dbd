"""What answers, tries and probes do to a situation."""

from dataclasses import replace

import pytest

from bot.engine import (
    Model,
    Situation,
    Try,
    UnknownEntry,
    answered,
    cannot,
    changed,
    proves,
    reprobed,
    tried,
    undone,
)
from bot.engine.belief import posterior
from tests.engine import factory as make

STATES = {"ok": 0.9, "bad": 0.05, "worse": 0.05}


def model() -> Model:
    abnormal = frozenset({"bad", "worse"})
    return Model.of(
        make.catalog(
            [
                make.cause("a"),
                make.cause("b"),
                make.evidence("cert", STATES, {"a": {"bad": 0.9}}, abnormal=abnormal),
                make.evidence("port", STATES, {"b": {"bad": 0.9}}, abnormal=abnormal),
                make.evidence("code", STATES, {}, abnormal=abnormal, origin="report"),
                make.evidence("delay", STATES, {}, trust="shaky"),
                make.question("ask", {"yes": 0.5, "no": 0.5}, {"a": {"yes": 0.9}}),
                make.question("log", {"yes": 0.5, "no": 0.5}, {}, needs_access="console"),
                make.fix(
                    "mend", {"a": 0.9}, needs_access="console", check=("cert", "port", "code")
                ),
                make.fix("other", {"b": 0.9}),
                make.test_fix("test", {"a": 0.9}),
            ],
            groups={"console": 5.0},
        )
    )


def test_answers_are_kept_and_counted() -> None:
    after = answered(model(), Situation(unsure_streak=2), "log", "yes")
    assert after.answers == {"log": "yes"}
    assert (after.steps, after.unsure_streak, after.entered) == (1, 0, frozenset({"console"}))
    unsure = answered(model(), answered(model(), after, "ask", "not-sure"), "log", "not-sure")
    assert unsure.unsure_streak == 2


def test_answers_that_do_not_exist_are_refused() -> None:
    for name, state in (("ask", "perhaps"), ("nothing", "yes")):
        with pytest.raises(UnknownEntry):
            answered(model(), Situation(), name, state)


def test_a_try_is_kept_and_its_way_in_paid_for() -> None:
    after = tried(model(), Situation(unsure_streak=1), "mend", "failed")
    assert after.tries == (Try("mend", "failed"),)
    assert (after.steps, after.unsure_streak, after.entered) == (1, 0, frozenset({"console"}))


@pytest.mark.parametrize("result", ["failed", "unsure", "different"])
def test_a_second_fault_restarts_belief(result: str) -> None:  # property 19
    before = Situation(evidence={"cert": "bad"}, answers={"ask": "yes"})
    after = tried(model(), before, "mend", result, probes_changed=True)  # type: ignore[arg-type]
    assert after.restarted == ("mend",)
    assert after.answers == {}
    after = reprobed(model(), after, {"cert": "ok"})
    assert posterior(model(), after) == posterior(model(), make.situation({"cert": "ok"}))


def test_a_different_error_is_a_change_by_itself() -> None:
    assert tried(model(), Situation(), "mend", "different").restarted == ("mend",)
    assert tried(model(), Situation(), "mend", "failed").restarted == ()


def test_a_changed_probe_after_a_fix_restarts_and_an_unchanged_one_does_not() -> (
    None
):  # property 19
    before = tried(model(), make.situation({"cert": "bad", "port": "ok"}), "mend", "failed")
    same = reprobed(model(), before, {"cert": "bad", "port": "ok"})
    assert (same.restarted, same.rechecked) == ((), True)
    assert posterior(model(), same) == posterior(model(), before)
    other = reprobed(model(), before, {"cert": "ok", "port": "bad"})
    assert other.restarted == ("mend",)
    assert other.evidence == {"cert": "ok", "port": "bad"}
    assert reprobed(model(), other, {"cert": "ok", "port": "bad"}) == other


def test_probes_that_change_by_themselves_restart_nothing() -> None:
    before = Situation(evidence={"cert": "bad"}, answers={"ask": "yes"})
    for start in (before, cannot(model(), before, "other")):
        after = reprobed(model(), start, {"cert": "ok"})
        assert (after.restarted, after.answers) == ((), {"ask": "yes"})


def test_what_one_look_missed_and_what_people_say_is_no_change() -> None:
    before = {"cert": "bad", "port": "unknown", "code": "bad"}
    assert changed(model(), before, {"port": "ok", "code": "worse"}) == ()
    assert changed(model(), before, {"cert": "unknown"}) == ()
    assert changed(model(), before, {"cert": "worse", "port": "ok"}) == ("cert",)


def test_what_wanders_by_itself_is_no_change() -> None:
    before = {"cert": "bad", "delay": "ok"}
    assert changed(model(), before, {"cert": "bad", "delay": "bad"}) == ()
    assert changed(model(), before, {"cert": "ok", "delay": "bad"}) == ("cert",)


def test_a_test_stands_until_it_is_undone() -> None:
    start = Situation(evidence={"cert": "bad"}, approved=True)
    during = tried(model(), start, "test", "worked", probes_changed=True)
    assert (during.in_force, during.restarted) == ("test", ())
    assert reprobed(model(), during, {"cert": "ok"}) == during
    assert cannot(model(), during, "test", reason_is_access=True) == during
    after = undone(model(), during, "test")
    assert (after.in_force, after.steps) == (None, 2)
    assert after.tries == (Try("test", "worked"), Try("test", "undone"))
    assert tried(model(), during, "test", "undone") == after


def test_a_test_that_could_not_be_done_is_not_in_force() -> None:
    assert tried(model(), Situation(), "test", "cannot").in_force is None


def test_cannot_retires_and_bars_only_for_access() -> None:
    by_access = cannot(model(), Situation(), "mend", reason_is_access=True)
    assert (by_access.tries, by_access.barred) == ((Try("mend", "cannot"),), frozenset({"console"}))
    assert cannot(model(), Situation(), "mend").barred == frozenset()
    question = cannot(model(), Situation(), "log", reason_is_access=True)
    assert (question.answers, question.barred) == ({"log": "not-sure"}, frozenset({"console"}))
    assert question.unsure_streak == 0
    assert posterior(model(), by_access) == posterior(model(), Situation())


def test_situations_survive_json() -> None:
    situation = replace(
        tried(model(), make.situation({"cert": "bad"}), "mend", "failed", True), rechecked=True
    )
    assert Situation.from_json(situation.to_json()) == situation
    old = {key: value for key, value in situation.to_json().items() if key != "rechecked"}
    assert not Situation.from_json(old).rechecked


@pytest.mark.parametrize(
    ("before", "now", "proven"),
    [
        ({"cert": "bad"}, {"cert": "ok"}, True),
        ({"cert": "worse"}, {"cert": "bad"}, False),
        ({"cert": "bad"}, {}, False),
        ({"cert": "bad"}, {"cert": "unknown"}, False),
        ({"cert": "ok"}, {"cert": "ok"}, False),
        ({}, {"cert": "ok"}, False),
        ({"cert": "bad", "port": "bad"}, {"cert": "ok", "port": "bad"}, False),
        ({"cert": "bad", "port": "ok"}, {"cert": "ok", "port": "worse"}, False),
        ({"cert": "bad", "port": "bad"}, {"cert": "ok", "port": "ok"}, True),
        ({"cert": "bad", "port": "bad"}, {"cert": "ok"}, True),
        ({"code": "bad"}, {"code": "ok"}, False),
    ],
)
def test_proof_is_what_probes_saw_change(
    before: dict[str, str], now: dict[str, str], proven: bool
) -> None:
    assert proves(model(), "mend", before, now) is proven


def test_a_fix_that_names_no_check_proves_nothing() -> None:
    assert not proves(model(), "other", {"cert": "bad"}, {"cert": "ok"})
    with pytest.raises(UnknownEntry):
        proves(model(), "magic", {}, {})
