"""Rules R1 to R4 at every place that a policy can reach."""

from dataclasses import replace

import pytest

from bot.engine import Model, Situation, answered, cannot, tried, undone
from bot.engine.decision import Decision, decide
from bot.engine.safety import ceiling, chance, permitted
from tests.engine import factory as make
from tests.engine.sessions import everywhere, next_step, played
from tests.engine.worlds import Dice, Shape, world

RISKY = Shape(
    causes=5, fixes=8, questions=2, probes=1, tiers=True, groups=True, not_sure=True, tests=True
)


def breaches(model: Model, situation: Situation, made: Decision) -> list[str]:
    """Every rule that a decided step would break, straight from their wording."""
    if situation.in_force is not None:
        return [] if (made.kind, made.id) == ("undo", situation.in_force) else ["R2: undo first"]
    if made.kind != "fix":
        return []
    fix, entry = model.fix(made.id), model.catalog.fixes[made.id]
    found = []
    done = {each.fix for each in situation.tries} | set(situation.restarted)
    if made.id in done:
        found.append("offered twice")
    if entry.needs_access in situation.barred:
        found.append("barred")
    if fix.tier == 3 and not (situation.approved and entry.temporary and entry.undo):
        found.append("R2")
    if entry.cuts_access and not situation.console:
        found.append("R4")
    return found + ["R1"] * gentler_left(model, made, done)


def gentler_left(model: Model, made: Decision, done: set[str]) -> int:
    """How many open gentler fixes with a fair chance a step passes over against R1."""
    tier = model.fix(made.id).tier
    fair = model.catalog.settings.safety_threshold
    return sum(
        other.tier < tier >= 2 and not other.temporary and chance(other, made.weights) >= fair
        for number, other in enumerate(model.fixes)
        if other.id not in done and made.permission.open >> number & 1
    )


@pytest.mark.parametrize("approved", [False, True])
def test_no_branch_of_a_policy_breaks_a_rule(approved: bool) -> None:  # property 12
    tests_seen = 0
    for seed in range(8):
        model = Model.of(world(seed, RISKY))
        start = Situation(approved=approved, console=seed % 2 == 1)
        for situation, made in everywhere(model, start, 5):
            assert breaches(model, situation, made) == []
            tests_seen += made.kind == "undo"
    assert (tests_seen > 0) == approved


def test_no_session_breaks_a_rule_or_lasts_more_than_twelve_steps() -> None:  # property 11 and 12
    for seed in range(60):
        model = Model.of(world(seed % 12, RISKY))
        lived = played(model, Situation(approved=True, console=True), Dice(seed))
        asked = [(made.kind, made.id, s.restarted) for s, made in lived if made.kind == "question"]
        assert len(asked) == len(set(asked))
        assert all(breaches(model, situation, made) == [] for situation, made in lived)
        assert lived[-1][0].steps <= 12
        assert lived[-1][0].in_force is None


def test_a_session_that_nobody_would_hand_over_ends_after_twelve_steps() -> None:  # property 11
    shape = Shape(causes=6, fixes=18, questions=3, probes=1, tests=True)
    for seed in range(6):
        catalog = world(seed, shape)
        settings = replace(catalog.settings, escalation_cost=1e6)
        model = Model.of(replace(catalog, settings=settings))
        lived = played(model, Situation(approved=True, console=True), Dice(seed))
        last, made = lived[-1]
        assert (last.steps, last.in_force, made.kind) == (12, None, "escalate")


def test_the_ceiling_rises_as_gentler_fixes_run_out() -> None:
    tiers = [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert ceiling(tiers, lambda fix: fix in (1, 2)) == 1
    assert ceiling(tiers, lambda fix: fix == 2) == 2
    assert ceiling(tiers, lambda fix: False) == 3


def restart_or_look(chance_of_gentle: float) -> Model:
    return Model.of(
        make.catalog(
            [
                make.cause("a"),
                make.fix("gentle", {"a": chance_of_gentle}, 30),
                make.fix("restart", {"a": 0.95}, 1, risk=2),
            ],
            other_prior=0.02,
        )
    )


def test_a_gentler_fix_with_a_fair_chance_comes_first() -> None:
    assert next_step(restart_or_look(0.06), Situation()).id == "gentle"
    assert next_step(restart_or_look(0.04), Situation()).id == "restart"


def with_test() -> Model:
    """NLA off as a test: it names the cause, the lasting repair follows."""
    return Model.of(
        make.catalog(
            [
                make.cause("credssp", 1, "nla-credssp"),
                make.cause("licence", 1, "licensing"),
                make.cause("client", 1, "client"),
                make.fix("patch", {"credssp": 0.9}, 30, risk=2),
                make.fix("renew", {"licence": 0.9}, 30, risk=2),
                make.fix("replace", {"client": 0.9}, 30, risk=2),
                make.test_fix("nla-off", {"credssp": 0.95}, effort=1, permanent_fix=("patch",)),
            ],
            escalation_cost=120.0,
        )
    )


def without_disturbers() -> Model:
    model = with_test()
    fixes = {
        name: replace(fix, risk=3, temporary=True) if name == "nla-off" else replace(fix, risk=2)
        for name, fix in model.catalog.fixes.items()
    }
    settings = replace(model.catalog.settings, safety_threshold=0.5)
    return Model.of(replace(model.catalog, fixes=fixes, settings=settings))


def test_a_test_is_undone_on_every_branch_and_then_its_lasting_repair_comes() -> None:
    model = without_disturbers()
    assert next_step(model, Situation()).id != "nla-off"
    start = Situation(approved=True)
    assert next_step(model, start).id == "nla-off"
    for result in ("worked", "failed", "unsure", "different"):
        during = tried(model, start, "nla-off", result)
        step = next_step(model, during)
        assert (step.kind, step.id) == ("undo", "nla-off")
        assert next_step(model, cannot(model, during, "nla-off", True)) == step
        after = undone(model, during, "nla-off")
        assert after.in_force is None
        assert next_step(model, after).kind != "undo"
    confirmed = undone(model, tried(model, start, "nla-off", "worked"), "nla-off")
    assert next_step(model, confirmed).id == "patch"


def test_the_undo_stands_even_after_the_last_step() -> None:
    model = without_disturbers()
    late = Situation(approved=True, steps=12, in_force="nla-off", tries=())
    assert next_step(model, late).kind == "undo"
    assert next_step(model, replace(late, in_force=None)).kind == "escalate"


def test_no_test_begins_without_room_for_its_undo() -> None:
    model = without_disturbers()
    assert next_step(model, Situation(approved=True, steps=10)).id == "nla-off"
    assert next_step(model, Situation(approved=True, steps=11)).id != "nla-off"


def test_what_cuts_the_only_way_in_needs_another_one() -> None:
    model = Model.of(
        make.catalog([make.cause("a"), make.fix("stop", {"a": 0.9}, 1, cuts_access=True)])
    )
    assert next_step(model, Situation()).kind == "escalate"
    assert next_step(model, Situation(console=True)).id == "stop"


def test_an_approver_is_asked_below_tier_three_too() -> None:
    model = Model.of(make.catalog([make.cause("a"), make.fix("f", {"a": 0.9}, 1, approver=True)]))
    assert next_step(model, Situation()).kind == "escalate"
    assert next_step(model, Situation(approved=True)).id == "f"


def test_forbidden_advice_is_never_offered() -> None:
    entries = [make.cause("a"), make.fix("f", {"a": 0.9}, 1, text="Switch the firewall off.")]
    model = Model.of(make.catalog(entries, forbidden=(r"firewall off",)))
    assert next_step(model, Situation(approved=True, console=True)).kind == "escalate"


def ordered(**more: object) -> Model:
    return Model.of(
        make.catalog(
            [
                make.cause("a"),
                make.cause("b"),
                make.evidence("os", {"windows": 0.9, "linux": 0.1}, {}),
                make.fix("first", {"a": 0.9}, 30),
                make.fix("second", {"b": 0.9}, 1, **more),
            ]
        )
    )


def test_order_is_kept_while_the_earlier_one_is_worth_something() -> None:
    assert next_step(ordered(), Situation()).id == "second"
    model = ordered(after=("first",))
    assert next_step(model, Situation()).id == "first"
    assert next_step(model, tried(model, Situation(), "first", "failed")).id == "second"
    assert next_step(model, cannot(model, Situation(), "first")).id == "second"


def test_before_is_the_same_order_told_from_the_other_side() -> None:
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.fix("first", {"a": 0.9}, 30, before=("second",)),
        make.fix("second", {"b": 0.9}, 1),
    ]
    assert next_step(Model.of(make.catalog(entries)), Situation()).id == "first"


def test_conditions_hold_where_they_are_known() -> None:
    for more in ({"only_if": {"os": ("windows",)}}, {"not_if": {"os": ("linux",)}}):
        model = ordered(**more)
        assert next_step(model, Situation()).id == "second"
        assert next_step(model, make.situation({"os": "windows"})).id == "second"
        assert next_step(model, make.situation({"os": "unknown"})).id == "second"
        assert next_step(model, make.situation({"os": "linux"})).id == "first"


def test_an_answer_closes_what_it_makes_senseless() -> None:
    entries = [
        make.cause("a"),
        make.question("alone", {"yes": 0.5, "no": 0.5}, {}),
        make.question("which", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.9}}, not_if={"alone": ("yes",)}),
        make.fix("f", {"a": 0.9}, 1, only_if={"alone": ("no",)}),
    ]
    model = Model.of(make.catalog(entries))
    yes = permitted(model, answered(model, Situation(), "alone", "yes"), model.prior)
    no = permitted(model, answered(model, Situation(), "alone", "no"), model.prior)
    assert (yes.fixes, yes.questions) == (0, 0)
    assert (no.fixes, no.questions) == (1, 0b10)
    assert model.question("alone").closes == ((1, 0b10), (0, 0))


def test_access_that_nobody_has_bars_the_whole_group() -> None:
    entries = [
        make.cause("a"),
        make.question("log", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.9}}, needs_access="console"),
        make.fix("f", {"a": 0.9}, 1, needs_access="console"),
        make.fix("g", {"a": 0.8}, 1, needs_access="console"),
    ]
    model = Model.of(make.catalog(entries, groups={"console": 2.0}))
    after = cannot(model, Situation(), "f", True)
    assert after.barred == {"console"}
    assert permitted(model, after, model.prior).questions == 0
    assert next_step(model, after).kind == "escalate"
    assert next_step(model, cannot(model, Situation(), "f", False)).id == "g"


def test_what_came_back_is_not_the_first_thing_again() -> None:
    model = restart_or_look(0.9)
    back = make.situation(tries=[("gentle", "came-back")])
    assert decide(model, back).id == "restart"
    failed = tried(model, back, "restart", "failed")
    assert decide(model, failed).id == "gentle"


def test_what_came_back_is_tried_again_before_the_case_is_handed_over() -> None:
    model = Model.of(make.catalog([make.cause("a"), make.fix("only", {"a": 0.9}, 5)]))
    back = make.situation(tries=[("only", "came-back")])
    assert decide(model, back).id == "only"
    failed = tried(model, back, "only", "failed")
    assert decide(model, failed).kind == "escalate"
