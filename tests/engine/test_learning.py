"""Learning from closed tickets (property 17 and what goes with it)."""

from dataclasses import replace
from typing import Any

import pytest

from bot.catalog.entries import Catalog
from bot.engine import Epoch, Model, Try
from bot.engine.epochs import carried, propose
from bot.engine.learning import learn
from bot.engine.lessons import Case, lessons_of, responsibilities
from tests.engine import factory as make
from tests.engine.histories import history
from tests.engine.worlds import Shape, world

SHAPE = Shape(causes=5, fixes=6, questions=2, probes=3)


def small(**more: Any) -> Catalog:
    """Two causes that a probe tells apart, a fix each."""
    entries = [
        make.cause("a", 1 / 6),
        make.cause("b", 1 / 50),
        make.evidence("e", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.85}, "b": {"x": 0.15}}),
        make.question("q", {"yes": 0.5, "no": 0.5}, {"a": {"yes": 0.85}}),
        make.fix("fa", {"a": 0.8}, 5),
        make.fix("fb", {"b": 0.8}, 5),
        make.fix("both", {"a": 0.5, "b": 0.5}, 20),
    ]
    return make.catalog(entries, **more)


def worked(fix: str, state: str = "x", **more: object) -> Case:
    fields = {"evidence": {"e": state}, "tries": (Try(fix, "worked"),), **more}
    return Case("verified", 0.0, **fields)  # type: ignore[arg-type]


def effective(catalog: Catalog, cases: list[Case]) -> Model:
    return Model.of(catalog, propose(learn(catalog, cases)).epoch)


def flat(catalog: Catalog) -> Catalog:
    """The same knowledge with every cause equally common."""
    causes = {name: replace(c, prior=make.worded(0.1)) for name, c in catalog.causes.items()}
    return replace(catalog, causes=causes)


def test_without_cases_the_expert_holds() -> None:  # property 17
    catalog = world(3, SHAPE)
    expert, learned = Model.of(catalog), effective(catalog, [])
    assert learned.prior == expert.prior
    assert learned.fixes == expert.fixes
    assert {name: item.rows for name, item in learned.evidence.items()} == {
        name: item.rows for name, item in expert.evidence.items()
    }


def test_what_was_not_tried_or_not_asked_stays_as_it_was() -> None:  # property 17
    catalog = small()
    learned = learn(catalog, [worked("fa")] * 40).epoch
    assert set(learned.solves) == {"fa"}
    assert set(learned.seen) == {"e"}
    model = Model.of(catalog, learned)
    assert model.fix("both").cures == Model.of(catalog).fix("both").cures
    assert model.question("q") == Model.of(catalog).question("q")


def test_the_order_of_cases_does_not_matter() -> None:  # property 17
    catalog = world(5, SHAPE)
    cases = history(catalog, flat(catalog), 200)
    cases = [replace(case, days=float(number)) for number, case in enumerate(cases)]
    hashes = {
        propose(learn(catalog, order)).epoch.hash
        for order in (cases, cases[::-1], cases[100:] + cases[:100])
    }
    assert len(hashes) == 1


def test_abandoned_cases_change_nothing() -> None:  # property 17
    catalog = world(5, SHAPE)
    cases = history(catalog, catalog, 50)
    silent = [replace(case, ending="abandoned") for case in history(catalog, catalog, 50, seed=9)]
    assert propose(learn(catalog, silent)).epoch.priors == {}
    assert (
        propose(learn(catalog, cases + silent)).epoch.hash
        == propose(learn(catalog, cases)).epoch.hash
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_thousand_cases_recover_the_priors(seed: int) -> None:  # property 17
    truth = world(seed, SHAPE)
    cases = history(truth, flat(truth), 10_000)
    learned = Model.of(truth, learn(flat(truth), cases).epoch)
    true = Model.of(truth)
    off = [abs(a - b) for a, b in zip(learned.prior, true.prior, strict=True)]
    assert max(off) <= 0.03


def test_weights_go_by_the_ending_and_by_age() -> None:
    weights = [Case(e, 0.0).weight for e in ("verified", "second-line", "word", "unknown")]
    assert weights == [1.0, 1.0, 0.7, 0.5]
    assert Case("abandoned", 0.0).weight == 0.0
    assert Case("verified", 180.0).weight == pytest.approx(0.5)
    assert Case("verified", -3.0).weight == 1.0


def test_a_named_cause_is_believed_nearly() -> None:
    model = Model.of(small())
    case = Case("second-line", 0.0, {"e": "x"}, cause="b")
    shares = responsibilities(model, lessons_of(model, [case])[0])
    assert shares[model.cause_index["b"]] == 0.95
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize("named", [None, "gone"])
def test_a_second_line_that_names_nothing_known_counts_as_unknown(named: str | None) -> None:
    catalog = small()
    told = Case("second-line", 0.0, {"e": "x"}, cause=named)
    assert lessons_of(Model.of(catalog), [told]) == lessons_of(
        Model.of(catalog), [Case("unknown", 0.0, {"e": "x"})]
    )


def test_a_fix_that_is_tried_last_is_judged_by_what_was_left() -> None:
    """It fails on what nothing cures; its raw rate of success would say that it is useless."""
    catalog = small()
    lost = Case("unknown", 0.0, {"e": "x"}, tries=(Try("fa", "failed"), Try("both", "failed")))
    after = Try("fa", "failed")
    cases = [lost] * 30 + [worked("both", tries=(after, Try("both", "worked")))] * 20
    solves = learn(catalog, cases).epoch.solves
    assert solves["both"]["a"] > 20 / 50


def test_priors_keep_a_floor_and_fixes_their_bounds() -> None:
    catalog = make.catalog(
        [
            make.cause("a"),
            make.cause("b", 0.5),
            make.fix("fa", {"a": 0.9}),
            make.fix("fb", {"b": 0.9}),
        ]
    )
    cases = [Case("verified", 0.0, tries=(Try("fa", "worked"),))] * 20_000
    learned = learn(catalog, cases).epoch
    model = Model.of(catalog, learned)
    assert model.prior[model.cause_index["b"]] == pytest.approx(0.002, rel=0.01)
    assert learned.solves["fa"]["a"] == 0.98


def test_what_moves_two_words_waits_for_a_lead() -> None:
    catalog = small()
    cases = [worked("fb", "y")] * 60
    waits = propose(learn(catalog, cases))
    held = {change.id for change in waits.changes if change.held}
    assert "cause:b" in held
    change = next(each for each in waits.changes if each.id == "cause:b")
    assert (change.before_word, round(change.tickets), change.among) == ("rare", 60, 60)
    assert change.now_word in ("common", "very common")
    assert "b" not in waits.epoch.priors
    given = propose(learn(catalog, cases), None, ["cause:b", "cause:nobody"])
    assert given.epoch.priors["b"] == pytest.approx(change.now, abs=1e-6)
    assert given.unknown == ("cause:nobody",)
    assert given.epoch.approved == ("cause:b",)


def test_what_was_approved_is_not_asked_again() -> None:
    catalog = small()
    cases = [worked("fb", "y")] * 60
    given = propose(learn(catalog, cases), None, ["cause:b"]).epoch
    again = propose(learn(catalog, [*cases, worked("fb", "y")]), given)
    assert not any(change.held for change in again.changes if change.id == "cause:b")
    assert again.epoch.approved == ("cause:b",)
    assert again.epoch.priors["b"] != given.priors["b"]


def test_a_held_value_stays_what_it_was_in_the_epoch_before() -> None:
    catalog = small()
    first = propose(learn(catalog, [worked("fb", "y")] * 2)).epoch
    assert first.priors["b"] > 1 / 50
    second = propose(learn(catalog, [worked("fb", "y")] * 60), first).epoch
    assert second.priors["b"] == first.priors["b"]


def test_equal_values_of_equal_knowledge_have_one_hash() -> None:
    catalog, cases = small(), [worked("fa")] * 9
    one, two = (propose(learn(catalog, cases)).epoch for _ in range(2))
    assert one == two
    assert propose(learn(replace(catalog, hash="other"), cases)).epoch.hash != one.hash
    assert Epoch.from_json(one.to_json()) == one


def test_a_changed_knowledge_base_drops_what_is_gone_and_carries_the_rest() -> None:
    catalog = small()
    epoch = propose(learn(catalog, [worked("fa"), worked("fb", "y")] * 30), None, ["cause:b"]).epoch
    without = make.catalog(
        [
            make.cause("a", 1 / 6),
            make.evidence("e", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.85}}),
            make.fix("fa", {"a": 0.8}, 5),
        ],
        "newer",
    )
    kept = carried(without, epoch)
    assert set(kept.priors) == {"a", "other"}
    assert kept.priors["a"] == epoch.priors["a"]
    assert (kept.solves, set(kept.seen["e"])) == ({"fa": epoch.solves["fa"]}, {"a"})
    assert kept.approved == ()
    assert kept.hash != epoch.hash
    Model.of(without, kept)


def test_what_the_knowledge_does_not_name_any_more_teaches_nothing() -> None:
    catalog = small()
    strange = Case(
        "verified", 0.0, {"gone": "x", "e": "odd"}, {"old": "yes"}, (Try("lost", "worked"),), "c"
    )
    learned = learn(catalog, [strange] * 5)
    assert (learned.epoch.solves, learned.epoch.seen) == ({}, {})
