"""Plans come from a worker process, once for each situation, and survive its death."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.desk.planning import InlinePlanner, Memo, WorkerPlanner
from bot.engine import Situation
from tests.desk import office as o
from tests.desk import small

EXPIRED = Situation(evidence={"certificate-validity": "expired", "ladder": "ok"})


async def test_the_worker_plans_what_would_be_planned_here() -> None:
    planner = WorkerPlanner()
    try:
        planner.warm(small.model())
        here = await InlinePlanner().plan(small.model(), EXPIRED)
        there = await asyncio.gather(*(planner.plan(small.model(), EXPIRED) for _ in range(5)))
        assert set(map(repr, there)) == {repr(here)}
        assert here.step.id == "renew-certificate"
        pool = planner._pool
        assert pool is not None
        (victim,) = pool._processes
        os.kill(victim, signal.SIGKILL)
        other = await planner.plan(small.model(), Situation(evidence={"ladder": "port"}))
        assert other.step.id == "switch-on"
    finally:
        await planner.close()


async def test_everybody_who_asked_a_worker_that_died_gets_a_plan() -> None:
    planner = WorkerPlanner()
    try:
        await planner.plan(small.model(), Situation())
        asked = [
            asyncio.create_task(planner.plan(small.model(), Situation(steps=steps)))
            for steps in range(1, 6)
        ]
        await asyncio.sleep(0)
        pool = planner._pool
        assert pool is not None
        (victim,) = pool._processes
        os.kill(victim, signal.SIGKILL)
        here = await InlinePlanner().plan(small.model(), Situation(steps=1))
        assert {each.step for each in await asyncio.gather(*asked)} == {here.step}
    finally:
        await planner.close()


async def test_plans_are_remembered_up_to_a_number() -> None:
    memo = Memo(most=2)
    plan = await InlinePlanner().plan(small.model(), EXPIRED)
    keys = [Memo.key(small.model(), Situation(steps=steps)) for steps in range(3)]
    memo.keep(keys[0], plan)
    memo.keep(keys[1], plan)
    assert memo.get(keys[0]) is plan
    memo.keep(keys[2], plan)
    assert memo.get(keys[1]) is None
    assert memo.get(keys[0]) is plan


PARENT = """
import asyncio
from bot.desk.planning import WorkerPlanner
from tests.desk.small import model
from bot.engine import Situation

async def main():
    planner = WorkerPlanner()
    await planner.plan(model(), Situation())
    print(*planner._pool._processes, flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_the_worker_ends_when_the_bot_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert parent.stdout is not None
    worker = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    assert alive(worker)
    parent.kill()
    await parent.wait()
    await o.until(lambda: not alive(worker))


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
