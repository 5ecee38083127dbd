"""Connections that one probe leaves to another, instead of closing them for it to open its own.

Strategy: a hello needs a connection on which the host has chosen TLS, and two probes ask for that
and then have no more use for the answer.  Each such connection taken over saves the host one, and
the run two round trips.  What nobody takes in time is closed as ever.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from bot.probes.base import Blocked, Context, Promise
from bot.probes.conduct import Line

T = TypeVar("T")

PATIENCE_S = 1.0
"""How long what another probe may leave, or tell, is waited for."""


def leave(line: Line, heir: Promise[Line]) -> None:
    """Leave a line to who waits for one like it; where nobody does, who opened it closes it."""
    line.left = heir.keep(line)


@asynccontextmanager
async def inherit(ctx: Context, heir: Promise[Line], *, wanted: bool) -> AsyncIterator[Line | None]:
    """The line that was left, closed at the end of the block; None where none comes in time."""
    line = await soon(heir, PATIENCE_S if wanted else 0.0)
    heir.fail("nobody waits for it any more")
    if line is None:
        yield None
        return
    async with ctx.conduct.keeping(line):
        yield line


async def left_or(decided: asyncio.Event, heir: Promise[Line] | None) -> None:
    """Wait for the event, or for a line that is left, which must not wait for anything.

    A host that serves one connection at a time (weston) answers no other before the hello.
    """
    waiting = asyncio.create_task(decided.wait())
    coming = asyncio.create_task(_come(heir))
    try:
        await asyncio.wait((waiting, coming), return_when=asyncio.FIRST_COMPLETED)
        if heir is None or not heir.kept:
            await decided.wait()
    finally:
        for task in (waiting, coming):
            task.cancel()
        await asyncio.gather(waiting, coming, return_exceptions=True)


async def _come(heir: Promise[Line] | None) -> None:
    if heir is not None:
        with suppress(Blocked):
            await heir.get()


async def soon(promise: Promise[T], seconds: float = PATIENCE_S) -> T | None:
    """What another probe owes, if it comes in time."""
    with suppress(Blocked, TimeoutError):
        async with asyncio.timeout(seconds):
            return await promise.get()
    return await promise.get() if promise.kept else None  # it came in that very moment
