"""A simulated world for measuring the knowledge base: causes are drawn, hosts show what they would.

Strategy: the model is taken at its word.  A first look is drawn for a cause; the tickets that share
it have causes drawn from the belief that it leaves, which is the same joint law and lets plans be
shared.  What lies behind the rung at which a connection stops cannot be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bot.catalog.entries import NOT_SURE
from bot.engine import Model, Situation
from bot.engine.belief import DOUBT, posterior

LADDER = "ladder"
RUNGS = ("name", "host", "port", "rdp", "tls", "nla", "logon", "session")
BEHIND: Mapping[str, str] = {
    "host.companions": "host",
    "port.tcp": "port",
    "rdp.negotiation": "rdp",
    "tls.hello": "tls",
    "tls.certificate": "tls",
    "nla.challenge": "nla",
}
"""The rung that a connection must have come to before a probe can see anything."""

SEEN: Mapping[str, float] = {"gateway": 0.1, "report": 0.3, "probe": 0.8}
"""How often an item is known at all."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Look:
    """A first look: the situation that it leads to, and P(cause) after it."""

    start: Situation
    weights: tuple[float, ...]


class World:
    """Draws from a model; equal seeds draw the same, on every Python."""

    def __init__(self, model: Model, seed: str) -> None:
        self.model = model
        self.dice = Random(seed)  # noqa: S311 - simulation, nothing to be kept secret

    def drawn(self, chances: Mapping[Key, float]) -> Key:
        """A key, as often as its weight says."""
        keys = list(chances)
        left = self.dice.random() * sum(chances.values())
        for key in keys:
            left -= chances[key]
            if left < 0.0:
                return key
        return keys[-1]

    def cause(self, weights: Sequence[float]) -> int:
        """A cause's place."""
        return self.drawn(dict(enumerate(weights)))

    def evidence(self, cause: int) -> dict[str, str]:
        """What a first look shows if that is the cause."""
        seen: dict[str, str] = {}
        items = self.model.evidence
        if LADDER in items:
            seen[LADDER] = self._state(items[LADDER].rows, cause)
        for name, item in items.items():
            if name == LADDER:
                continue
            state = self._state(item.rows, cause)
            if self.dice.random() < self._known(name) and self._visible(name, seen):
                seen[name] = state
        return seen

    def look(self) -> Look:
        """A first look at the host of a new ticket; some teams have approvers or a console."""
        evidence = self.evidence(self.cause(self.model.prior))
        approved, console = self.dice.random() < 0.5, self.dice.random() < 0.5
        start = Situation(evidence=evidence, approved=approved, console=console)
        return Look(start, tuple(posterior(self.model, start)))

    def answer(self, question: str, cause: int) -> str:
        """What the person answers."""
        found = self.model.question(question)
        if self.dice.random() < found.not_sure:
            return NOT_SURE
        return self._state(found.item.rows, cause)

    def able(self, fix: str) -> bool:
        """Whether somebody can do it."""
        able = self.model.fix(fix).able
        return able == 1.0 or self.dice.random() < able

    def helps(self, fix: str, cause: int) -> bool:
        """Whether a fix cures the cause (or a test seems to have helped)."""
        found = self.model.fix(fix)
        chance = dict(found.cures).get(cause, DOUBT if found.temporary else 0.0)
        return self.dice.random() < chance

    def _state(self, rows: Mapping[str, Sequence[float]], cause: int) -> str:
        return self.drawn({state: row[cause] for state, row in rows.items()})

    def _known(self, name: str) -> float:
        item = self.model.evidence[name]
        return SEEN[
            "gateway"
            if name.startswith("gateway")
            else "probe"
            if item.origin == "probe"
            else "report"
        ]

    def _visible(self, name: str, seen: Mapping[str, str]) -> bool:
        entry, stop = self.model.catalog.evidence[name], seen.get(LADDER, "ok")
        rung = BEHIND.get(entry.probe or "", RUNGS[0])
        return stop not in RUNGS or RUNGS.index(rung) <= RUNGS.index(stop)
