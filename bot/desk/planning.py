"""Plans away from the event loop, each computed once.

Strategy: a plan depends on (knowledge, epoch, situation) only, so it is memoised by exactly
these.  It is computed in one worker process which keeps the models it has built; knowledge files
and epoch are sent only when the worker says that it does not have them.  A worker that died is
replaced once; the second death in a row is the caller's error.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from time import monotonic
from typing import Protocol

from bot.catalog import load
from bot.engine import Epoch, Model, Plan, Situation, plan
from bot.garbage import set_aside

log = logging.getLogger(__name__)

MOST_PLANS = 2_000
MOST_MODELS = 4
LONGEST_PLAN = 30.0
"""Seconds after which a plan that has not come is a fault; they take some hundredths."""


class Planner(Protocol):
    """Finds verdict and next step for a situation."""

    async def plan(self, model: Model, situation: Situation) -> Plan:
        """The plan; equal arguments give equal plans."""
        ...

    async def close(self) -> None:
        """Let go of the worker."""
        ...


class Memo:
    """Plans by (knowledge, epoch, situation), the most recently used kept."""

    def __init__(self, most: int = MOST_PLANS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str, str], Plan] = OrderedDict()

    @staticmethod
    def key(model: Model, situation: Situation) -> tuple[str, str, str]:
        """What a plan depends on."""
        return (model.catalog.hash, model.epoch, json.dumps(situation.to_json(), sort_keys=True))

    def get(self, key: tuple[str, str, str]) -> Plan | None:
        """A plan made before."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: tuple[str, str, str], made: Plan) -> Plan:
        """Remember a plan."""
        self._kept[key] = made
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made


class InlinePlanner:
    """Plans where it is called: for the terminal, where nobody else waits for the loop."""

    def __init__(self) -> None:
        self._memo = Memo()

    async def plan(self, model: Model, situation: Situation) -> Plan:
        """The plan, at once."""
        key = Memo.key(model, situation)
        found = self._memo.get(key)
        if found is not None:
            return found
        return self._memo.keep(key, plan(model, situation))

    async def close(self) -> None:
        """Nothing to let go of."""


class WorkerPlanner:
    """Plans in one worker process; questions for the same plan at one time are asked once."""

    def __init__(self, told: Callable[[float], None] = lambda seconds: None) -> None:
        """``told`` hears how many seconds each plan took."""
        self._told = told
        self._dead = False
        self._memo = Memo()
        self._asked: dict[tuple[str, str, str], asyncio.Task[Plan]] = {}
        self._since: dict[asyncio.Task[Plan], float] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._warming: asyncio.Task[None] | None = None

    async def plan(self, model: Model, situation: Situation) -> Plan:
        """The plan; raises BrokenProcessPool when the worker died twice over it."""
        key = Memo.key(model, situation)
        found = self._memo.get(key)
        if found is not None:
            return found
        task = self._asked.get(key)
        if task is None:
            task = asyncio.create_task(self._compute(model, situation))
            self._asked[key] = task
            self._since[task] = monotonic()
            task.add_done_callback(self._since.pop)
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        return self._memo.keep(key, await asyncio.shield(task))

    def warm(self, model: Model) -> None:
        """Start the worker and build the model meanwhile, so that the first ticket need not."""
        self._warming = asyncio.create_task(self._warm(model))

    async def _warm(self, model: Model) -> None:
        try:
            await self._ask(model, None)
        except BrokenProcessPool:
            log.exception("the planning worker does not start")

    async def close(self) -> None:
        """Stop the worker; questions still open are dropped."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    @property
    def fault(self) -> str:
        """Why no plan comes; empty while all is well."""
        if self._dead:
            return "the planning worker has died and does not start again"
        longest = monotonic() - min(self._since.values(), default=monotonic())
        return f"a plan has been due for {longest:.0f} s" if longest > LONGEST_PLAN else ""

    async def _compute(self, model: Model, situation: Situation) -> Plan:
        begun = monotonic()
        made = await self._ask(model, situation)
        self._told(monotonic() - begun)
        if made is None:  # only a warming question has no plan
            raise RuntimeError("the planning worker gave no plan")
        return made

    async def _ask(self, model: Model, situation: Situation | None) -> Plan | None:
        pool = self._worker()
        try:
            answer = await _send(pool, model, situation)
        except BrokenProcessPool:
            self._replace(pool)
            again = self._worker()
            self._dead = True  # until it has answered
            try:
                answer = await _send(again, model, situation)
            except BrokenProcessPool:
                self._replace(again)
                raise
        self._dead = False
        return answer

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        """Let a dead worker go, unless somebody who asked it as well has replaced it."""
        if self._pool is pool:
            self._pool = None
            pool.shutdown(wait=False, cancel_futures=True)

    def _worker(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, not forked: a fork would copy the loop, its threads and open sockets.
            self._pool = ProcessPoolExecutor(
                1, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
            )
        return self._pool


async def _send(
    pool: ProcessPoolExecutor, model: Model, situation: Situation | None
) -> Plan | None:
    """Ask the worker; the files go along when it does not know knowledge and epoch."""
    loop, pin = asyncio.get_running_loop(), (model.catalog.hash, model.epoch)
    known, made = await loop.run_in_executor(pool, _work, pin, None, situation)
    if not known:
        needed = (dict(model.catalog.files), model.learned)
        _, made = await loop.run_in_executor(pool, _work, pin, needed, situation)
    return made


def _end_with_parent() -> None:
    """In the worker: end when the bot does; a killed one cannot tell its pool to shut down.

    A signal for the bot (SIGHUP of a terminal reaches its whole group) is none for the worker.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


_models: OrderedDict[tuple[str, str], Model] = OrderedDict()
"""The worker's own models by the hashes of knowledge and epoch; empty in every other process."""


def _work(
    pin: tuple[str, str],
    needed: tuple[Mapping[str, str], Epoch | None] | None,
    situation: Situation | None,
) -> tuple[bool, Plan | None]:
    """In the worker: whether the model is known, and the plan if so."""
    model = _models.get(pin)
    if model is None:
        if needed is None:
            return False, None
        files, epoch = needed
        model = _models[pin] = Model.of(load(files), epoch)
        if len(_models) > MOST_MODELS:
            _models.popitem(last=False)
        set_aside()
    return True, None if situation is None else plan(model, situation)
