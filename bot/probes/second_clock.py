"""The clock of the place looked from, as a second opinion on ours.

Where the two disagree by more than they can err, nobody knows whose clock a host's is to be
compared with, so its skew is known less exactly.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

from bot.evidence import Observation
from bot.probes.base import Context
from bot.vantage.base import Cannot, Clock, VantageError

WORTH_SAYING_S = 1.0  # clocks that differ by less are a fact, but no news

Opinion = asyncio.Task[Clock | None]


@asynccontextmanager
async def second_opinion(ctx: Context) -> AsyncIterator[Opinion]:
    """Ask the place for its own clock meanwhile; given up at the end of the block."""
    task = asyncio.create_task(_clock(ctx))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _clock(ctx: Context) -> Clock | None:
    """The place's clock; None where it has no other than ours, or cannot be asked."""
    with suppress(Cannot, VantageError):
        means = await ctx.vantage.means(ctx.conduct.limit)
        return await means.clock(ctx.conduct.limit)
    return None


async def told(opinion: Opinion, patience_s: float) -> Clock | None:
    """The clock, if it is known by now or soon."""
    done, _ = await asyncio.wait([opinion], timeout=patience_s)
    return opinion.result() if done else None


def _doubt(second: Clock | None) -> float:
    """How far our clock may be off by the other's word; nothing where the two agree."""
    if second is None or abs(second.offset_s) <= second.error_s:
        return 0.0
    return abs(second.offset_s) + second.error_s


def doubted(ctx: Context, found: Observation, second: Clock | None) -> Observation:
    """The observation with our clock's error widened, and whose clocks differ by how much."""
    doubt = _doubt(second)
    if second is None or doubt == 0.0:
        return found
    error = round(found.facts["clock_skew_error_s"] + doubt, 3)
    found = replace(found, facts=MappingProxyType({**found.facts, "clock_skew_error_s": error}))
    if doubt < WORTH_SAYING_S:
        return found
    side = "ahead of" if second.offset_s > 0 else "behind"
    said = (
        f"the clock of {ctx.vantage.name} is {abs(second.offset_s):.1f} s {side} the bot's "
        f"(to {second.error_s:.1f} s), so the host's skew is known less exactly"
    )
    return replace(found, detail="; ".join(text for text in (found.detail, said) if text))
