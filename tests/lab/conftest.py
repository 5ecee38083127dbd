"""A lab of its own for every test: starting one takes a tenth of a second."""

from collections.abc import AsyncIterator

import pytest

from bot.lab import Lab


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab() as running:
        yield running
