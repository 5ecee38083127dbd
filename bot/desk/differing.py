"""What differs between two versions of the knowledge, and which causes that speaks about.

A change of words alone (titles, texts, sources) moves no number.  A changed fix or question speaks
about the causes that it cures or lists; evidence speaks through the belief, which is computed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.catalog.entries import Catalog, Evidence, Fix, Question, Review

How = Literal["new", "gone", "changed", "reworded"]
_NOBODY = Review("", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that is not the same in both versions."""

    kind: str
    id: str
    how: How


@dataclass(frozen=True, slots=True)
class Difference:
    """All such entries; ``touched`` are the causes spoken about, None for all of them."""

    entries: tuple[Entry, ...]
    touched: frozenset[str] | None

    def reach(self, before: Mapping[str, float], after: Mapping[str, float]) -> float:
        """How far two beliefs (cause -> probability) differ or lie on what is touched, 0 to 1."""
        if self.touched is None:
            return 1.0
        names = sorted({*before, *after})
        moved = sum(abs(before.get(name, 0.0) - after.get(name, 0.0)) for name in names) / 2
        on_it = sum(max(before.get(n, 0.0), after.get(n, 0.0)) for n in names if n in self.touched)
        return max(moved, on_it)


def difference(before: Catalog, after: Catalog) -> Difference:
    """Compare two versions entry by entry."""
    entries: list[Entry] = []
    touched: set[str] = set()
    for kind in ("causes", "evidence", "questions", "fixes"):
        old, new = getattr(before, kind), getattr(after, kind)
        for name in sorted({*old, *new}):
            pair = [version[name] for version in (old, new) if name in version]
            how = _how(name, old, new)
            if how is not None:
                entries.append(Entry(_SINGULAR[kind], name, how))
            if how in ("new", "gone", "changed"):
                touched |= set(_spoken(pair))
    if before.codes != after.codes:
        entries.append(Entry("table", "codes", "changed"))
    if before.settings != after.settings:
        entries.append(Entry("table", "settings", "changed"))
    everything = before.settings != after.settings
    return Difference(tuple(entries), None if everything else frozenset(touched))


_SINGULAR = {"causes": "cause", "evidence": "evidence", "questions": "question", "fixes": "fix"}


def _how(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> How | None:
    if name not in old:
        return "new"
    if name not in new:
        return "gone"
    if old[name] == new[name]:
        return None
    return "reworded" if _numbers(old[name]) == _numbers(new[name]) else "changed"


def _numbers(entry: Any) -> Any:
    """An entry without what only people read."""
    bare: dict[str, Any] = {"title": "", "source": (), "reviewed": _NOBODY}
    if isinstance(entry, Evidence):
        return replace(entry, **bare, states=dict.fromkeys(entry.states, ""))
    if isinstance(entry, Question):
        words: dict[str, Any] = {"ask": "", "where_to_look": ""}
        return replace(entry, **bare, **words, answers=dict.fromkeys(entry.answers, ""))
    undo: dict[str, Any] = (
        {"undo": None} if isinstance(entry, Fix) else {"who_feels_it": "", "layer": ""}
    )
    return replace(entry, **bare, text="", **undo)


def _spoken(pair: Sequence[Any]) -> Iterator[str]:
    """The causes that an entry speaks about; where only lines differ, those of these lines."""
    lines = [frozenset(_lines(entry)) for entry in pair]
    rest = [_numbers(_without_lines(entry)) for entry in pair]
    told = lines[0] ^ lines[-1] if len(pair) > 1 and rest[0] == rest[1] else lines[0] | lines[-1]
    yield from (line.cause for line in told)
    if not isinstance(pair[0], (Evidence, Fix, Question)):
        yield pair[0].id


def _lines(entry: Any) -> Sequence[Any]:
    if isinstance(entry, Question):
        return entry.says
    return entry.cures if isinstance(entry, Fix) else ()


def _without_lines(entry: Any) -> Any:
    if isinstance(entry, Question):
        return replace(entry, says=())
    return replace(entry, cures=()) if isinstance(entry, Fix) else entry
