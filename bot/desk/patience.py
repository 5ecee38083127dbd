"""Writes that must come about are tried again; an intent is taken within its time or not at all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.store.base import Claim, StoreBusy, StoreError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

AGAIN = timedelta(seconds=2)
"""Until something is tried again."""

LONGEST = timedelta(minutes=1)
"""Most that one waits before something is tried again."""


async def pause() -> None:
    """Wait as long as one waits before trying again."""
    await asyncio.sleep(AGAIN.total_seconds())


def longer(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, up to a minute."""
    doubled: int = 2 ** min(10, max(0, tries - 1))
    return min(LONGEST, AGAIN * doubled)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Do it, and again at growing gaps, until it says that it is done."""
    tries = 0
    while not await done():
        tries += 1
        await asyncio.sleep(longer(tries).total_seconds())


async def surely(ask: Callable[[], Awaitable[Result]]) -> Result:
    """Ask the store, and again while it is busy; raises other StoreErrors."""
    while True:
        try:
            return await ask()
        except StoreBusy as error:
            log.warning("tried again: %s", error)
        await pause()


async def taken(accepting: Awaitable[Claim]) -> Claim:
    """The claim; raises StoreBusy whatever the fault: the person is told that nothing was taken."""
    try:
        return await accepting
    except StoreBusy as error:
        log.error("an intent was not taken: %s", error)  # noqa: TRY400 - said in words
        raise
    except StoreError as error:
        log.exception("an intent was not taken")
        raise StoreBusy(str(error)) from error
