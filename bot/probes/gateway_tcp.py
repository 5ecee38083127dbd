"""Does the port of the RD Gateway open, address by address?

Looked at from the same place as the host, with that place's own resolver: behind split DNS a
name may lead to another gateway inside than outside.  The address that opens first is used; one
that is silent beside it is waited for only shortly.
"""

import asyncio
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes import name_lookup, port_tcp
from bot.probes.base import Blocked, Context, GatewayLine, Target
from bot.probes.conduct import Conduct
from bot.vantage.base import Address, Cannot, Lookup, TargetRefused, VantageError

NAME = "gateway.tcp"
GRACE_S = 1.0


async def probe(ctx: Context) -> Observation | None:
    """Resolve the gateway and try its addresses; nothing to say where there is no gateway.

    Raises TargetRefused when the rules close its name or every address, and Blocked where the place
    forwards to no name server: what it forwards to besides, shows elsewhere.
    """
    gateway, conduct = ctx.target.gateway, ctx.gateway
    if gateway is None or conduct is None:
        return None
    await ctx.need(ctx.trail.session)
    found = await _lookup(ctx, gateway)
    failure = name_lookup.FAILURES.get(found.status)
    if failure is None and not found.addresses:
        failure = Failure.NAME_NOT_FOUND
    if failure is not None:
        asked = {"asked": gateway.host, "port": gateway.port}
        return Observation.failed(NAME, failure, found.detail, **asked)
    # Nobody is issued a certificate for a short name: the completed one is meant.
    meant = gateway.host if "." in gateway.host else found.canonical or gateway.host
    await _try_all(ctx, conduct, meant, found.addresses[: port_tcp.MOST_ADDRESSES])
    return None


async def _lookup(ctx: Context, gateway: Target) -> Lookup:
    try:
        return await ctx.vantage.lookup(gateway.host, ctx.conduct.limit)
    except Cannot as reason:
        raise Blocked(str(reason)) from None
    except VantageError as error:
        if error.failure is Failure.JUMPBOX_FORWARDING:
            raise Blocked(f"no way to a name server from here: {error.detail}") from None
        if error.failure is not Failure.PROBE_DEADLINE:
            raise
        return Lookup(gateway.host, "timeout", detail=error.detail)


async def _try_all(
    ctx: Context, conduct: Conduct, name: str, addresses: tuple[Address, ...]
) -> None:
    attempts = {
        asyncio.create_task(_attempt(ctx, conduct, name, address)): address for address in addresses
    }
    waiting = set(attempts)
    try:
        while waiting:
            grace = GRACE_S if ctx.trail.gateway.kept else None
            done, waiting = await asyncio.wait(
                waiting, timeout=grace, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                break
        for attempt in waiting:
            reason = f"{attempts[attempt]} was still silent when another address had opened"
            ctx.report(Observation.not_run(NAME, reason))
        refusals = [attempt.result() for attempt in attempts if attempt.done()]
        if all(refusals):
            raise next(refusal for refusal in refusals if refusal)
    finally:
        for attempt in attempts:
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


async def _attempt(
    ctx: Context, conduct: Conduct, name: str, address: Address
) -> TargetRefused | None:
    try:
        line = await conduct.open(address, urgent=True)
    except TargetRefused as refusal:
        return refusal
    except VantageError as error:
        ctx.report(_failed(ctx, error, address))
        return None
    taken = ctx.trail.gateway.keep(GatewayLine(line, name))
    facts = {**_where(ctx, address), "state": "open", "connect_ms": line.connect_ms}
    ctx.report(Observation.passed(NAME, **facts))
    if not taken:
        await conduct.close(line)
    return None


def _where(ctx: Context, address: Address) -> dict[str, Any]:
    gateway = ctx.target.gateway or ctx.target
    return {"asked": gateway.host, "port": gateway.port, "address": str(address)}


def _failed(ctx: Context, error: VantageError, address: Address) -> Observation:
    if error.failure is Failure.JUMPBOX_FORWARDING:
        # Others may be forwarded all the same; a jump box that forwards nothing shows elsewhere.
        return Observation.not_run(NAME, f"no way to the gateway from here: {error.detail}")
    if error.failure.value.startswith("jumpbox."):
        ctx.conduct.blame(error)
        return Observation.not_run(NAME, f"the jump box failed: {error.detail}")
    failure = Failure.TCP_TIMEOUT if error.failure is Failure.PROBE_DEADLINE else error.failure
    state = port_tcp.STATES.get(failure, "failed")
    return Observation.failed(NAME, failure, error.detail, **_where(ctx, address), state=state)
