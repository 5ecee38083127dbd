"""Each of the most used evidence items decides something: without it a verdict is another one.

Use is the number of causes that say something on an item, times how often a first look knows it.
The item is taken out of the knowledge base, not only out of what was seen: as if nobody had ever
thought of it.  What it decides is a proof case, or a look that is named here.
"""

from collections import Counter
from dataclasses import replace

import pytest

from bot.catalog import catalog_cases, load, shipped
from bot.catalog.entries import Catalog
from bot.desk.cases import read_case, situation_of
from bot.desk.simworld import World
from bot.engine import Model, Situation, verdict

FILES = shipped()
CATALOG = load(FILES)
MODEL = Model.of(CATALOG)
LOOKS = 400
MOST_USED = 10

ANSWERS_BESIDE = {
    "ladder": "port",
    "port-state": "timeout",
    "host-life": "answers",
    "neighbour": "absent",
}
"""A silent port on a host that answers elsewhere: it is not off, whatever its neighbours say."""


def used(catalog: Catalog, model: Model) -> list[str]:
    """Evidence items, the most used first."""
    known = Counter[str]()
    for number in range(LOOKS):
        world = World(model, f"use:{number}")
        known.update(list(world.evidence(world.cause(model.prior))))
    causes = {name: len({said.cause for said in e.says}) for name, e in catalog.evidence.items()}
    return sorted(causes, key=lambda name: (-causes[name] * known[name], name))


def looks() -> dict[str, Situation]:
    """Every proof case by the place where it stands, and what is named here."""
    found = {
        f"{case.file}:{case.line}": situation_of(CATALOG, read_case(dict(case.input), case.file))
        for case in catalog_cases(FILES)
    }
    return {**found, "a silent port, a host that answers": Situation(evidence=ANSWERS_BESIDE)}


SITUATIONS = looks()


def judged(model: Model, situation: Situation) -> tuple[str, str]:
    """State and likeliest cause, by what the model has an item for."""
    known = {item: state for item, state in situation.evidence.items() if item in model.evidence}
    made = verdict(model, replace(situation, evidence=known))
    return made.state, made.causes[0].id


def changed(item: str) -> dict[str, tuple[str, str]]:
    """Where the verdict is another one without the item, and which one it is with it."""
    kept = {name: entry for name, entry in CATALOG.evidence.items() if name != item}
    less = Model.of(replace(CATALOG, evidence=kept))
    return {
        where: judged(MODEL, situation)
        for where, situation in SITUATIONS.items()
        if item in situation.evidence and judged(MODEL, situation) != judged(less, situation)
    }


@pytest.mark.parametrize("item", used(CATALOG, MODEL)[:MOST_USED])
def test_a_verdict_hangs_on_the_item(item: str) -> None:
    found = [verdict for verdict in changed(item).values() if verdict[0] == "found"]
    assert found, "no proof case needs it"


def test_a_host_that_answers_is_not_off() -> None:
    assert "a silent port, a host that answers" in changed("host-life")
