"""What a score starts from: cases with their truth, the meaning of tags, and groups of cases.

Strategy: the case itself is read by the reader of ``kb diagnose``, which leaves ``truth`` out; only
this module looks at ``truth``, and what it finds never meets the engine.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalog.entries import LAYERS
from bot.catalog.problems import Problem
from bot.catalog.yamltree import read_tree
from bot.desk.cases import BadCase, Case, read_case

GROUPS = ("wire", "told", "open")
MOST_CAUSES = 2

Tags = Mapping[str, tuple[str, ...]]


class BadInput(ValueError):
    """A file of the report cannot be used; the text names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case and its true cause: tag and layer, in the words of whoever published it."""

    id: str
    case: Case
    tag: str
    layer: str


@dataclass(frozen=True, slots=True)
class Groups:
    """What an expert can decide before a question, and which tags are as right as the true one."""

    of: Mapping[str, str]
    """Case id -> wire, told or open."""
    equals: Mapping[str, tuple[str, ...]]
    """Case id -> tags that the same evidence fits equally well."""
    families: tuple[frozenset[str], ...] = ()
    """Sets of tags with practically the same repair."""

    def right(self, case: Known) -> list[str]:
        """The true tag, then the others that are as right for this case."""
        kin = {tag for family in self.families if case.tag in family for tag in family}
        return [case.tag, *sorted({*kin, *self.equals.get(case.id, ())} - {case.tag})]


NO_GROUPS = Groups({}, {})


def text_of(path: Path) -> str:
    """A file as text; raises BadInput."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInput(f"{path} cannot be read: {reason}") from None


def cases_of(paths: Iterable[Path]) -> list[Known]:
    """Every line of the files, in order; raises BadInput naming file and line."""
    found: dict[str, Known] = {}
    for path in paths:
        lines = [
            (at, line) for at, line in enumerate(text_of(path).splitlines(), 1) if line.strip()
        ]
        if not lines:
            raise BadInput(f"{path}: it is empty; a case is a JSON object, one a line")
        for at, line in lines:
            known = _known(line, f"{path}:{at}")
            if known.id in found:
                raise BadInput(f"{path}:{at}: the id {known.id!r} was there before; name each once")
            found[known.id] = known
    return list(found.values())


def _known(line: str, where: str) -> Known:
    raw = _json(line, where)
    try:
        case = read_case(raw, where)
    except BadCase as error:
        raise BadInput(str(error)) from None
    if not isinstance(case.id, str) or not case.id:
        raise BadInput(f'{where}: a case to score needs a name: "id": "c001"')
    truth = raw.get("truth")
    if not isinstance(truth, dict) or not isinstance(truth.get("cause_tag"), str):
        raise BadInput(f'{where}: nothing to score against: "truth": {{"cause_tag", "layer"}}')
    if truth.get("layer") not in LAYERS:
        raise BadInput(f"{where}: the layer of the truth is one of: {', '.join(LAYERS)}")
    return Known(case.id, case, truth["cause_tag"], truth["layer"])


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"{where}: not JSON ({error})") from None


def tags_of(path: Path, causes: Collection[str]) -> Tags:
    """Tag -> the causes that answer to it; raises BadInput, also for a cause that is not there."""
    tree = read_tree(text_of(path), str(path))
    if isinstance(tree, Problem):
        raise BadInput(str(tree))
    if not isinstance(tree.value, dict):
        raise BadInput(f"{path}: lines of the form tag: [cause, cause] are expected")
    tags: dict[str, tuple[str, ...]] = {}
    for tag, named in tree.value.items():
        where = f"{path}:{tree.place((tag,))[0]}"
        if not isinstance(named, list) or not 1 <= len(named) <= MOST_CAUSES:
            raise BadInput(f"{where}: {tag} names one or {MOST_CAUSES} causes: {tag}: [cause]")
        for cause in named:
            if cause not in causes:
                raise BadInput(f"{where}: {tag} names {cause!r}, which is no cause")
        tags[tag] = tuple(map(str, named))
    return tags


def groups_of(path: Path) -> Groups:
    """Groups, equals and families; raises BadInput.  Ids of other files' cases do no harm."""
    raw = _json(text_of(path), str(path))
    if not isinstance(raw, dict) or not isinstance(raw.get("groups"), dict):
        raise BadInput(f'{path}: an object with "groups" is expected: {{"groups": {{ID: ...}}}}')
    entries, families = raw["groups"], raw.get("families", [])
    if not isinstance(families, list):
        raise BadInput(f"{path}: families: a list of lists of tags is expected")
    for name, entry in entries.items():
        if not isinstance(entry, dict) or entry.get("group") not in GROUPS:
            raise BadInput(f"{path}: {name}: the group is one of: {', '.join(GROUPS)}")
    return Groups(
        {name: entry["group"] for name, entry in entries.items()},
        {
            name: tuple(_words(entry.get("equals", []), f"{path}: {name}: equals"))
            for name, entry in entries.items()
        },
        tuple(frozenset(_words(family, f"{path}: a family")) for family in families),
    )


def _words(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadInput(f"{where}: a list of tags is expected")
    return value
