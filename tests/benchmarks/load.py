"""A process that sweeps and measures itself: ``python -m tests.benchmarks.load WHAT`` (from crowd).

The ports come on standard input, the figures go to standard output, both as JSON.
"""

import asyncio
import json
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence

from bot.catalog import load, shipped
from bot.catalog.entries import Catalog
from bot.cli.sweep_rows import FORMS
from bot.desk.looking import Scout
from bot.desk.sweeping import Sweeper, Swept
from bot.garbage import OFTEN, SELDOM, set_aside
from bot.probes import Target

LOOPBACK = "127.0.0.1"
IN_FLIGHT = 100


async def sweep(ports: Sequence[int], catalog: Catalog, at_once: int = 50) -> int:
    """Look at the hosts as the command does; the answer is how many of them could be judged."""
    judged = 0
    scout = Scout.exactly(LOOPBACK)

    async def emit(swept: Swept) -> None:
        nonlocal judged
        FORMS["jsonl"].write(swept, catalog)
        judged += swept.diagnosis is not None and swept.diagnosis.ladders == {"direct": "ok"}

    targets = [Target(LOOPBACK, port) for port in ports]
    await Sweeper(scout, catalog, at_once).sweep(targets, None, emit)
    await scout.close()
    return judged


async def everything(ports: Sequence[int]) -> int:
    """Look at each host with every probe, a few hosts at once."""
    scout, queue = Scout.exactly(LOOPBACK), iter(ports)

    async def work() -> None:
        for port in queue:
            await scout.look(Target(LOOPBACK, port), ("direct",), seconds=10)

    await asyncio.gather(*(work() for _ in range(8)))
    await scout.close()
    return len(ports)


def main(what: str, ports: Sequence[int]) -> dict[str, float]:
    """Seconds, CPU a host in ms (programs included), hosts judged; the most memory, in bytes."""
    catalog = load(shipped())
    work: dict[str, Callable[[Sequence[int]], int]] = {
        "swept": lambda some: asyncio.run(sweep(some, catalog)),
        "whole": lambda some: asyncio.run(everything(some)),
        "one": lambda some: asyncio.run(sweep(some, catalog, 1)),
        "many": lambda some: asyncio.run(sweep(some, catalog, IN_FLIGHT)),
    }
    work[what](ports[:10])  # imports and caches
    set_aside(OFTEN if what == "whole" else SELDOM)  # as the bot and the command do
    memory = what in {"one", "many"}
    if memory:
        tracemalloc.start()
    began, cpu = time.perf_counter(), _cpu()
    judged = work[what](ports)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_ms": (_cpu() - cpu) * 1000 / len(ports),
        "judged": judged,
        "heap": tracemalloc.get_traced_memory()[1] if memory else 0,
        "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _cpu() -> float:
    """CPU seconds of this process and of the programs that it started and saw end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.load(sys.stdin))))
