"""Inside the bot under soak: on SIGUSR1 it writes down how many asyncio tasks it has.

Python imports this module by its name at the start of every process whose path leads here; the
product itself knows nothing of it.
"""

import asyncio
import os
import signal
from pathlib import Path


def _count(_number: int, _frame: object) -> None:
    try:
        tasks = len(asyncio.all_tasks())
    except RuntimeError:  # no loop runs: a worker
        return
    part = Path(os.environ["SOAK_TASKS"] + ".part")
    part.write_text(str(tasks), encoding="ascii")
    part.rename(os.environ["SOAK_TASKS"])


if "SOAK_TASKS" in os.environ:
    signal.signal(signal.SIGUSR1, _count)
