"""From an evidence item or a question to rows: P(state | cause) by state, over the causes.

Strategy: words become a distribution for each cause, floors and trust are applied, and the result
is turned over, so that a finding is one row.  An item that refines a rung of the ladder gets a
second set: which of its faults it is, given that it is one.
"""

from collections.abc import Mapping, Sequence

from bot.catalog.entries import Evidence, Question
from bot.engine.likelihood import PROBE_FLOOR, TOLD_FLOOR, distribution, spread, tempered
from bot.engine.parts import Item, Origin, Row, UnknownEntry


def states_of(entry: Evidence | Question) -> Mapping[str, str]:
    """State or answer -> its words."""
    return entry.states if isinstance(entry, Evidence) else entry.answers


def floor_of(entry: Evidence | Question) -> float:
    """The least that any cause gives to a state."""
    # An error code or text that a program showed is as good as a probe; an answer is not.
    firm = isinstance(entry, Evidence) and (entry.origin == "probe" or entry.trust == "firm")
    return PROBE_FLOOR if firm else TOLD_FLOOR


def item_of(
    entry: Evidence | Question,
    origin: Origin,
    causes: Mapping[str, int],
    learned: Mapping[str, Mapping[str, float]],
) -> Item:
    """Compile one item; ``learned`` rows replace the expert's.  Raises UnknownEntry."""
    states, floor = tuple(states_of(entry)), floor_of(entry)
    _checked(entry, states, causes)
    pairs = said_of(entry) | {cause: dict(row) for cause, row in learned.items()}
    usual = distribution(states, {}, entry.otherwise, floor)
    by_cause = [
        distribution(states, pairs[name], entry.otherwise, floor) if name in pairs else usual
        for name in causes
    ]
    power = entry.trust if isinstance(entry, Evidence) else "firm"
    columns = {state: [row[place] for row in by_cause] for place, state in enumerate(states)}
    rows = {state: tempered(column, power) for state, column in columns.items()}
    spreads = {state: spread(row) for state, row in rows.items()}
    if not isinstance(entry, Evidence):
        return Item(entry.id, origin, rows, spreads, frozenset(), entry.same_check)
    return Item(
        id=entry.id,
        origin=origin,
        rows=rows,
        spread=spreads,
        abnormal=entry.abnormal,
        same_check=entry.same_check,
        usual=entry.usual_state,
        refines=frozenset(entry.refines),
        within=_within(columns, entry) if entry.refines else {},
    )


def said_of(entry: Evidence | Question) -> dict[str, dict[str, float]]:
    """Cause -> state -> P(state | cause), of what the expert listed."""
    pairs: dict[str, dict[str, float]] = {}
    for said in entry.says:
        pairs.setdefault(said.cause, {})[said.state] = said.often.value
    return pairs


def _checked(entry: Evidence | Question, states: Sequence[str], causes: Mapping[str, int]) -> None:
    for said in entry.says:
        if said.cause not in causes:
            raise UnknownEntry(f"{entry.id} names {said.cause!r}, which does not exist")
        if said.state not in states:
            raise UnknownEntry(f"{entry.id} speaks of the state {said.state!r}, which it has not")


def _within(columns: Mapping[str, Sequence[float]], entry: Evidence) -> dict[str, Row]:
    """P(state | cause, one of the abnormal states), tempered."""
    faults = {state: columns[state] for state in columns if state in entry.abnormal}
    totals = [sum(shares) for shares in zip(*faults.values(), strict=True)]
    return {
        state: tempered([v / t for v, t in zip(column, totals, strict=True)], entry.trust)
        for state, column in faults.items()
    }
