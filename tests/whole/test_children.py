"""The processes that the bot starts hold none of its tokens in their environment."""

import os
import signal
from pathlib import Path

import pytest

from tests.faults.tools import children
from tests.whole.support import Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")


def environment(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text(errors="replace")


def environments(pid: int) -> dict[int, str]:
    return {child: environment(child) for child in children(pid)}


async def test_the_planning_worker_knows_no_token(world: Whole) -> None:
    await world.open()
    first = environments(world.bot.pid)
    assert first
    for child in first:  # the next one is started by a ticket's own question
        os.kill(child, signal.SIGKILL)
    await world.open("/rdp srv-app-01")
    second = environments(world.bot.pid)
    assert second.keys() - first.keys()
    assert world.slack.bot_token in environment(world.bot.pid), "so it could be seen in the others"
    for held in (*first.values(), *second.values()):
        for token in world.bot.tokens.values():
            assert token not in held
