"""What evidence items and answers say for and against causes, as plain JSON.

Strategy: likelihoods are read from the compiled model, so that learned numbers show; how far an
item is trusted is taken out again where a chance is shown, and stays in where points are.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import log10
from typing import Any

from bot.catalog.entries import Catalog, Evidence, Question
from bot.desk.balance import found
from bot.engine import Model
from bot.engine.likelihood import TEMPER
from bot.engine.parts import Item

SPEAKS = 0.5
"""Points from which a state is said to speak for a cause or against it."""

Entry = dict[str, Any]


def pointers(model: Model, place: int) -> tuple[list[Entry], list[Entry]]:
    """What points to the cause at that place and what points away, the strongest first."""
    seen = [each for item in _items(model) for each in _states(model, item, place)]
    return (
        _sorted(each for each in seen if each["points"] >= SPEAKS),
        _sorted(each for each in seen if each["points"] <= -SPEAKS),
    )


def _items(model: Model) -> Iterator[Item]:
    yield from model.evidence.values()
    yield from (question.item for question in model.questions)


def _states(model: Model, item: Item, place: int) -> Iterator[Entry]:
    """Per state of an item: how often it is seen with the cause and otherwise, in points."""
    asked = item.origin == "question"
    for state in item.rows:
        yield {
            "kind": "question" if asked else "evidence",
            "item": item.id,
            "state": state,
            "reads": found(model.catalog, item.id, state, asked=asked),
            **_chances(model, item, state, place),
        }


def _chances(model: Model, item: Item, state: str, place: int) -> Entry:
    row = item.rows[state]
    power = 1.0
    if item.origin != "question":
        power = TEMPER[model.catalog.evidence[item.id].trust]
    return {
        "with_it": row[place] ** (1 / power),
        "otherwise": row[model.other] ** (1 / power),
        "points": 10 * log10(row[place] / row[model.other]),
    }


def _sorted(entries: Iterable[Entry], *keys: str) -> list[Entry]:
    names = keys or ("item", "state")
    return sorted(
        entries, key=lambda each: (-round(abs(each["points"]), 6), *(each[key] for key in names))
    )


def speaks(model: Model, item: Item, state: str) -> Entry:
    """Which causes a state speaks for and against, the strongest first."""
    causes = [
        {
            "cause": name,
            "title": model.catalog.causes[name].title,
            **_chances(model, item, state, place),
        }
        for place, name in enumerate(model.causes)
        if place != model.other
    ]
    named = _sorted((each for each in causes if abs(each["points"]) >= SPEAKS), "cause")
    return {
        "otherwise": _chances(model, item, state, model.other)["otherwise"],
        "points_to": [each for each in named if each["points"] > 0],
        "points_away_from": [each for each in named if each["points"] < 0],
    }


def same(catalog: Catalog, entry: Evidence | Question) -> list[str]:
    """The other items that say the same; only the strongest of them counts."""
    everything: list[Evidence | Question] = [
        *catalog.evidence.values(),
        *catalog.questions.values(),
    ]
    if entry.same_check is None:
        return []
    return sorted(
        other.id
        for other in everything
        if other.same_check == entry.same_check and other is not entry
    )


def known(catalog: Catalog, conditions: Mapping[str, tuple[str, ...]]) -> list[Entry]:
    """Conditions such as ``only_if``, each state in words."""
    return [
        {
            "item": item,
            "states": list(states),
            "reads": [
                found(catalog, item, each, asked=item in catalog.questions) for each in states
            ],
        }
        for item, states in sorted(conditions.items())
    ]


def matches(evidence: Evidence, state: str) -> Entry:
    """What in a report sets this state."""
    match = evidence.matches.get(state)
    if match is None:
        return {}
    made: Entry = {
        "codes": list(match.codes),
        "extended": list(match.extended),
        "texts": list(match.texts),
        "events": list(match.events),
        "report": {key: list(values) for key, values in match.report.items()},
        "rdp_file": {key: list(words) for key, words in match.rdp_file.items()},
    }
    return {key: value for key, value in made.items() if value}
