"""The clock of the place looked from, as a second opinion on ours.

With the host's there are three clocks, and ``clocks`` says which of them is wrong.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

from bot.evidence import Observation
from bot.probes.base import Context
from bot.probes.clocks import bound, weigh
from bot.vantage.base import Cannot, Clock, VantageError

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


def weighed(ctx: Context, found: Observation, second: Clock | None) -> Observation:
    """The observation with the host's skew as three clocks tell it, and which one is wrong."""
    facts = found.facts
    skew = weigh(facts["clock_skew_s"], facts["clock_skew_error_s"], second, ctx.vantage.name)
    now = {"clock_skew_s": round(skew.seconds, 3), "clock_skew_error_s": bound(skew.error)}
    detail = "; ".join(text for text in (found.detail, skew.said) if text)
    return replace(found, facts=MappingProxyType({**facts, **now}), detail=detail)
