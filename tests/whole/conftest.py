"""One whole world a module: a lab, a local Slack, and the bot as a process."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.whole.support import Whole, whole


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Everything, from the first test of the module to the last; the bot must end well."""
    async with whole(tmp_path_factory.mktemp("whole")) as world:
        yield world
        if world.bot.runs:
            await world.bot.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: Whole) -> Whole:
    """The same with a clean desk: the bot runs, Slack is well, and nobody has anything to see."""
    await running.tidy()
    return running
