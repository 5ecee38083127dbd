"""Closed cases from a known truth: a cause is drawn, the engine is followed, the end written down.

The engine plans with one model (what people believe), the world answers from another (the truth).
"""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.catalog.entries import Catalog
from bot.engine import Model, Situation, Try, answered, tried
from bot.engine.decision import Decision, decide
from bot.engine.lessons import Case, Ending
from tests.engine.worlds import Dice

Key = TypeVar("Key")


@dataclass
class World:
    """The truth, and the plans of one policy, each made once."""

    truth: Model
    policy: Model
    dice: Dice
    plans: dict[str, Decision] = field(default_factory=dict)

    def decide(self, situation: Situation) -> Decision:
        key = str(situation.to_json())
        if key not in self.plans:
            self.plans[key] = decide(self.policy, situation)
        return self.plans[key]

    def cause(self) -> int:
        return self._drawn(dict(enumerate(self.truth.prior)))

    def seen(self, cause: int) -> dict[str, str]:
        states = {
            name: {state: row[cause] for state, row in item.rows.items()}
            for name, item in self.truth.evidence.items()
        }
        return {name: self._drawn(rows) for name, rows in states.items()}

    def answer(self, question: str, cause: int) -> str:
        rows = self.truth.question(question).item.rows
        return self._drawn({state: row[cause] for state, row in rows.items()})

    def cured(self, fix: str, cause: int) -> bool:
        return self.dice.chance(dict(self.truth.fix(fix).cures).get(cause, 0.0))

    def _drawn(self, chances: dict[Key, float]) -> Key:
        left = self.dice.unit() * sum(chances.values())
        for key, chance in chances.items():
            left -= chance
            if left <= 0.0:
                return key
        return key

    def case(self, named: float = 0.5) -> tuple[Case, float]:
        """One ticket to its end, and what it cost; ``named``: how often the second line tells."""
        cause, cost = self.cause(), 0.0
        situation = Situation(evidence=self.seen(cause))
        while True:
            made = self.decide(situation)
            if made.kind == "recheck":
                situation = replace(situation, rechecked=True)
                continue
            if made.kind == "escalate":
                cost += self.policy.catalog.settings.escalation_cost
                told = self.dice.chance(named)
                name = self.truth.causes[cause] if told else None
                return _closed(situation, "second-line" if told else "unknown", name), cost
            cost += made.options[0].price
            if made.kind == "question":
                state = self.answer(made.id, cause)
                situation = answered(self.policy, situation, made.id, state)
            elif self.cured(made.id, cause):
                ended = replace(situation, tries=(*situation.tries, Try(made.id, "worked")))
                return _closed(ended, "verified", None), cost
            else:
                situation = tried(self.policy, situation, made.id, "failed")


def _closed(situation: Situation, ending: Ending, cause: str | None) -> Case:
    return Case(ending, 0.0, situation.evidence, situation.answers, situation.tries, cause)


def history(truth: Catalog, policy: Catalog, number: int, seed: int = 1) -> list[Case]:
    """So many closed tickets."""
    world = World(Model.of(truth), Model.of(policy), Dice(seed))
    return [world.case()[0] for _ in range(number)]
