"""The demo as ``make demo`` starts it, and windows on it; one of each for a module."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.page.theatre import Theatre, theatre

pytestmark = pytest.mark.real


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    async with AsyncExitStack() as stack:
        yield await theatre(stack, tmp_path_factory.mktemp("demo"))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def closing(demo: Theatre) -> AsyncIterator[None]:
    """No window outlives its test."""
    yield
    await demo.windows.aclose()
    for user in ("asker", "teammate", "lead"):
        demo.slack.reload(user)
