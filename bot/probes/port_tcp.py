"""Does the RDP port open, address by address?

The connection that opens first becomes the first negotiation request.  Other addresses are tried
beside everything else, since a dead one among several is a finding of its own.  Once the rest is
known, an IPv4 address that was tried is waited for until its silence means something: a SYN that
got lost was sent again by then, and another address had opened long before.  IPv6 is not waited
for, since silence may be only this place's own.  Where connections are few, two addresses are
tried, and others only while none has opened.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import until
from bot.vantage.base import Address, TargetRefused, VantageError

NAME = "port.tcp"
MOST_ADDRESSES = 6
AT_ONCE_OF_FEW = 2  # what they leave of four suffices for TLS, certificate and sign-in
# From the first try of an address: a lost SYN is sent again after a second (RFC 6298 2.1), and an
# answer to it takes as long as that of the address that opened, or some times that.
SILENT_S = 1.5
ROUND_TRIPS = 8
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
    attempts = dict[asyncio.Task[TargetRefused | VantageError | None], Address]()
    for address in addresses:
        attempts[asyncio.create_task(_in_turn(ctx, address, list(attempts)))] = address
    everything = asyncio.create_task(asyncio.wait(attempts))
    enough = asyncio.create_task(ctx.trail.enough.wait())
    tasks: list[asyncio.Task[Any]] = [everything, enough, *attempts]
    try:
        await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        silence_s = _silence_s(ctx)
        late = {attempt: one for attempt, one in attempts.items() if not attempt.done()}
        due = [ctx.conduct.tried_at[one] for one in late.values() if _judged(ctx, one)]
        if due:
            moment = min(max(due) + silence_s, ctx.conduct.limit)
            await until(asyncio.wait(late), moment)
        for attempt, address in late.items():
            if not attempt.done():
                ctx.report(_silent(ctx, address, silence_s))
        _forbidden(ctx, [attempt.result() for attempt in attempts if attempt.done()])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _forbidden(ctx: Context, forbidden: Sequence[TargetRefused | VantageError | None]) -> None:
    """Where nothing could be tried, the jump box is to blame, or else the rules are (raised)."""
    if not all(forbidden):
        return
    for each in forbidden:
        if isinstance(each, VantageError):
            ctx.conduct.blame(each)
            ctx.conduct.tried.set()
            return
    raise next(refusal for refusal in forbidden if isinstance(refusal, TargetRefused))


def _silence_s(ctx: Context) -> float:
    """How long an address must have been silent to be called so, in seconds."""
    line = ctx.trail.port.value
    return max(SILENT_S, ROUND_TRIPS * line.connect_ms / 1000 if line else 0.0)


def _judged(ctx: Context, address: Address) -> bool:
    """Whether silence of this address can be judged: it was tried, and another one opened."""
    return ctx.trail.port.kept and address.version == 4 and address in ctx.conduct.tried_at


def _silent(ctx: Context, address: Address, seconds: float) -> Observation:
    """What is said of an address that has not answered when all else is known."""
    waited_s = asyncio.get_running_loop().time() - ctx.conduct.tried_at.get(address, math.inf)
    if not _judged(ctx, address) or waited_s < seconds:
        reason = f"{address} was still silent when everything else was known"
        return Observation.not_run(NAME, reason)
    detail = f"no answer in {waited_s:.1f} s, in which another address of the name opened"
    facts = {"state": "timeout", "address": str(address)}
    return Observation.failed(NAME, Failure.TCP_TIMEOUT, detail, **facts)


async def _in_turn(
    ctx: Context, address: Address, earlier: Sequence[asyncio.Task[Any]]
) -> TargetRefused | VantageError | None:
    """Try an address, or keep its connection for what else there is to see."""
    if ctx.conduct.few and len(earlier) >= AT_ONCE_OF_FEW:
        waits = [asyncio.create_task(asyncio.wait(earlier)), asyncio.create_task(_open(ctx))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if ctx.trail.port.kept:
            reason = f"{address} was not tried: another address opens, and connections are few"
            ctx.report(Observation.not_run(NAME, reason))
            return None
    return await _attempt(ctx, address)


async def _open(ctx: Context) -> None:
    """Until an address has opened, or none will."""
    with suppress(Blocked):
        await ctx.trail.port.get()


async def _attempt(ctx: Context, address: Address) -> TargetRefused | VantageError | None:
    """Try an address; what forbade that, if the rules or the jump box did."""
    try:
        line = await ctx.conduct.open(address, urgent=True)
    except TargetRefused as refusal:
        return refusal
    except VantageError as error:
        ctx.report(_failed(error, address))
        return error if error.failure is Failure.JUMPBOX_FORWARDING else None
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
    if error.failure is Failure.JUMPBOX_FORWARDING:
        return Observation.not_run(NAME, f"{address} cannot be tried: {error.detail}")
    if error.failure.value.startswith("jumpbox."):
        return Observation.not_run(NAME, f"the jump box failed: {error.detail}")
    failure = Failure.TCP_TIMEOUT if error.failure is Failure.PROBE_DEADLINE else error.failure
    state = STATES.get(failure, "failed")
    return Observation.failed(NAME, failure, error.detail, state=state, address=str(address))
