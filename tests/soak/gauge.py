"""What the bot's process holds, read from outside."""

import asyncio
import os
import re
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.tools import children
from tests.whole.support import Whole

INSIDE = Path(__file__).parent / "inside"
WAIT = 5.0
"""Seconds for an answer from inside."""


@dataclass(frozen=True, slots=True)
class Held:
    """Memory (resident, MiB) of the bot and its worker, and what else a leak would pile up."""

    memory: float
    worker: float
    descriptors: int
    threads: int
    children: int
    tasks: int
    channels: int

    def rows(self) -> dict[str, float]:
        """By name."""
        return asdict(self)


def prepared(world: Whole, folder: Path) -> None:
    """Have the next bot answer how many tasks it has."""
    world.bot.tokens |= {"PYTHONPATH": str(INSIDE), "SOAK_TASKS": str(folder / "tasks")}


async def held(world: Whole) -> Held:
    """Read everything now."""
    pid = world.bot.pid
    return Held(
        _resident(pid),
        sum(_resident(child) for child in children(pid)),
        _entries(pid, "fd"),
        _entries(pid, "task"),
        len(children(pid)),
        await _tasks(world),
        sum(len(visit._connection._channels) for visit in world.lab.jumpbox._visits),
    )


def _entries(pid: int, of: str) -> int:
    return len(list(Path(f"/proc/{pid}/{of}").iterdir()))


def kinds(pid: int) -> Counter[str]:
    """What the open descriptors lead to, numbers left out."""
    found: Counter[str] = Counter()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found[re.sub(r"[0-9]+", "N", str(each.readlink()))] += 1
    return found


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _tasks(world: Whole) -> int:
    answer = Path(world.bot.tokens["SOAK_TASKS"])
    _ask(world.bot.pid, answer)
    async with asyncio.timeout(WAIT):
        while not (told := _told(answer)):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
    return int(told)


def _ask(pid: int, answer: Path) -> None:
    answer.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)


def _told(answer: Path) -> str:
    return answer.read_text(encoding="ascii") if answer.exists() else ""
