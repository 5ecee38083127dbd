"""Simulated tickets: how long they take, what they cost, whether a rule is broken.

Strategy: tickets come in batches that share a first look, so that each plan is made once; batches
are independent, and worker processes take them in turn without changing any number.
"""

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from json import dumps

from bot.catalog import load
from bot.desk.simworld import Look, World
from bot.engine import Model, Situation, answered, cannot, tried, undone
from bot.engine.audit import breaches
from bot.engine.decision import Decision, decide
from bot.engine.values import Epoch

SHARED = 25
"""Tickets that share a first look."""

MOST_PER_LOOK = 50
LOOKS = 2_000
"""From so many looks on more tickets share one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to simulate.  ``reprobe``: whether the probes look again after a fix."""

    tickets: int = 2_000
    seed: int = 1
    two_faults: bool = False
    reprobe: bool = True

    @property
    def shared(self) -> int:
        """Tickets that share a first look."""
        return min(MOST_PER_LOOK, max(SHARED, self.tickets // LOOKS))


@dataclass(frozen=True, slots=True)
class Run:
    """One simulated ticket to its end."""

    cause: str
    """The first one; of a ticket that was handed over the one that was left."""
    steps: int
    questions: int
    cost: float
    solved: bool
    breaches: tuple[str, ...] = ()
    runner: str = ""
    """When it was handed over: the cause that was thought likelier than the true one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The tickets of one look; ``article``: what the fixed order of an article would cost them."""

    look: Look
    runs: tuple[Run, ...]
    article: float
    asked: frozenset[str]
    useful: frozenset[str]
    """Questions that were asked, and those of which some answer changed the next step."""


class Player:
    """Plays the tickets of one look; every plan is made once."""

    def __init__(self, model: Model, wish: Wish, number: int) -> None:
        self.model, self.wish, self.number = model, wish, number
        self.world = World(model, f"{wish.seed}:{number}")
        self._plans: dict[str, Decision] = {}
        self._second: dict[int, Mapping[str, str]] = {}
        self._ways: dict[tuple[int, str], set[tuple[str, str]]] = {}
        """Per plan that asks a question, the steps that its answers led to."""

    def plan(self, situation: Situation) -> Decision:
        """The decision, made once for each situation."""
        key = dumps(situation.to_json(), sort_keys=True)
        if key not in self._plans:
            self._plans[key] = decide(self.model, situation)
        return self._plans[key]

    def run(self, look: Look) -> Run:
        """One ticket."""
        world = self.world
        faults = [world.cause(look.weights)]
        if self.wish.two_faults:
            faults.append(world.cause(self._named(faults[0])))
        return self._played(look.start, faults)

    def _named(self, first: int) -> list[float]:
        """Priors of what a second fault can be: another one that has a name."""
        out = {first, self.model.other}
        return [0.0 if place in out else value for place, value in enumerate(self.model.prior)]

    def _played(self, situation: Situation, faults: list[int]) -> Run:
        model, first = self.model, faults[0]
        steps = questions = 0
        cost, broken = 0.0, list[str]()
        while True:
            made = self.plan(situation)
            broken += breaches(model, situation, made)
            if made.kind == "escalate":
                cost += model.catalog.settings.escalation_cost
                break
            if made.kind == "recheck":
                situation = replace(situation, rechecked=True)
                continue
            steps += 1
            cost += made.options[0].price if made.options else 0.0
            if made.kind == "question":
                questions += 1
                situation = self._answer(situation, made, faults[0])
            elif made.kind == "undo":
                situation = undone(model, situation, made.id)
            else:
                after = self._fix(situation, made, faults)
                if after is None:
                    return Run(model.causes[first], steps, questions, cost, True, tuple(broken))
                situation = after
        runner, left = self._runner(made, faults[0]), model.causes[faults[0]]
        return Run(left, steps, questions, cost, False, tuple(broken), runner)

    def _answer(self, situation: Situation, made: Decision, cause: int) -> Situation:
        after = answered(self.model, situation, made.id, self.world.answer(made.id, cause))
        then = self.plan(after)
        ways = self._ways.setdefault((id(made), made.id), set())
        ways.add((then.kind, then.id))
        return after

    @property
    def asked(self) -> frozenset[str]:
        """Questions that were asked."""
        return frozenset(question for _, question in self._ways)

    @property
    def useful(self) -> frozenset[str]:
        """Those of which two answers led to different steps."""
        return frozenset(question for (_, question), ways in self._ways.items() if len(ways) > 1)

    def _fix(self, situation: Situation, made: Decision, faults: list[int]) -> Situation | None:
        """What follows a fix; None where it ended the last fault.

        It may mend a fault that stands behind another one, which nobody sees.
        """
        model, front = self.model, faults[0]
        if not self.world.able(made.id):
            return cannot(model, situation, made.id)
        if model.fix(made.id).temporary:
            helped = self.world.helps(made.id, front)
            return tried(model, situation, made.id, "worked" if helped else "failed")
        faults[:] = [fault for fault in faults if not self.world.helps(made.id, fault)]
        if not faults:
            return None
        if faults[0] == front or not self.wish.reprobe:
            return tried(model, situation, made.id, "failed")
        after = tried(model, situation, made.id, "different", probes_changed=True)
        return replace(after, evidence=self._seen_now(faults[0]))

    def _seen_now(self, cause: int) -> Mapping[str, str]:
        if cause not in self._second:
            world = World(self.model, f"{self.wish.seed}:{self.number}:{cause}")
            self._second[cause] = world.evidence(cause)
        return self._second[cause]

    def _runner(self, made: Decision, cause: int) -> str:
        weights = made.weights
        best = max(range(len(weights)), key=lambda place: (weights[place], -place))
        return "" if best == cause else self.model.causes[best]


def article(model: Model, look: Look) -> float:
    """Expected cost of the commonest cause's best fix first, escalating at the best moment."""
    order: list[int] = []
    for place in sorted(range(len(model.causes)), key=lambda each: (-model.prior[each], each)):
        able = [
            (-dict(fix.cures)[place], number)
            for number, fix in enumerate(model.fixes)
            if place in dict(fix.cures) and not fix.temporary and fix.banned is None
        ]
        order += [number for _, number in sorted(able) if number not in order]
    weights, spent, entered = list(look.weights), 0.0, set[int]()
    escalation = model.catalog.settings.escalation_cost
    best = sum(weights) * escalation
    for number in order:
        fix = model.fixes[number]
        entry = model.entry[fix.group] if fix.group >= 0 and fix.group not in entered else 0.0
        entered.add(fix.group)
        spent += (fix.price + entry) * sum(weights)
        for place, solves in fix.cures:
            weights[place] *= 1.0 - solves
        best = min(best, spent + sum(weights) * escalation)
    return best


def batch(model: Model, wish: Wish, number: int) -> Batch:
    """Every ticket of one look."""
    player = Player(model, wish, number)
    look = player.world.look()
    count = min(wish.shared, wish.tickets - number * wish.shared)
    runs = tuple(player.run(look) for _ in range(count))
    return Batch(look, runs, article(model, look), player.asked, player.useful)


def simulate(model: Model, wish: Wish, workers: int = 1) -> list[Batch]:
    """All batches in order; the number of workers changes nothing but the time."""
    numbers = range(-(-wish.tickets // wish.shared))
    if workers == 1:
        return [batch(model, wish, number) for number in numbers]
    context = multiprocessing.get_context("spawn")
    given = (dict(model.catalog.files), model.learned)
    with ProcessPoolExecutor(workers, context, _begin, given) as pool:
        return list(pool.map(_work, ((wish, number) for number in numbers), chunksize=4))


_own: list[Model] = []
"""The worker's model; empty in every other process."""


def _begin(files: Mapping[str, str], epoch: Epoch | None) -> None:
    _own.append(Model.of(load(files), epoch))


def _work(task: tuple[Wish, int]) -> Batch:
    return batch(_own[0], *task)
