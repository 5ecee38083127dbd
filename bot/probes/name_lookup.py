"""What does the vantage's own resolver say to the name?

A missing name is a finding of the resolver asked, not of the world: another vantage may know it.
"""

from bot.evidence import Failure, Observation
from bot.probes.base import Context
from bot.vantage.base import VantageError

NAME = "name.lookup"
FAILURES = {
    "nxdomain": Failure.NAME_NOT_FOUND,
    "no-answer": Failure.NAME_NO_ANSWER,
    "timeout": Failure.NAME_TIMEOUT,
}


async def probe(ctx: Context) -> Observation:
    """Resolve the typed host; a typed address is reported as ``literal``."""
    await ctx.need(ctx.trail.session)
    try:
        found = await ctx.vantage.lookup(ctx.target.host, ctx.conduct.limit)
    except VantageError as error:
        ctx.conduct.blame(error)
        if error.failure is not Failure.PROBE_DEADLINE:
            raise
        return Observation.failed(
            NAME, Failure.NAME_TIMEOUT, error.detail, asked=ctx.target.host, status="timeout"
        )
    failure = FAILURES.get(found.status)
    if failure is None and not found.addresses:
        failure = Failure.NAME_NOT_FOUND
    if failure is not None:
        return Observation.failed(NAME, failure, found.detail, **found.facts())
    ctx.trail.lookup.keep(found)
    if len(found.addresses) == 1:
        ctx.trail.address.keep(found.addresses[0])
    return Observation.passed(NAME, **found.facts())
