"""Situations led under two versions of the knowledge until the versions part.

One situation is compared by its next step; a session goes on with what its cause would answer.
"""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from json import dumps

from bot.catalog import load
from bot.catalog.entries import NOT_SURE
from bot.desk.simworld import World
from bot.engine import Epoch, Model, Situation, answered, tried
from bot.engine.decision import decide

Step = tuple[str, str]
"""Kind and id; the id is empty for recheck and escalate."""


@dataclass(frozen=True, slots=True)
class Task:
    """One situation as both versions see it; with a cause it is a session that goes on."""

    before: Situation
    after: Situation
    cause: int = -1
    seed: str = ""
    depth: int = 1

    @property
    def key(self) -> str:
        """What names the task."""
        return dumps([self.before.to_json(), self.after.to_json(), self.cause, self.seed])


Pair = tuple[Model, Model]
Met = tuple[int, Step, Step]
"""The number of the step that was compared last, and what either version takes there."""


def played(pair: Pair, tasks: Sequence[Task], workers: int) -> list[Met]:
    """Where the versions part, for each task; the number of workers changes only the time."""
    if workers == 1 or len(tasks) < 2 * workers:
        return [_play(pair, task) for task in tasks]
    given = [(dict(model.catalog.files), model.learned) for model in pair]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (given,)) as pool:
        return list(pool.map(_work, tasks))


def _play(pair: Pair, task: Task) -> Met:
    """Lead a session under both versions until they part, it ends, or it is deep enough."""
    before, after, world = task.before, task.after, World(pair[1], f"{task.seed}:way")
    for number in range(task.depth):
        was, now = decide(pair[0], before), decide(pair[1], after)
        met = (number, (was.kind, was.id), (now.kind, now.id))
        over = number + 1 == task.depth or met[1] != met[2]
        if over or was.kind not in ("question", "fix"):
            return met
        if was.kind == "question":
            state = world.answer(was.id, task.cause)
            before, after = (
                answered(model, each, was.id, state if _has(model, was.id, state) else NOT_SURE)
                for model, each in zip(pair, (before, after), strict=True)
            )
        elif world.helps(was.id, task.cause):
            return met
        else:
            before = tried(pair[0], before, was.id, "failed")
            after = tried(pair[1], after, was.id, "failed")
    raise ValueError("a session is at least one step deep")


def _has(model: Model, question: str, state: str) -> bool:
    return state in model.question(question).item.rows


_own: list[Model] = []
"""The worker's two models; empty in every other process."""


def _begin(given: Sequence[tuple[Mapping[str, str], Epoch | None]]) -> None:
    _own.extend(Model.of(load(files), epoch) for files, epoch in given)


def _work(task: Task) -> Met:
    return _play((_own[0], _own[1]), task)
