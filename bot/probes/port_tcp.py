"""Does the RDP port open, address by address?

The connection that opens first becomes the first negotiation request.  Other addresses are tried
beside everything else, since a dead one among several is a finding of its own; but nobody waits
for it once the rest is known.
"""

import asyncio
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Context
from bot.vantage.base import Address, TargetRefused, VantageError

NAME = "port.tcp"
MOST_ADDRESSES = 6
STATES = {
    Failure.TCP_REFUSED: "refused",
    Failure.TCP_TIMEOUT: "timeout",
    Failure.PROBE_DEADLINE: "timeout",
    Failure.TCP_UNREACHABLE: "unreachable",
}


async def probe(ctx: Context) -> None:
    """Try every address at once (the conduct paces them) and report each as it is known.

    Raises TargetRefused when the rules close every address.
    """
    addresses = (await ctx.need(ctx.trail.lookup)).addresses[:MOST_ADDRESSES]
    # By the task: an address may stand twice, and no attempt may be forgotten.
    attempts = {asyncio.create_task(_attempt(ctx, address)): address for address in addresses}
    everything = asyncio.create_task(asyncio.wait(attempts))
    enough = asyncio.create_task(ctx.trail.enough.wait())
    tasks: list[asyncio.Task[Any]] = [everything, enough, *attempts]
    try:
        await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        for attempt, address in attempts.items():
            if not attempt.done():
                reason = f"{address} was still silent when everything else was known"
                ctx.report(Observation.not_run(NAME, reason))
        refusals = [attempt.result() for attempt in attempts if attempt.done()]
        if all(refusals):
            raise next(refusal for refusal in refusals if refusal)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _attempt(ctx: Context, address: Address) -> TargetRefused | None:
    try:
        line = await ctx.conduct.open(address, urgent=True)
    except TargetRefused as refusal:
        return refusal
    except VantageError as error:
        ctx.report(_failed(error, address))
        return None
    # In this order: who waits for the address goes on at once, and finds the port open.
    taken = ctx.trail.port.keep(line)
    ctx.trail.address.keep(address)
    ctx.report(
        Observation.passed(NAME, state="open", address=str(address), connect_ms=line.connect_ms)
    )
    if not taken:
        await ctx.conduct.close(line)
    return None


def _failed(error: VantageError, address: Address) -> Observation:
    if error.failure.value.startswith("jumpbox."):
        return Observation.not_run(NAME, f"the jump box failed: {error.detail}")
    failure = Failure.TCP_TIMEOUT if error.failure is Failure.PROBE_DEADLINE else error.failure
    state = STATES.get(failure, "failed")
    return Observation.failed(NAME, failure, error.detail, state=state, address=str(address))
