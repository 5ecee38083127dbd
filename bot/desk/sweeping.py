"""Looking at many hosts: a few connections each, many hosts at once, results as they finish.

Strategy: hosts are sorted by the places that look at them, and each group has workers of its
own, so that a busy jump box holds up no other.  A place takes so many hosts at once, whichever
group they come from.  A worker hands its result over before it takes the next host, so that a
slow reader slows the looking down and nothing piles up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from bot.catalog.entries import Catalog
from bot.desk.diagnosis import Diagnosis
from bot.desk.looking import NoVantage, Scout
from bot.engine import Model, Situation, verdict
from bot.evidence import Observation
from bot.evidence.findings import derive, ladders
from bot.probes.base import Target
from bot.targets import TargetRefused

CONNECTIONS = 4
"""To the RDP port of a host, from each place."""

PROBED = frozenset({"rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge"})
"""These and what they need: jump box, name and port."""

Places = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """One host of a sweep; it was not looked at when ``refusal`` says why.

    Its diagnosis has no next step, because planning one takes longer than looking.
    """

    target: Target
    observations: Sequence[Observation] = ()
    diagnosis: Diagnosis | None = None
    refusal: str = ""
    elapsed_ms: float = 0.0


Emit = Callable[[Swept], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Looks from the places of a scout: ``at_once`` hosts a place, ``seconds`` a host."""

    scout: Scout
    catalog: Catalog
    at_once: int = 50
    seconds: float = 10.0

    async def sweep(self, targets: Iterable[Target], via: str | None, emit: Emit) -> None:
        """Give ``emit`` one result a target, as they finish; raises what it raises."""
        groups: dict[Places, list[Target]] = {}
        for target in targets:
            try:
                self.scout.admit(target)
                places = self.scout.places(target.host, via)
            except (NoVantage, TargetRefused) as error:
                await emit(Swept(target, refusal=str(error)))
                continue
            groups.setdefault(places, []).append(target)
        # The first hosts are looked at while the knowledge is being made ready for them.
        model = asyncio.create_task(asyncio.to_thread(Model.of, self.catalog))
        gates = {name: asyncio.Semaphore(self.at_once) for places in groups for name in places}
        workers = list[asyncio.Task[None]]()
        for places, members in groups.items():
            queue = iter(members)  # shared: each host is taken by one worker
            look = partial(self._one, places=places, model=model)
            held = [gates[name] for name in places]
            workers += [
                asyncio.create_task(_work(queue, held, look, emit))
                for _ in range(min(self.at_once, len(members)))
            ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, model, return_exceptions=True)

    async def _one(self, target: Target, *, places: Places, model: asyncio.Task[Model]) -> Swept:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            seen = await self.scout.look(
                target, places, seconds=self.seconds, only=PROBED, connections=CONNECTIONS
            )
        except TargetRefused as error:
            return Swept(target, refusal=str(error))
        evidence = dict(sorted(derive(seen).items()))  # nobody told anything about these hosts
        elapsed = round((loop.time() - started) * 1000, 1)
        judged = verdict(await asyncio.shield(model), Situation(evidence=evidence, answers={}))
        return Swept(target, seen, Diagnosis(evidence, ladders(seen), judged, None), "", elapsed)


async def _work(
    queue: Iterator[Target],
    gates: Sequence[asyncio.Semaphore],
    look: Callable[[Target], Awaitable[Swept]],
    emit: Emit,
) -> None:
    """Look at one host after the other until the group's queue is empty."""
    for target in queue:
        async with AsyncExitStack() as held:
            for gate in gates:  # always in the settings' order: nobody waits in a circle
                await held.enter_async_context(gate)
            result = await look(target)
        await emit(result)
