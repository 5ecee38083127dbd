"""Random knowledge bases from a seed: a small congruential generator, so runs never differ.

The shape follows field models: Dirichlet-like priors, 1.25 fixes a cause, 40 % of them cure a
second cause, one "shotgun", costs around four minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

from bot.catalog.entries import Catalog
from tests.engine import factory as make


class Dice:
    """A linear congruential generator (Knuth's MMIX constants)."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 2654435761 + 12345) % 2**64
        for _ in range(3):
            self.unit()

    def unit(self) -> float:
        """Uniform in (0, 1)."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return ((self._state >> 33) + 1) / (2**31 + 2)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def below(self, number: int) -> int:
        return min(int(self.unit() * number), number - 1)

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def minutes(self) -> float:
        """Roughly log-normal around four minutes."""
        spread = sum(self.unit() for _ in range(12)) - 6.0
        return max(0.5, exp(log(4.0) + 0.8 * spread))


@dataclass(frozen=True)
class Shape:
    """How many of everything, and which rules are in play."""

    causes: int = 5
    fixes: int = 6
    questions: int = 2
    probes: int = 2
    shared: bool = True
    tiers: bool = False
    groups: bool = False
    orders: bool = False
    not_sure: bool = False
    tests: bool = False
    """A temporary test of tier 3, and fixes that can cut the only way in."""


def world(seed: int, shape: Shape) -> Catalog:
    """A random knowledge base."""
    dice = Dice(seed)
    names = [f"c{number:02}" for number in range(shape.causes)]
    entries: list[make.Entry] = [
        make.cause(
            name, -log(dice.unit()) + 0.01, layer=("network", "port", "client")[dice.below(3)]
        )
        for name in names
    ]
    entries += [_probe(dice, number, names) for number in range(shape.probes)]
    entries += [_question(dice, number, names, shape) for number in range(shape.questions)]
    entries += [_fix(dice, number, names, shape) for number in range(shape.fixes)]
    if shape.tests:
        cures = {name: dice.between(0.7, 0.98) for name in names[:2]}
        entries.append(make.test_fix("t00", cures, effort=1.0, permanent_fix=("f00", "f01")))
    groups = {"console": dice.between(2, 12), "server": dice.between(1, 5)} if shape.groups else {}
    return make.catalog(
        entries, f"world-{seed}", groups=groups, escalation_cost=dice.between(45, 120)
    )


def _rows(dice: Dice, names: list[str], states: list[str]) -> Mapping[str, Mapping[str, float]]:
    rows = {}
    for name in names:
        raw = [dice.unit() ** 2 + 0.02 for _ in states]
        rows[name] = {state: value / sum(raw) for state, value in zip(states, raw, strict=True)}
    return rows


def _probe(dice: Dice, number: int, names: list[str]) -> make.Entry:
    states = ["ok", "bad", "worse"]
    return make.evidence(
        f"e{number:02}",
        {"ok": 0.8, "bad": 0.1, "worse": 0.1},
        _rows(dice, [name for name in names if dice.chance(0.7)], states),
        abnormal=frozenset({"bad", "worse"}),
    )


def _question(dice: Dice, number: int, names: list[str], shape: Shape) -> make.Entry:
    states = ["yes", "no", "maybe"][: 2 + dice.below(2)]
    more: dict[str, Any] = {"effort": dice.between(0.5, 4.0)}
    if shape.not_sure:
        more["not_sure_share"] = 0.3 * dice.unit()
    if shape.groups and dice.chance(0.2):
        more["needs_access"] = "server"
    otherwise = {state: 1 / len(states) for state in states}
    return make.question(f"q{number:02}", otherwise, _rows(dice, names, states), **more)


def _fix(dice: Dice, number: int, names: list[str], shape: Shape) -> make.Entry:
    cures = {names[number % len(names)]: dice.between(0.2, 0.98)}
    if shape.shared and dice.chance(0.4):
        cures[names[dice.below(len(names))]] = dice.between(0.2, 0.98)
    if shape.shared and number == shape.fixes - 1:
        cures = {name: dice.between(0.2, 0.5) for name in names}
    more: dict[str, Any] = {}
    if shape.tiers:
        more["risk"] = (0, 0, 1, 2)[dice.below(4)]
    if shape.groups and dice.chance(0.5):
        more["needs_access"] = ("console", "server")[dice.below(2)]
    if shape.orders and number and dice.chance(0.4):
        more["after"] = (f"f{dice.below(number):02}",)
    if shape.tests:
        more["cuts_access"] = dice.chance(0.3)
    return make.fix(f"f{number:02}", cures, dice.minutes(), **more)
