"""A jump box in this process, and the vantage that looks from it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.vantage.jumpbox import Jumpbox
from tests.vantage.servers import SshBox


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SshBox]:
    box = SshBox()
    await box.start()
    yield box
    await box.stop()


@pytest_asyncio.fixture
async def jumpbox(server: SshBox, tmp_path: Path) -> AsyncIterator[Jumpbox]:
    vantage = Jumpbox(server.config(tmp_path))
    yield vantage
    await vantage.close()
