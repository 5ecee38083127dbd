"""What a program holds: tasks, file descriptors and children; and a check that it let go again."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PATIENCE_S = 15.0


def descriptors() -> dict[str, str]:
    """Our open file descriptors and what they lead to."""
    found = {}
    for path in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            found[path.name] = os.readlink(path)  # noqa: PTH115 - a socket's target is no path
    return found


def children(pid: int) -> set[int]:
    """All descendants of a process."""
    found = set[int]()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            for child in (task / "children").read_text(encoding="ascii").split():
                found |= {int(child), *children(int(child))}
    return found


async def until(condition: Callable[[], object]) -> bool:
    """Wait for something that is bound to happen; says whether it did."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while not condition():
        if loop.time() > end:
            return False
        await asyncio.sleep(0.01)
    return True


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """At the end of the block we hold what we held before it, and no more."""
    tasks, files, programs = asyncio.all_tasks(), descriptors(), children(os.getpid())
    yield
    await until(lambda: asyncio.all_tasks() <= tasks)
    assert asyncio.all_tasks() <= tasks, asyncio.all_tasks() - tasks
    # Compared by their number too: a descriptor may have been closed and opened for another end.
    await until(lambda: len(descriptors()) <= len(files))
    assert len(descriptors()) <= len(files), descriptors().items() - files.items()
    await until(lambda: children(os.getpid()) <= programs)
    assert children(os.getpid()) <= programs
