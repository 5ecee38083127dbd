"""Writes that must come about are tried again; an intent is taken within its time or not at all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.store.base import Claim, StoreBusy, StoreError

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


async def taken(accepting: Awaitable[Claim]) -> Claim:
    """The claim; raises StoreBusy whatever the fault: the person is told that nothing was taken."""
    try:
        return await accepting
    except StoreBusy:
        raise
    except StoreError as error:
        log.exception("an intent was not taken")
        raise StoreBusy(str(error)) from error
