"""YAML as plain values with the place of each: the part of YAML that people can read.

Strategy: compose with PyYAML's C parser, then walk the nodes ourselves instead of constructing
objects.  That gives positions, finds duplicate keys (PyYAML keeps the last one silently), leaves
``no``, ``on`` and dates as text (only ``true`` and ``false`` are booleans), and leaves no
constructor that a hostile file could reach.  Anchors, aliases and tags are refused.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from bot.catalog.problems import Problem

Path = tuple[str | int, ...]
Place = tuple[int, int]
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

_DEEPEST = 12
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?[0-9]{0,15}\.[0-9]{1,15}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None}
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ["str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value"]
)


@dataclass(frozen=True, slots=True)
class Tree:
    """Values, and path -> (line, column); a mapping's entry stands where its key stands."""

    value: Value
    places: Mapping[Path, Place]

    def place(self, path: Path) -> Place:
        """The place of the longest part of ``path`` that exists."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


class _Refused(Exception):
    def __init__(self, message: str, mark: yaml.Mark) -> None:
        super().__init__(message)
        self.mark = mark


class _Walker:
    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.places: dict[Path, Place] = {}
        self._seen: set[int] = set()

    def at(self, mark: yaml.Mark) -> Place:
        return mark.line + self.first_line, mark.column + 1

    def walk(self, node: yaml.Node, path: Path) -> Value:
        self.places.setdefault(path, self.at(node.start_mark))
        if id(node) in self._seen:
            raise _Refused("anchors and aliases (& and *) are not used here", node.start_mark)
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            raise _Refused("nested too deeply", node.start_mark)
        if node.tag not in _PLAIN_TAGS:
            raise _Refused("tags (!) are not used here", node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.walk(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(str(node.value), plain=not getattr(node, "style", None))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused("a key is a single word", key.start_mark)
            name = str(key.value)
            if name in result:
                raise _Refused(f"duplicate key {name!r}", key.start_mark)
            self.places[(*path, name)] = self.at(key.start_mark)
            result[name] = self.walk(item, (*path, name))
        return result


def _scalar(text: str, plain: bool) -> Value:
    if not plain:
        return text
    if text == "" or text in _WORDS:
        return _WORDS.get(text)
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def read_tree(text: str, file: str, first_line: int = 1) -> Tree | Problem:
    """Read one YAML document whose first line is ``first_line`` of its file."""
    walker = _Walker(first_line)
    try:
        loader = yaml.CSafeLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        if node is None:
            return Problem(file, first_line, 1, "the file is empty")
        return Tree(walker.walk(node, ()), walker.places)
    except _Refused as refused:
        return Problem(file, *walker.at(refused.mark), str(refused))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = walker.at(mark) if mark else (first_line, 1)
        return Problem(file, *place, f"not YAML: {error.problem or error.context}")
    except (yaml.reader.ReaderError, UnicodeError) as error:
        return Problem(file, *_unreadable(text, first_line), f"not readable text: {_brief(error)}")


def _unreadable(text: str, first_line: int) -> Place:
    """Where the first character stands that YAML does not allow (YAML 1.1, section 5.1)."""
    bad = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    before = text[: bad.start()] if bad else ""
    return first_line + before.count("\n"), len(before) - (before.rfind("\n") + 1) + 1


def _brief(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason) if reason else "a character that is not allowed"
