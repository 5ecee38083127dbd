"""The drawn policy: a live session walks in it, and equal knowledge draws equal bytes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalog import load, shipped
from bot.engine import (
    Model,
    Node,
    Situation,
    plan,
    render_mermaid,
    render_text,
    tree,
)
from bot.engine.progress import answered, tried, undone
from tests.engine.sessions import next_step
from tests.engine.worlds import Dice, Shape, world

ROOT = Path(__file__).parents[2]
SHAPE = Shape(
    causes=5, fixes=7, questions=2, probes=2, tiers=True, groups=True, not_sure=True, tests=True
)
START = Situation(evidence={"e00": "bad"}, approved=True)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for _, child in node.children:
        yield from nodes(child)


def test_what_is_reached_adds_up() -> None:
    for seed in range(5):
        root = tree(Model.of(world(seed, SHAPE)), START, 0.02)
        assert (root.reach, root.cost) == (1.0, 0.0)
        for node in nodes(root):
            if node.children:
                total = sum(child.reach for _, child in node.children)
                assert total == pytest.approx(node.reach)
            else:
                assert node.kind in {"solved", "cut", "escalate"}
            assert (node.kind == "cut") == (node.reach < 0.02 and node.kind != "solved")


def test_ids_are_unique_and_name_the_way() -> None:
    root = tree(Model.of(world(3, SHAPE)), START, 0.01)
    ids = [node.id for node in nodes(root)]
    assert len(ids) == len(set(ids))
    assert tree(Model.of(world(3, SHAPE)), START, 0.05).id == root.id
    assert tree(Model.of(replace(world(3, SHAPE), hash="other")), START, 0.05).id != root.id
    assert tree(Model.of(world(3, SHAPE)), Situation(), 0.05).id != root.id


def test_a_session_walks_in_the_tree() -> None:  # property 15
    for seed in range(12):
        model, dice = Model.of(world(seed, SHAPE)), Dice(seed)
        node, situation = tree(model, START, 1e-3), START
        while node.children:
            step = next_step(model, situation)
            assert node.step == step
            outcome, node = node.children[dice.below(len(node.children))]
            if node.kind in {"solved", "cut"}:
                break
            situation = moved(model, situation, step.kind, step.id, outcome)


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {"ladder": "ok", "tls-hello": "server-hello", "security-layer": "nla-required"},
        {"ladder": "tls", "tls-hello": "closed", "server-kind": "windows"},
        {"ladder": "port", "port-state": "timeout"},
    ],
    ids=lambda evidence: evidence.get("ladder", "nothing"),
)
def test_a_session_on_the_shipped_knowledge_walks_in_the_tree(evidence: dict[str, str]) -> None:
    """As a ticket does it: the plan of each situation, moved on by what people say."""
    model, dice = Model.of(load(shipped())), Dice(len(evidence))
    start = Situation(evidence=evidence, approved=True)
    root = tree(model, start, 0.02)
    for _ in range(4):
        node, situation = root, start
        while node.children:
            made = plan(model, situation)
            assert node.step == made.step
            assert node.explanation == made.explanation
            assert node.situation == situation
            outcome, node = node.children[dice.below(len(node.children))]
            if node.kind in {"solved", "cut"}:
                break
            situation = moved(model, situation, made.step.kind, made.step.id, outcome)


def moved(model: Model, situation: Situation, kind: str, name: str, outcome: str) -> Situation:
    if kind == "question":
        return answered(model, situation, name, outcome)
    if kind == "undo":
        return undone(model, situation, name)
    if kind == "recheck":
        return replace(situation, rechecked=True)
    return tried(model, situation, name, outcome)  # type: ignore[arg-type]


def test_every_test_is_undone_before_any_end() -> None:  # property 12
    seen = 0
    for seed in range(10):
        model = Model.of(world(seed, SHAPE))
        for node in nodes(tree(model, START, 0.005)):
            if node.step is not None and node.step.kind == "fix" and node.step.id == "t00":
                seen += 1
                for _, child in node.children:
                    assert child.kind in {"undo", "cut"}
    assert seen > 0


def test_what_remains_after_a_rule_is_what_follows() -> None:
    model = Model.of(world(0, SHAPE))
    root = tree(model, replace(START, in_force="t00"), 0.02)
    assert root.kind == "undo"
    assert root.remaining == root.children[0][1].remaining


def drawn(python: str, seed: str) -> bytes:
    done = subprocess.run(
        [python, "-m", "tests.engine.drawn"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return done.stdout


def interpreters() -> list[str]:
    """Every other Python that is new enough and starts: on the path, and pyenv's and uv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders = [Path(each) for each in os.environ["PATH"].split(os.pathsep)]
    folders += [*pyenv.glob("*/bin"), *(Path.home() / ".local/share/uv/python").glob("*/bin")]
    found = [each / f"python3.{minor}" for each in folders for minor in range(11, 20)]
    started = {_itself(str(python)) for python in found if python.is_file()}
    return sorted(started - {"", _itself(sys.executable)})


def _itself(python: str) -> str:
    """Where an interpreter really is; empty for one that does not start, as pyenv's shims may."""
    asked = [python, "-c", "import os, sys; print(os.path.realpath(sys.executable))"]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


@pytest.mark.parametrize("seed", ["0", "1", "2", "4711", "4294967295"])
def test_equal_knowledge_draws_equal_bytes(seed: str) -> None:  # property 14
    assert drawn(sys.executable, seed) == drawn(sys.executable, "random")
    assert len(drawn(sys.executable, seed)) > 1000


@pytest.mark.parametrize("python", interpreters())
def test_every_interpreter_draws_equal_bytes(python: str) -> None:  # property 14
    assert drawn(python, "0") == drawn(sys.executable, "0")


def test_text_reads_from_top_to_bottom() -> None:
    root = tree(Model.of(world(0, SHAPE)), START, 0.05)
    lines = render_text(root).splitlines()
    assert len(lines) == sum(1 for _ in nodes(root))
    assert "(100.0% of cases" in lines[0]
    assert any("then re-planned" in line for line in lines)
    assert any(line.strip().startswith("worked: solved") for line in lines)


def test_the_diagram_names_every_node_and_arrow() -> None:
    root = tree(Model.of(world(1, SHAPE)), START, 0.02)
    lines = render_mermaid(root).splitlines()
    everything = list(nodes(root))
    assert lines[0] == "flowchart TD"
    assert len(lines) == 1 + len(everything) + len(everything) - 1
    assert lines[1 : 1 + len(everything)] == sorted(lines[1 : 1 + len(everything)])


@pytest.mark.parametrize(
    "title",
    [
        "end",
        "`md`",
        "1. list",
        "%%{init: {}}%%",
        "#quot; #35;",
        "a\nb",
        "subgraph x",
        "; x",
        "\u202e",
    ],
)
def test_no_title_gets_into_the_grammar_of_a_diagram(title: str) -> None:
    step = next_step(Model.of(world(1, SHAPE)), START)
    child = Node("1" * 12, "escalate", replace(step, title=title), 1.0, (), 0.0, 0.0)
    node = Node("0" * 12, "fix", step, 1.0, (), 0.0, 0.0, ((title, child),))
    head, *lines = render_mermaid(node).split("\n")
    assert head == "flowchart TD"
    assert len(lines) == 3
    label = r"(?:[\w .,:;()%'+/-]|#\d+;)*"
    boxes, arrows = rf'  n\d{{12}}\["{label}"\]', rf'  n0{{12}} -->\|"{label}"\| n1{{12}}'
    for line in lines:
        assert re.fullmatch(f"{boxes}|{arrows}", line), line


def test_labels_cannot_end_a_diagram() -> None:
    step = next_step(Model.of(world(1, SHAPE)), START)
    node = Node("0" * 12, "fix", replace(step, title='Say "x"] --> <b>&'), 1.0, (), 0.0, 0.0)
    box = render_mermaid(node).splitlines()[1]
    assert box.startswith('  n000000000000["do Say #34;x#34;#93;')
    assert box.count('"') == 2


def test_what_may_not_be_possible_is_a_branch_of_its_own() -> None:
    catalog = world(4, SHAPE)
    settings = replace(catalog.settings, able={"user": 0.8})
    root = tree(Model.of(replace(catalog, settings=settings)), START, 0.02)
    seen = 0
    for node in nodes(root):
        if node.kind == "fix":
            branches = dict(node.children)
            assert branches["cannot"].reach == pytest.approx(0.2 * node.reach)
            assert sum(child.reach for child in branches.values()) == pytest.approx(node.reach)
            seen += 1
    assert seen > 0
