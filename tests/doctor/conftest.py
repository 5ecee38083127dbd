"""A sound set-up for each test, and the sshds that all of them share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest
from tests.doctor.setup import Setup
from tests.real.sshd import Jumpbox, sshd


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jumpbox]:
    """A sshd that lets us in and forwards."""
    with sshd(tmp_path_factory.mktemp("doctor") / "sshd") as running:
        yield running


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    """A workspace in which our app is installed."""
    async with LocalSlack(manifest(), limits="off") as running:
        yield running


@pytest.fixture
async def setup(tmp_path: Path, slack: LocalSlack, box: Jumpbox) -> Setup:
    """A set-up without a fault."""
    return await Setup(tmp_path, slack, box).make()
