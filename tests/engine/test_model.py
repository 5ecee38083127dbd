"""Compiling a catalog: prices by part, masks, learned values, and clear errors."""

from typing import Any

import pytest

from bot.catalog.entries import Catalog
from bot.engine import Epoch, Model, Situation, UnknownEntry, plan
from bot.engine.advice import ban
from tests.engine import factory as make


def small(**more: Any) -> Catalog:
    return make.catalog(
        [
            make.cause("a", 3),
            make.cause("b", 1),
            make.evidence("seen", {"ok": 0.9, "bad": 0.1}, {"a": {"bad": 0.8}}),
            make.question("ask", {"yes": 0.5, "no": 0.5}, {"b": {"yes": 0.9}}, annoyance="some"),
            make.fix("mend", {"a": 0.8}, 10, waiting=10.0, who_can="admin", needs_access="console"),
        ],
        groups={"console": 5.0},
        helper_weight=2.0,
        risk_price=(1.0, 2.0, 3.0, 4.0),
        **more,
    )


def test_priors_are_normalised_beside_other() -> None:
    model = Model.of(small(other_prior=0.2))
    assert model.causes == ("a", "b", "other")
    assert model.prior == pytest.approx((0.6, 0.2, 0.2))
    assert model.other == 2


def test_an_empty_knowledge_base_believes_in_something_else() -> None:
    assert Model.of(make.catalog([])).prior == (1.0,)


def test_prices_keep_their_parts() -> None:
    fix = Model.of(small()).fix("mend")
    assert (fix.cost.effort, fix.cost.waiting, fix.cost.risk) == (20.0, 3.0, 1.0)
    assert fix.price == 24.0
    assert fix.cost.minutes == 20.0
    question = Model.of(small()).question("ask")
    assert question.price == 3.0
    assert question.cost.annoyance == 2.0


def test_answers_and_chance_of_one_make_up_everything() -> None:
    entry = make.question("q", {"yes": 0.5, "no": 0.5}, {"a": {"yes": 0.9}}, not_sure_share=0.2)
    question = Model.of(make.catalog([make.cause("a"), entry])).question("q")
    for cause in range(2):
        assert sum(row[cause] for _, row in question.answers) == pytest.approx(0.8)


def test_learned_values_replace_the_expert_and_are_bounded() -> None:
    epoch = Epoch(
        "e1",
        priors={"a": 1, "b": 3},
        solves={"mend": {"a": 1.0}},
        seen={"seen": {"b": {"ok": 0.5, "bad": 0.5}}},
    )
    model = Model.of(small(other_prior=0.2), Epoch.from_json(epoch.to_json()))
    assert model.epoch == "e1"
    assert model.prior == pytest.approx((0.2, 0.6, 0.2))
    assert model.fix("mend").cures == ((0, 0.98),)
    assert model.evidence["seen"].rows["bad"] == pytest.approx((0.8, 0.5, 0.1))
    assert Model.of(small()).epoch == "expert"


@pytest.mark.parametrize(
    ("situation", "named"),
    [
        (make.situation({"nothing": "ok"}), "nothing"),
        (make.situation({"seen": "odd"}), "odd"),
        (make.situation(answers={"nobody": "yes"}), "nobody"),
        (make.situation(answers={"ask": "perhaps"}), "perhaps"),
        (make.situation(tries=[("magic", "failed")]), "magic"),
        (make.situation(in_force="magic"), "magic"),
    ],
)
def test_unknown_ids_and_states_are_named(situation: Situation, named: str) -> None:
    with pytest.raises(UnknownEntry, match=named):
        plan(Model.of(small()), situation)


@pytest.mark.parametrize(
    "entry",
    [
        make.fix("f", {"ghost": 0.5}),
        make.fix("f", {"a": 0.5}, needs_access="ghost"),
        make.fix("f", {"a": 0.5}, after=("ghost",)),
        make.fix("f", {"a": 0.5}, before=("ghost",)),
        make.evidence("e", {"ok": 1.0}, {"ghost": {"ok": 0.5}}),
        make.evidence("e", {"ok": 1.0}, {"a": {"ghost": 0.5}}),
    ],
)
def test_entries_that_name_nothing_are_refused(entry: make.Entry) -> None:
    with pytest.raises(UnknownEntry, match="ghost"):
        Model.of(make.catalog([make.cause("a"), entry]))


def test_unknown_and_not_sure_are_always_accepted() -> None:
    model = Model.of(small())
    nothing = plan(model, Situation()).verdict
    told = make.situation({"seen": "unknown"}, answers={"ask": "not-sure"})
    assert plan(model, told).verdict == nothing


def test_forbidden_advice_is_banned_and_a_warning_of_it_is_not() -> None:
    settings = make.settings(forbidden=(r"firewall\s+off",), only_temporary=(r"NLA off",))
    assert ban(make.fix("f", {}, text="Switch the firewall off."), settings) == "R3"
    assert ban(make.fix("f", {}, text="Never switch the firewall off."), settings) is None
    assert ban(make.fix("f", {}, text="Switch NLA off."), settings) == "R3"
    assert ban(make.test_fix("f", {}, text="Switch NLA off."), settings) is None


def test_what_weakens_security_for_good_is_banned() -> None:
    settings = make.settings()
    assert ban(make.fix("f", {}, risk=3), settings) == "R2"
    assert ban(make.test_fix("f", {}, undo=None), settings) == "R2"
    assert ban(make.fix("f", {}, temporary=True, undo=None), settings) == "R2"
    assert ban(make.fix("f", {}, risk=2), settings) is None
