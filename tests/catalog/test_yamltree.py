"""YAML with positions: plain values, no surprises."""

import pytest

from bot.catalog.problems import Problem
from bot.catalog.yamltree import Tree, read_tree


def _tree(text: str) -> Tree:
    found = read_tree(text, "f.yaml")
    assert isinstance(found, Tree), found
    return found


def test_only_true_and_false_are_switches() -> None:
    tree = _tree(
        "a: [no, yes, on, off, true, false, 2026-11-20, 0x904, 010, 12, 0.5, .5, 1e3, ~, '7']"
    )
    assert tree.value == {
        "a": ["no", "yes", "on", "off", True, False, "2026-11-20", "0x904", 10, 12, 0.5, 0.5,
              "1e3", None, "7"]
    }  # fmt: skip


def test_places_are_those_of_the_keys() -> None:
    tree = _tree("one: 1\nmany:\n  - {a: 1}\n  - b: 2\n")
    assert tree.place(("many",)) == (2, 1)
    assert tree.place(("many", 0, "a")) == (3, 6)
    assert tree.place(("many", 1, "b")) == (4, 5)
    assert tree.place(("many", 1, "nothing", "there")) == (4, 5)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "duplicate key 'a'"),
        ("a: &x 1\nb: *x\n", (1, 7), "anchors"),
        ("a: &x [*x]\n", (1, 4), "anchors"),
        ("a: !!python/object:os.system x\n", (1, 4), "tags"),
        ("? [a, b]\n: 1\n", (1, 3), "a key is a single word"),
        ("a: [\n", (2, 1), "not YAML"),
        ("a: b: c\n", (1, 5), "not YAML"),
        ("a: 1\n---\nb: 2\n", (2, 1), "not YAML"),
        ("", (1, 1), "empty"),
        ("a: 1\nbc\x07: 2\n", (2, 3), "not readable"),
        ("a: \ud800\n", (1, 4), "not readable"),
        ("[" * 14 + "]" * 14, (1, 14), "nested too deeply"),
    ],
)
def test_what_people_would_not_see_is_refused_with_its_place(
    text: str, place: tuple[int, int], words: str
) -> None:
    found = read_tree(text, "f.yaml")
    assert isinstance(found, Problem), found
    assert words in found.message
    if "anchors" not in words:
        assert (found.line, found.column) == place


def test_lines_count_from_the_first_line_of_the_file() -> None:
    found = read_tree("a: 1\na: 2\n", "f.md", first_line=2)
    assert isinstance(found, Problem)
    assert str(found) == "f.md:3:1: duplicate key 'a'"
