"""Does the host answer on other ports, a ping, or its neighbours, while its RDP port stays shut?

So a host that is asleep is told from one whose firewall drops RDP.  The RDP port has a head
start, and a host whose port opens is left in peace; otherwise each other port is opened once and
closed at once, without a byte.  A place on the host's own link has it in its neighbour table by
then, or knows that nobody has this address: no firewall hides that.  What cannot be tried from
here (a jump box that forwards to the RDP port only, no room in time) is left out: it says nothing
about the host.
"""

import asyncio
from contextlib import suppress
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.vantage.base import Address, Cannot, TargetRefused, VantageError

NAME = "host.companions"
# SMB, RPC and WinRM of Windows, then SSH and HTTPS; in the order of their worth.
PORTS = (445, 135, 5985, 22, 443)
# While the RDP port is pending there is room for two, so five ports take three rounds.
ROUNDS = 3
NEIGHBOURS = ("answers", "absent")
# A neighbour that is only remembered is asked 5 s after the first packet to it and given up 3 s
# later (Linux, arp(7): delay_first_probe_time, ucast_solicit); so often is the table read then.
SETTLED_S = 8.5
AGAIN_S = 0.5
STATES = {
    Failure.TCP_REFUSED: "refused",
    Failure.TCP_TIMEOUT: "timeout",
    Failure.TCP_UNREACHABLE: "unreachable",
    Failure.TCP_FAILED: "failed",
}


async def probe(ctx: Context) -> Observation:
    """Report the state of each port, whether a ping comes back, and the neighbour table."""
    addresses = (await ctx.need(ctx.trail.lookup)).addresses
    share = ctx.conduct.share
    await _head_start(ctx, share)
    if ctx.conduct.fault is not None:
        raise ctx.conduct.fault
    ctx.timer.restart()
    end = asyncio.get_running_loop().time() + ROUNDS * share
    facts: dict[str, Any] = {}
    for address in addresses:
        facts = await _look(ctx, address, share, end) or facts
        if ctx.trail.port.kept:
            return Observation.not_run(NAME, "the RDP port opens")
        if not _out_of_reach(facts):
            return Observation.passed(NAME, **facts)
    if facts:
        return Observation.passed(NAME, **facts)
    return Observation.not_run(NAME, "neither other ports nor a ping can be tried from here")


async def _head_start(ctx: Context, seconds: float) -> None:
    """Wait until the RDP port opens or is known not to, but no longer than this."""
    with suppress(Blocked, TimeoutError):
        async with asyncio.timeout(seconds):
            await ctx.trail.port.get()


def _out_of_reach(facts: dict[str, Any]) -> bool:
    """Nothing leads to this address from here; another one may still be in reach."""
    states = set(facts.get("ports", {}).values())
    spoken = facts.get("ping") == "reply" or facts.get("neighbour") == "answers"
    return states <= {"unreachable"} and not spoken


async def _look(ctx: Context, address: Address, share: float, end: float) -> dict[str, Any]:
    """The facts of one address; none where the rules close it or nothing can be tried."""
    if ctx.trail.port.kept:
        return {}
    ping, neighbour, *states = await asyncio.gather(
        _ping(ctx, address, end),
        _neighbour(ctx, address, end),
        *(_knock(ctx, address, port, (share, end)) for port in PORTS),
    )
    pairs = zip(PORTS, states, strict=True)
    ports = {str(port): state for port, state in pairs if state is not None}
    facts: dict[str, Any] = {"ports": ports} if ports else {}
    if ports or ping != "unknown":
        facts["ping"] = ping
    if neighbour == "unsure":
        spoken = ping == "reply" or {"open", "refused"} & set(states)
        neighbour = "answers" if spoken else await _settled(ctx, address)
    if neighbour in NEIGHBOURS:
        facts["neighbour"] = neighbour
    return facts


async def _knock(
    ctx: Context, address: Address, port: int, patience: tuple[float, float]
) -> str | None:
    """The state of a port after a share of the time, or what is left of it; None: not tried."""
    loop = asyncio.get_running_loop()
    share, end = patience
    async with ctx.conduct.places:
        left = min(share, end - loop.time())
        if ctx.trail.port.kept or left < share / 2:
            return None
        try:
            stream = await ctx.vantage.connect(address, port, loop.time() + left)
        except TargetRefused:
            return None
        except VantageError as error:
            # A fault of the jump box is no state; it shows at the RDP port, which all wait for.
            return STATES.get(error.failure)
        await stream.close()
        return "open"


async def _ping(ctx: Context, address: Address, end: float) -> str:
    try:
        return await ctx.vantage.ping(address, end)
    except (TargetRefused, VantageError):
        return "unknown"


async def _neighbour(ctx: Context, address: Address, end: float) -> str | None:
    """What the place's neighbour table says; None where there is none.

    By now the RDP port was tried for a while, so the table has been asked already.
    """
    try:
        means = await ctx.vantage.means(end)
        return await means.neighbour(address, end)
    except (Cannot, TargetRefused, VantageError):
        return None


async def _settled(ctx: Context, address: Address) -> str | None:
    """What the table says of a neighbour that it only remembers, once it has found out."""
    loop = asyncio.get_running_loop()
    end = ctx.conduct.tried_at.get(address, loop.time()) + SETTLED_S
    end = min(end, ctx.conduct.limit)
    found: str | None = "unsure"
    while found == "unsure" and not ctx.trail.port.kept and loop.time() + AGAIN_S < end:
        await asyncio.sleep(AGAIN_S)
        found = await _neighbour(ctx, address, end)
    return found
