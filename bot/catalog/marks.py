"""What a scaffold leaves to be filled in.

A mark says in its own words what should stand there, so that `kb check` can name each one with its
place and the remedy, and so that a file with a mark in it is never used.
"""

import re
from collections.abc import Iterator

from bot.catalog.problems import Problem
from bot.catalog.yamltree import Path, Tree, Value

_MARK = re.compile(r"<FILL IN ([^<>]*)>")


def mark(wanted: str) -> str:
    """The mark for something that is ``wanted``; in YAML it stands in quotes."""
    return f"<FILL IN {wanted}>"


def marked(tree: Tree) -> dict[Path, str]:
    """The fields that still hold a mark, and what is wanted there."""
    return dict(_leaves(tree.value, ()))


def prose_marks(file: str, text: str, first_line: int) -> Iterator[Problem]:
    """One problem for each mark in the prose that begins at ``first_line`` of the file."""
    lines = text.splitlines()
    for number, line in enumerate(lines[first_line - 1 :], first_line):
        for found in _MARK.finditer(line):
            yield Problem(file, number, found.start() + 1, f"the text: {remedy(found[1])}")


def remedy(wanted: str) -> str:
    """What is said of a mark."""
    return f"still the scaffold's text; write {wanted}"


def _leaves(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, index))
    elif isinstance(value, str) and (found := _MARK.search(value)):
        yield path, found[1]
