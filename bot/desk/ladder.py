"""The rows of a card: one a rung, over all places that were looked from.

Strategy: a rung is a fault when one of its evidence items is abnormal at a place; what each place
saw is said once where they agree and with the place's name where they differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.catalog.entries import Catalog
from bot.desk.rungs import RUNGS, Rung, say
from bot.desk.view import Mark, Row
from bot.desk.words import listed, place
from bot.evidence import Observation, Status
from bot.evidence.findings import derive

BOX = "jumpbox.session"

Seen = Mapping[str, Sequence[Observation]]
"""Place -> what was seen from there."""


def by_place(observations: Sequence[Observation]) -> dict[str, list[Observation]]:
    """Observations by place, in the order in which the places come."""
    found: dict[str, list[Observation]] = {}
    for each in observations:
        found.setdefault(each.vantage, []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """What one card's rows are made from; ``live`` while more is on its way."""

    catalog: Catalog
    host: str
    seen: Seen
    states: Mapping[str, Mapping[str, str]]
    live: bool

    def row(self, rung: Rung) -> Row | None:
        """The row of a rung, or None for a rung that has nothing to say here."""
        mine = {
            vantage: [each for each in observations if each.probe in rung.probes]
            for vantage, observations in self.seen.items()
        }
        marks = [
            _mark(self.catalog, rung, mine[vantage], self.states[vantage]) for vantage in self.seen
        ]
        if rung.when == "fault" and "fault" not in marks:
            return None
        if rung.when == "asked" and not any(mine.values()):
            return None
        if rung.when == "run" and not any(map(_was_run, mine.values())):
            return None
        if not any(mine.values()):
            return Row("…" if self.live else "not checked", rung.title)
        return Row(_worst(marks), rung.title, self._words(rung, mine))

    def _words(self, rung: Rung, mine: Seen) -> str:
        """What the places saw; who could not look at this rung is silent where another could."""
        looked = {
            vantage: each
            for vantage, each in mine.items()
            if each and (_was_run(each) or not cut_off(self.seen[vantage]))
        }
        ran = {vantage: each for vantage, each in looked.items() if _was_run(each)}
        words = {
            vantage: said
            for vantage, each in (ran or looked).items()
            if (said := say(rung, each, self.host, self.states[vantage]))
        }
        if rung.probe == BOX and len(words) > 1:
            return "; ".join(f"{each}: {rung.between.join(said)}" for each, said in words.items())
        return _joined(words, rung.between, alone=len(words) == len(looked))


def rows(
    catalog: Catalog, observations: Sequence[Observation], target: tuple[str, int], *, live: bool
) -> tuple[Row, ...]:
    """All rows of a card for ``target`` (host, port); while ``live``, the rest is on its way."""
    host, port = target
    seen = by_place(observations)
    states = {vantage: derive(each) for vantage, each in seen.items()}
    look = _Look(catalog, host, seen, states, live)
    made = [row for row in map(look.row, RUNGS) if row is not None]
    return _said_once(
        [Row(row.mark, f"Port {port}", row.detail) if row.title == "Port" else row for row in made]
    )


def cut_off(observations: Sequence[Observation]) -> bool:
    """Whether the way to a place is broken; then its other rungs have nothing to add."""
    return any(each.probe == BOX and each.failure is not None for each in observations)


def _said_once(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, with the reason of several unchecked rungs in a row at the first of them."""
    made: list[Row] = []
    reason = ""
    for row in rows:
        again = row.mark == "not checked" and row.detail == reason
        reason = row.detail if row.mark == "not checked" else ""
        made.append(Row(row.mark, row.title) if again else row)
    return tuple(made)


def _mark(
    catalog: Catalog, rung: Rung, mine: Sequence[Observation], states: Mapping[str, str]
) -> Mark:
    for item in rung.items:
        entry = catalog.evidence.get(item)
        if entry is not None and states.get(item) in entry.abnormal:
            return "fault"
    if any(each.failure is not None and each.failure.startswith(rung.breaks) for each in mine):
        return "fault"
    if any(each.status is Status.PASSED for each in mine) or (rung.neutral and _was_run(mine)):
        return "ok"
    return "not checked"


def _was_run(mine: Sequence[Observation]) -> bool:
    return any(each.status is not Status.NOT_RUN for each in mine)


def _worst(marks: Sequence[Mark]) -> Mark:
    for mark in ("fault", "ok"):
        if mark in marks:
            return "fault" if mark == "fault" else "ok"
    return "not checked"


def _joined(words: Mapping[str, Sequence[str]], between: str, *, alone: bool) -> str:
    """What all places say once, and then what only some do, with their names.

    ``alone``: no other place looked, so that a single one need not be named.
    """
    first = next(iter(words.values()), ())
    if len(words) == 1 and alone:
        return between.join(first)
    shared = [
        part for part in first if len(words) > 1 and all(part in one for one in words.values())
    ]
    apart: dict[str, list[str]] = {}
    for vantage, parts in words.items():
        own = between.join(part for part in parts if part not in shared)
        if own:
            apart.setdefault(own, []).append(place(vantage))
    named = [f"{text} (from {listed(places)})" for text, places in apart.items()]
    return "; ".join([*([between.join(shared)] if shared else []), *named])


def changes(
    catalog: Catalog, before: Mapping[str, str], now: Mapping[str, str], items: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the named items read before and now."""

    def read(states: Mapping[str, str], item: str) -> str:
        entry = catalog.evidence.get(item)
        state = states.get(item)
        if entry is None or state is None:
            return f"{item}: not seen"
        return f"{entry.title}: {entry.states.get(state, state)}"

    return tuple(read(before, item) for item in items), tuple(read(now, item) for item in items)
