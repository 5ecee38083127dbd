from collections.abc import AsyncIterator

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.server import LocalSlack
from tests.sandbox.support import MANIFEST


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    # slack_sdk reads these for every client and knows no exception for the loopback
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    """A local Slack in which time passes only by ``advance``."""
    async with LocalSlack(MANIFEST, clock=Clock(flowing=False)) as local:
        yield local
