"""One look at one host from one vantage: all probes at once, each as far as it can get.

Strategy: every probe is a task from the start and waits on the trail for what it needs, so
nothing waits for what it does not need.  A task that ends settles its observation and breaks the
promises that it did not keep.  Errors become words here and nowhere else; an error without a
word is ours, is logged with its traceback, and leaves the other probes alone.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from bot.evidence import Failure, Observation, Status
from bot.probes import (
    PROBES,
    gateway_tcp,
    gateway_tls,
    jumpbox_session,
    name_lookup,
    path_quality,
    port_tcp,
    tls_hello,
    udp_transport,
)
from bot.probes.base import Blocked, Context, Report, Target, Timer, Trail
from bot.probes.conduct import MOST_CONNECTIONS, Conduct, Limits, Spent, until
from bot.probes.door import Door
from bot.vantage.base import TargetRefused, Vantage, VantageError
from bot.wire.cursor import Malformed

log = logging.getLogger(__name__)

# Who waits for what a probe owes reads this when the probe failed.
_BROKEN = {
    name_lookup.NAME: "the name has no address here",
    port_tcp.NAME: "the port does not open",
    tls_hello.NAME: "the host did not agree on TLS",
    gateway_tcp.NAME: "the gateway's port does not open",
    gateway_tls.NAME: "the gateway did not agree on TLS",
}
WRAP_UP_S = 0.01  # after the deadline, for those who only lingered
# These wait until nobody else has anything more to tell.
_LINGERING = frozenset({jumpbox_session.NAME, port_tcp.NAME, path_quality.NAME, udp_transport.NAME})


async def look(  # noqa: PLR0913 - each is a decision of the caller
    vantage: Vantage,
    target: Target,
    *,
    deadline: float,
    connect_timeout: float = 4.0,
    report: Report | None = None,
    only: frozenset[str] | None = None,
    connections: int = MOST_CONNECTIONS,
    door: Door | None = None,
) -> list[Observation]:
    """Run the probes until all are settled or the deadline (a loop time) is reached.

    ``only`` names the probes to run; what they need is run too.  ``connections`` limits those to
    the RDP port; the most telling come first.  ``door`` is shared
    by all who look at the host at the same time.  Raises TargetRefused, and nothing else.
    """
    limits = Limits(deadline, connect_timeout, connections)
    run = _Run(Conduct(vantage, target.port, limits, door), _with_needs(only or PROBES), report)
    if target.gateway is not None:
        run.gateway = Conduct(vantage, target.gateway.port, Limits(deadline, connect_timeout))
    await run.go(vantage, target, deadline)
    return run.observations


def _with_needs(wanted: Iterable[str]) -> list[str]:
    """The wanted probes and all that they need, in the order of the path."""
    found, todo = set[str](), list(wanted)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += PROBES[name].needs
    return [name for name in PROBES if name in found]


Tasks = dict[str, asyncio.Task[Observation | None]]


class _Run:
    """The tasks of one look and the observations so far."""

    def __init__(self, conduct: Conduct, names: list[str], report: Report | None) -> None:
        self.observations = list[Observation]()
        self.gateway: Conduct | None = None
        self._conduct = conduct
        self._names = names
        self._report = report
        self._trail = Trail()
        self._vantage = ""
        self._timers = {name: Timer() for name in names}
        self._tasks: Tasks = {}
        self._ended = asyncio.Event()  # a task has, since this was last cleared

    async def go(self, vantage: Vantage, target: Target, deadline: float) -> None:
        """Start everything, settle what ends, cut what is left at the deadline."""
        self._vantage = vantage.name
        for name in PROBES:
            if name not in self._names:
                self._break(name, f"{name} was not wanted")
        for name in self._names:
            report = partial(self._emit, name)
            timer = self._timers[name]
            context = Context(vantage, target, self._conduct, self._trail, timer, report)
            context = replace(context, gateway=self.gateway)
            self._tasks[name] = asyncio.ensure_future(PROBES[name].probe(context))
            self._tasks[name].add_done_callback(lambda _: self._ended.set())
        try:
            await self._settle_all(deadline)
            await self._conduct.part(deadline)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            await self._conduct.close_all()
            if self.gateway is not None:
                await self.gateway.close_all()
        self._correct()

    async def _settle_all(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        waiting = dict(self._tasks)
        while waiting and loop.time() < deadline:
            if waiting.keys() <= _LINGERING:
                self._release()
            await until(self._ended.wait(), deadline)
            self._ended.clear()
            self._settle_done(waiting)
        if waiting:
            self._release()
            await asyncio.wait(waiting.values(), timeout=WRAP_UP_S)
            self._settle_done(waiting)
            self._cut(waiting)

    def _settle_done(self, waiting: Tasks) -> None:
        for name in [name for name, task in waiting.items() if task.done()]:
            self._settle(name, waiting.pop(name))

    def _release(self) -> None:
        """Nobody else has anything more to tell: who lingers for that may end."""
        self._conduct.tried.set()
        if self._trail.port.kept:
            self._trail.enough.set()

    def _settle(self, name: str, task: asyncio.Task[Observation | None]) -> None:
        """Turn the end of a task into its observation; nobody waits for it any longer."""
        error = task.exception()
        if isinstance(error, TargetRefused):
            raise error
        observation = task.result() if error is None else _in_words(name, error)
        if isinstance(error, VantageError):
            self._conduct.blame(error)
        if observation is not None:
            self._emit(name, observation)
        blocked = observation is not None and observation.status is Status.NOT_RUN
        self._break(
            name, observation.detail if observation and blocked else _BROKEN.get(name, name)
        )

    def _cut(self, waiting: Iterable[str]) -> None:
        """The deadline is reached: who was at work failed, who waited for others did not run.

        Who has told what it came for, and only waited for more of the same, is done.
        """
        told = {each.probe for each in self.observations if each.status is Status.PASSED}
        for name in waiting:
            if name in told:
                continue
            if self._timers[name].began:
                self._emit(name, Observation.failed(name, Failure.PROBE_DEADLINE))
            else:
                reason = "the deadline came before what it needs"
                self._emit(name, Observation.not_run(name, reason))

    def _break(self, name: str, reason: str) -> None:
        for promise in PROBES[name].owes:
            getattr(self._trail, promise).fail(reason)

    def _emit(self, name: str, observation: Observation) -> None:
        elapsed = self._timers[name].elapsed_ms()
        if observation.status is Status.NOT_RUN:
            elapsed = 0.0
        stamped = observation.stamped(self._vantage, elapsed)
        self.observations.append(stamped)
        if self._report is not None:
            self._report(stamped)

    def _correct(self) -> None:
        """A jump box that failed after its first connection did not pass."""
        fault, name = self._conduct.fault, jumpbox_session.NAME
        passed = [o for o in self.observations if o.probe == name and o.status is Status.PASSED]
        if fault is not None and passed:
            self.observations.remove(passed[0])
            self._emit(name, jumpbox_session.failed(fault, self._vantage))


def _in_words(name: str, error: BaseException) -> Observation:
    """The observation of a probe that ended with an error."""
    match error:
        case Blocked() | Spent():
            return Observation.not_run(name, str(error))
        case VantageError(failure=failure) if failure.value.startswith("jumpbox."):
            return Observation.not_run(name, f"the jump box failed: {error.detail or failure}")
        case VantageError(failure=failure):
            return Observation.failed(name, failure, error.detail)
        case Malformed():
            return Observation.failed(name, Failure.PROBE_MALFORMED, str(error))
        case _:
            log.error("probe %s failed unexpectedly", name, exc_info=error)
            return Observation.failed(name, Failure.PROBE_INTERNAL, type(error).__name__)
