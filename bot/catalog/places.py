"""Where something stands in the files of a catalog, read again only when a problem is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.catalog.parsing import tree_of
from bot.catalog.problems import Level, Problem
from bot.catalog.yamltree import Path, Tree


@dataclass(frozen=True, slots=True)
class Places:
    """Makes problems that point at a field (by path) or at a line of the prose."""

    files: Mapping[str, str]
    _trees: dict[str, Tree | None] = field(default_factory=dict)

    def problem(self, file: str, path: Path, message: str, level: Level = "error") -> Problem:
        """A problem at a field of ``file``, or at the nearest field around it that exists."""
        tree = self._tree(file)
        line, column = tree.place(path) if tree else (1, 1)
        return Problem(file, line, column, message, level)

    def in_text(self, file: str, excerpt: str, message: str, level: Level = "error") -> Problem:
        """A problem at the first place of ``excerpt`` in the file (line 1 where there is none)."""
        at = self.files.get(file, "").find(excerpt)
        return self.at_offset(file, max(at, 0), message, level)

    def at_offset(self, file: str, at: int, message: str, level: Level = "error") -> Problem:
        """A problem at a character of the file, counted from 0."""
        before = self.files.get(file, "")[:at]
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Problem(file, before.count("\n") + 1, column, message, level)

    def _tree(self, file: str) -> Tree | None:
        if file not in self._trees:
            found = tree_of(file, self.files[file]) if file in self.files else None
            self._trees[file] = found[0] if isinstance(found, tuple) else None
        return self._trees[file]


def file_of(kind: str, name: str, layer: str = "") -> str:
    """The path of an entry inside the knowledge folder."""
    match kind:
        case "cause":
            return f"causes/{layer}/{name}.md"
        case "cases":
            return f"causes/{layer}/{name}.cases.yaml"
        case "fix":
            return f"fixes/{name}.md"
        case _:
            return f"{kind}s/{name}.yaml" if kind == "question" else f"{kind}/{name}.yaml"
