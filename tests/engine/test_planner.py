"""LOOK2: what its choice may depend on, and what it must not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.catalog.entries import Catalog
from bot.engine import Model, Situation, answered, cannot, plan
from bot.engine.belief import posterior
from bot.engine.decision import decide
from tests.engine import factory as make
from tests.engine.oracle import Exact, engine_cost, promised, start
from tests.engine.sessions import next_step
from tests.engine.worlds import Shape, world

SHAPE = Shape(causes=5, fixes=6, questions=2, probes=1, groups=True, tiers=True)


def scaled(catalog: Catalog, factor: float) -> Catalog:
    """The same world with every cost times ``factor``."""
    old = catalog.settings
    groups = {
        name: replace(group, entry=group.entry * factor)
        for name, group in old.access_groups.items()
    }
    return replace(
        catalog,
        settings=replace(old, escalation_cost=old.escalation_cost * factor, access_groups=groups),
        fixes={
            name: replace(fix, effort=make.worded(fix.effort.value * factor))
            for name, fix in catalog.fixes.items()
        },
        questions={
            name: replace(each, effort=make.worded(each.effort.value * factor))
            for name, each in catalog.questions.items()
        },
    )


def renamed(catalog: Catalog) -> Catalog:
    """The same world, every fix and question under another name in the same order."""
    fixes = {f"x{name}": replace(fix, id=f"x{name}") for name, fix in catalog.fixes.items()}
    asked = {f"x{name}": replace(each, id=f"x{name}") for name, each in catalog.questions.items()}
    return replace(catalog, fixes=fixes, questions=asked)


def steps(model: Model) -> list[tuple[str, str]]:
    """The first step for each state of the probe."""
    made = [decide(model, make.situation({"e00": state})) for state in ("ok", "bad", "worse")]
    return [(each.kind, each.id) for each in made]


def test_scaling_all_costs_changes_no_step() -> None:  # property 6
    for seed in range(12):
        catalog = world(seed, SHAPE)
        expected = steps(Model.of(catalog))
        assert steps(Model.of(scaled(catalog, 0.25))) == expected
        assert steps(Model.of(scaled(catalog, 7.0))) == expected


def test_names_change_no_step() -> None:  # property 6
    for seed in range(12):
        catalog = world(seed, SHAPE)
        expected = [(kind, f"x{name}" if name else "") for kind, name in steps(Model.of(catalog))]
        assert steps(Model.of(renamed(catalog))) == expected


def with_question(catalog: Catalog, effort: float, rows: Mapping[str, dict[str, float]]) -> Catalog:
    added = make.question("zz", {"yes": 0.5, "no": 0.5}, rows, effort=effort)
    return replace(catalog, questions={**catalog.questions, "zz": added})


def test_a_question_that_tells_nothing_apart_is_never_asked() -> None:  # property 7
    for seed in range(15):
        model = Model.of(with_question(world(seed, SHAPE), 0.01, {}))
        assert all(name != "zz" for _, name in steps(model))


def test_a_free_question_does_not_make_things_worse() -> None:  # property 7
    shape = Shape(causes=4, fixes=5, questions=1, probes=0)
    for seed in range(12):
        catalog = world(seed, shape)
        perfect = {name: {name: 1.0} for name in catalog.causes}  # an answer for each cause
        usual = dict.fromkeys(catalog.causes, 0.25)
        added = make.question("zz", usual, perfect, effort=0.0)
        questions = {**catalog.questions, "zz": added}
        plain, more = Model.of(catalog), Model.of(replace(catalog, questions=questions))
        assert Exact(more).optimum() <= Exact(plain).optimum() + 1e-9
        assert engine_cost(more) <= engine_cost(plain) * 1.01


def test_dearer_escalation_never_makes_it_come_first() -> None:  # property 8
    for seed in range(12):
        catalog = world(seed, Shape(causes=5, fixes=6, questions=0, probes=0))
        first = [
            decide(
                Model.of(replace(catalog, settings=replace(catalog.settings, escalation_cost=c))),
                Situation(),
            ).kind
            for c in (1e-6, 2.0, 5.0, 20.0, 60.0, 200.0)
        ]
        assert (first[0], first[-1]) == ("escalate", "fix")
        kinds = [kind == "escalate" for kind in first]
        assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize(("better", "cheaper"), [(0.1, 1.0), (0.0, 0.5)])
def test_better_and_cheaper_fixes_never_cost_more(
    better: float, cheaper: float
) -> None:  # property 9
    shape = Shape(causes=4, fixes=5, questions=1, probes=0)
    for seed in range(10):
        catalog = world(seed, shape)
        plain = Model.of(catalog)
        for name, old in catalog.fixes.items():
            cures = tuple(
                replace(c, well=make.worded(min(0.98, c.well.value + better))) for c in old.cures
            )
            effort = make.worded(old.effort.value * cheaper)
            fixes = {**catalog.fixes, name: replace(old, cures=cures, effort=effort)}
            improved = Model.of(replace(catalog, fixes=fixes))
            assert Exact(improved).optimum() <= Exact(plain).optimum() + 1e-9
            assert engine_cost(improved) <= engine_cost(plain) * 1.05


def test_ties_go_to_the_gentler_then_fixes_then_the_cheaper_then_the_id() -> None:
    entries: list[make.Entry] = [
        make.cause("a"),
        make.fix("b-risky", {"a": 0.9}, 5, risk=1),
        make.fix("d-same", {"a": 0.9}, 5),
        make.fix("c-same", {"a": 0.9}, 5),
    ]
    model = Model.of(make.catalog(entries))
    assert next_step(model, Situation()).id == "c-same"
    assert next_step(model, cannot(model, Situation(), "c-same")).id == "d-same"


def test_two_not_sure_in_a_row_make_questions_dearer() -> None:
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.question(
            "which", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.98}, "b": {"x": 0.02}}, effort=3
        ),
        make.fix("fa", {"a": 0.95}, 9),
        make.fix("fb", {"b": 0.95}, 9),
    ]
    model = Model.of(make.catalog(entries))
    assert next_step(model, Situation()).kind == "question"
    assert next_step(model, Situation(unsure_streak=1)).kind == "question"
    assert next_step(model, Situation(unsure_streak=2)).kind == "fix"


def same_check(seen: str | None) -> Model:
    group = {"same_check": "where"}
    probe = make.evidence(
        "seen", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.995}, "b": {"x": 0.005}}, **group
    )
    asked = {"a": {"x": 0.9}, "b": {"x": 0.1}}
    entries = [
        make.cause("a"),
        make.cause("b"),
        probe,
        make.question("one", {"x": 0.5, "y": 0.5}, asked, effort=1, **group),
        make.question("two", {"x": 0.5, "y": 0.5}, asked, effort=1, **group),
        make.fix("fa", {"a": 0.95}, 20),
        make.fix("fb", {"b": 0.95}, 20),
    ]
    return Model.of(make.catalog(entries))


def test_a_check_that_has_spoken_is_not_asked_again() -> None:
    model = same_check("x")
    assert next_step(model, Situation()).id == "one"
    assert next_step(model, answered(model, Situation(), "one", "x")).kind == "fix"
    assert next_step(model, make.situation({"seen": "x"})).kind == "fix"


def branches_match(model: Model, situation: Situation) -> int:
    """Every branch of every question believes what is believed once it is answered."""
    planner, root, _ = start(model, situation)
    seen = 0
    for question in model.questions:
        branches = list(planner.branches(root, question))
        assert sum(after.total for _, after in branches) == pytest.approx(1.0 - question.not_sure)
        for answer, after in branches:
            then = posterior(model, answered(model, situation, question.id, answer))
            assert [w / after.total for w in after.weights] == pytest.approx(then)
            seen += 1
    return seen


def test_branches_believe_what_will_be_believed() -> None:
    group = {"same_check": "where"}
    states = {"x": 0.5, "y": 0.5}
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.evidence("seen", states, {"a": {"x": 0.7}, "b": {"x": 0.3}}, **group),
        make.question("weaker", states, {"a": {"x": 0.6}, "b": {"x": 0.4}}, **group),
        make.question("stronger", states, {"a": {"x": 0.95}, "b": {"x": 0.05}}, **group),
        make.question("apart", states, {"a": {"x": 0.8}}, not_sure_share=0.2),
    ]
    model = Model.of(make.catalog(entries))
    for situation in (Situation(), make.situation({"seen": "x"}), make.situation({"seen": "y"})):
        assert branches_match(model, situation) == 6


def test_a_stronger_answer_takes_the_place_of_a_weak_probe() -> None:
    group = {"same_check": "where"}
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.evidence("seen", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.55}, "b": {"x": 0.45}}, **group),
        make.question(
            "ask", {"x": 0.5, "y": 0.5}, {"a": {"x": 0.98}, "b": {"x": 0.02}}, effort=1, **group
        ),
        make.fix("fa", {"a": 0.95}, 20),
        make.fix("fb", {"b": 0.95}, 20),
    ]
    model = Model.of(make.catalog(entries))
    assert next_step(model, make.situation({"seen": "y"})).id == "ask"


def test_what_needs_one_way_in_is_done_together() -> None:
    """Alone neither pays for the way in; together they beat the fix outside."""
    entries = [
        make.cause("a"),
        make.cause("b"),
        make.cause("c"),
        make.fix("in-a", {"a": 0.95}, 1, needs_access="console"),
        make.fix("in-b", {"b": 0.95}, 1, needs_access="console"),
        make.fix("out", {"c": 0.9}, 9),
    ]
    model = Model.of(make.catalog(entries, groups={"console": 12.0}))
    assert next_step(model, Situation()).id == "in-a"
    inside = make.situation(tries=[("in-a", "failed")], entered=frozenset({"console"}), steps=1)
    assert next_step(model, inside).id == "in-b"


def test_when_nothing_known_fits_the_probes_look_once_more() -> None:
    entries = [
        make.cause("a"),
        make.evidence("e", {"ok": 0.99, "bad": 0.01}, {"a": {"ok": 0.005}}),
        make.fix("f", {"a": 0.9}, 5),
    ]
    model = Model.of(make.catalog(entries, other_prior=0.2))
    situation = make.situation({"e": "ok"})
    assert next_step(model, situation).kind == "recheck"
    assert next_step(model, replace(situation, rechecked=True)).kind != "recheck"


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [make.cause("a")],
        [make.fix("f", {})],
        [make.cause("a"), make.fix("f", {})],
        [make.cause("a"), make.fix("f", {"a": 0.5}), make.fix("g", {"a": 0.5})],
        [make.cause("a", 0.0), make.cause("b"), make.fix("f", {"a": 1.0, "b": 1.0})],
        [make.cause("a"), make.question("q", {"x": 1.0}, {}), make.fix("f", {"a": 0.0}, 0.0)],
    ],
)
def test_poor_knowledge_comes_to_a_sensible_end(entries: list[make.Entry]) -> None:  # property 18
    model, situation = Model.of(make.catalog(entries)), Situation()
    for _ in range(13):
        made = plan(model, situation)
        assert sum(share.probability for share in made.verdict.causes) == pytest.approx(1.0)
        if made.step.kind == "escalate":
            return
        situation = cannot(model, situation, made.step.id)
    pytest.fail("the session did not end")


def test_contradictory_evidence_is_no_error() -> None:
    states = {"x": 0.5, "y": 0.5}
    entries = [
        make.cause("a"),
        *(make.evidence(f"e{n}", states, {"a": {"x": 0.0 if n % 2 else 1.0}}) for n in range(30)),
        make.fix("f", {"a": 0.9}),
    ]
    model = Model.of(make.catalog(entries))
    made = plan(model, make.situation({f"e{n}": "x" for n in range(30)}))
    assert made.step.kind in {"fix", "recheck", "escalate"}


def test_the_promise_is_kept_where_questions_can_be_answered_not_sure() -> None:
    for seed in range(12):
        catalog = world(seed, Shape(causes=4, fixes=5, questions=2, probes=0, not_sure=True))
        settings = replace(catalog.settings, max_steps=99)
        model = Model.of(replace(catalog, settings=settings))
        value, base = promised(model)
        cost = engine_cost(model)
        assert Exact(model).optimum() - 1e-9 <= cost <= value + 1e-9 <= base + 2e-9


def seldom_possible(able: float) -> Model:
    """Two fixes for one cause: the cheaper one needs an administrator, who is not always there."""
    entries = [
        make.cause("a"),
        make.fix("admin", {"a": 0.9}, 6, who_can="admin"),
        make.fix("user", {"a": 0.9}, 8),
    ]
    return Model.of(make.catalog(entries, able={"admin": able} if able < 1.0 else {}))


def test_what_often_cannot_be_done_is_planned_for() -> None:
    """Efficiency is d*p / (d*c + (1-d)*skip): a dear skip makes the sure step go first."""
    fix = seldom_possible(0.5).fix("admin")
    assert fix.price == pytest.approx(0.5 * 6 + 0.5 * 0.5)
    assert [chance for _, chance in fix.planned] == pytest.approx([0.45])
    assert fix.cures == ((0, 0.9),)
    assert seldom_possible(1.0).fix("admin").price == 6


def test_a_failure_speaks_as_loud_however_seldom_it_could_be_done() -> None:
    after = make.situation(tries=[("admin", "failed")], steps=1)
    assert posterior(seldom_possible(0.5), after) == posterior(seldom_possible(1.0), after)
