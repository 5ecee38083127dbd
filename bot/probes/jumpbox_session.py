"""Is the way through the jump box open?

A jump box shows only at the first channel whether it forwards at all, so this observation waits
for the first connection attempt: a fault of the jump box must never be blamed on the host.
"""

from bot.evidence import Observation
from bot.probes.base import Context
from bot.vantage.base import VantageError

NAME = "jumpbox.session"
DIRECT = "direct"


async def probe(ctx: Context) -> Observation | None:
    """Connect, or use the connection that exists; nothing to say about ``direct``."""
    ctx.timer.restart()
    try:
        session = await ctx.vantage.session(ctx.conduct.limit)
    except VantageError as error:
        ctx.conduct.blame(error)
        ctx.trail.session.fail(f"the jump box failed: {error.detail or error.failure.value}")
        return failed(error, ctx.vantage.name)
    ctx.trail.session.keep(None)
    if ctx.vantage.name == DIRECT:
        return None
    await ctx.conduct.tried.wait()
    if ctx.conduct.fault is not None:
        return failed(ctx.conduct.fault, ctx.vantage.name)
    return Observation.passed(NAME, state=session.state, connect_ms=session.connect_ms)


def failed(error: VantageError, vantage: str) -> Observation:
    """The observation of a jump box that failed, or of one before it, which is named then."""
    facts = {} if error.state is None else {"state": error.state}
    if error.box is not None and error.box != vantage:
        facts["box"] = error.box
    return Observation.failed(NAME, error.failure, error.detail, **facts)
