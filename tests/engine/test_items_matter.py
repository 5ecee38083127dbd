"""Each of the most used evidence items decides something: without it a verdict is another one.

Use is the number of causes that say something on an item, times how often a first look knows it.
The item is taken out of the knowledge base, not only out of what was seen, so that no other item
can stand in for it by accident.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

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

PROVED_BY = {
    "ladder": "network-path-down",
    "server-kind": "virtualbox-display-answers",
    "fails-at": "udp-transport-drops",
    "onset": "gateway-farm-without-affinity",
    "scope": "conditional-access-refuses",
    "other-network-works": "source-address-blocked",
    "other-client-works": "saved-credentials-outdated",
    "other-user-works": "logon-denied-by-policy",
    "other-host-works": "user-network",
    "reported-connect-error": "home-network-overlaps",
    "port-state": "network-path-down",
    "neighbour": "host-without-network",
    "vantages": "path-blocked-for-user",
}
"""Item -> a cause that its proof case does not prove any more once the item is gone."""

SEEN = {
    "host-life": (
        {"ladder": "port", "port-state": "timeout", "host-life": "answers", "neighbour": "absent"},
        "host-down-or-asleep",
    ),
}
"""Item -> a look, and the cause that would be thought likeliest if the item did not rule it out."""


def used(catalog: Catalog, model: Model) -> list[str]:
    """Evidence items, the most used first."""
    known = Counter[str]()
    for number in range(LOOKS):
        world = World(model, f"use:{number}")
        known.update(list(world.evidence(world.cause(model.prior))))
    causes = {name: len({said.cause for said in e.says}) for name, e in catalog.evidence.items()}
    return sorted(causes, key=lambda name: (-causes[name] * known[name], name))


@cache
def without(item: str) -> Model:
    """The shipped knowledge as if nobody had ever thought of that item."""
    kept = {name: entry for name, entry in CATALOG.evidence.items() if name != item}
    return Model.of(replace(CATALOG, evidence=kept))


def judged(model: Model, situation: Situation) -> tuple[str, str]:
    """State and likeliest cause, by what the model has an item for."""
    known = {item: state for item, state in situation.evidence.items() if item in model.evidence}
    made = verdict(model, replace(situation, evidence=known))
    return made.state, made.causes[0].id


def test_the_most_used_items_are_all_looked_at() -> None:
    missing = set(used(CATALOG, MODEL)[:MOST_USED]) - set(PROVED_BY) - set(SEEN)
    assert not missing, "name a proof case that needs each of these items"


@pytest.mark.parametrize(("item", "cause"), PROVED_BY.items())
def test_a_proof_fails_without_the_item(item: str, cause: str) -> None:
    proofs = [
        each for each in catalog_cases(FILES) if (each.cause, each.expect) == (cause, "first")
    ]
    lost = 0
    for proof in proofs:
        case = read_case(dict(proof.input), proof.file)
        assert judged(MODEL, situation_of(CATALOG, case)) == ("found", cause)
        less = without(item)
        lost += judged(less, situation_of(less.catalog, case)) != ("found", cause)
    assert lost > 0


@pytest.mark.parametrize(("item", "seen", "cause"), [(i, *row) for i, row in SEEN.items()])
def test_a_cause_is_blamed_without_the_item(item: str, seen: Mapping[str, str], cause: str) -> None:
    assert judged(MODEL, Situation(evidence=seen))[1] != cause
    assert judged(without(item), Situation(evidence=seen))[1] == cause
