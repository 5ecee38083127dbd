"""Writes that must come about: what a busy store did not take is tried again, and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.store.base import StoreBusy

log = logging.getLogger(__name__)

AGAIN = timedelta(seconds=2)
"""Until something is tried again."""


async def pause() -> None:
    """Wait as long as one waits before trying again."""
    await asyncio.sleep(AGAIN.total_seconds())


async def surely(write: Callable[[], Awaitable[None]]) -> None:
    """Write, and again while the store is busy; raises other StoreErrors."""
    while True:
        try:
            return await write()
        except StoreBusy as error:
            log.warning("tried again: %s", error)
        await pause()
