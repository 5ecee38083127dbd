"""How far away is the host, how evenly, and how much gets lost on the way?

The TCP handshakes of the run are measured anyway; a jump box's own leg is taken off them.  Where
the place can ping, one echo is sent, and only if it comes back one burst follows, which measures
``path.mtu`` too: so a host that drops pings gets one.  Where handshakes came late as well, that
echo may have been lost on the way, and is sent again.  Nothing here costs a connection.
"""

import asyncio
from contextlib import suppress

from bot.evidence import Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import TOO_SOON, Line, until
from bot.probes.samples import facts, late, measure
from bot.vantage.base import Cannot, Echo, Means, VantageError

NAME = "path.quality"
FIRST = 84
"""The IP packet of an ordinary ping, in bytes."""
ORDINARY = range(FIRST, FIRST + 6)
"""Sizes that pass everywhere: they measure.  A burst has one echo a size, so these differ."""
# Ethernet, then what PPPoE, GRE, tunnels and VPNs leave of it; the largest twice, since one lost
# echo says nothing.  1280 is the least of IPv6.
SIZES = (1500, 1499, 1492, 1480, 1460, 1450, 1440, 1420, 1400, 1380, 1350, 1300, 1280, 576)
LEGS = 3
# How long a burst may take, which only matters when echoes are missing: some round trips, and many
# times what the first took, lest a busy place that is slow to start its programs look like loss.
LEAST_S = 1.5
ROUND_TRIPS = 8
FIRSTS = 5
TRIES = 3  # of the first echo, where handshakes came late as well
PAUSE_S = 0.5  # before it is asked whether they did: a SYN is sent again after a second only


async def probe(ctx: Context) -> Observation:
    """Report round trip times, jitter and loss when nobody else has anything more to tell."""
    line = await ctx.need(ctx.trail.port)
    means = await ctx.vantage.means(ctx.conduct.limit)
    pinging = asyncio.create_task(_ping(ctx, means, line))
    legs = list[float]()
    leg = asyncio.create_task(_leg(ctx, means, legs))
    try:
        await ctx.trail.enough.wait()
        if ctx.trail.ping.kept and not pinging.done():
            await until(asyncio.wait((pinging,)), ctx.conduct.limit)
    finally:
        for task in (pinging, leg):
            task.cancel()
        without, _ = await asyncio.gather(pinging, leg, return_exceptions=True)
    ordinary = [echo for echo in ctx.trail.echoes.value or () if echo.size in ORDINARY]
    opened = [one for one in ctx.conduct.handshakes if one.address == line.address]
    found = measure(opened, min(legs, default=None), ordinary)
    if not found.rtts_ms:
        raise Blocked("the leg to this place cannot be told from the path, and pings do not help")
    notes = (found.note, f"no pings: {without}" if isinstance(without, str) else "")
    return Observation.passed(NAME, "; ".join(filter(None, notes)), **facts(found))


async def _ping(ctx: Context, means: Means, line: Line) -> str | None:
    """One echo, then the burst; both promises are kept or broken when this ends.

    Returns why the place cannot ping, if it cannot.
    """
    loop, reason = asyncio.get_running_loop(), "the look was over"
    try:
        first, took_s = await _first(ctx, means, line)
        ctx.conduct.took(took_s)
        ctx.trail.ping.keep(first)
        quickest_ms = min(one.connect_ms for one in ctx.conduct.handshakes)
        trip_s = max(first.rtt_ms or 0.0, quickest_ms) / 1000
        burst_s = LEAST_S + ROUND_TRIPS * trip_s + FIRSTS * took_s
        latest = min(loop.time() + burst_s, ctx.conduct.limit)
        ctx.trail.echoes.keep(await means.echoes(line.address, (*ORDINARY, *SIZES), latest))
    except Cannot as error:
        reason = str(error)
        return reason
    except Blocked as error:
        reason = str(error)
    except VantageError as error:
        if error.failure not in TOO_SOON:  # it was given little time: being late is no fault
            ctx.conduct.blame(error)
        reason = f"the place did not ping: {error.detail or error.failure.value}"
    finally:
        ctx.trail.ping.fail(reason)
        ctx.trail.echoes.fail(reason)
    return None


async def _first(ctx: Context, means: Means, line: Line) -> tuple[Echo, float]:
    """The first echo and the seconds that it took; raises Blocked when none comes back."""
    loop = asyncio.get_running_loop()
    for _ in range(TRIES):
        began = loop.time()
        latest = min(began + ctx.conduct.share, ctx.conduct.limit)
        for echo in await means.echoes(line.address, (FIRST,), latest):
            if echo.state == "reply":
                return echo, loop.time() - began
        await asyncio.sleep(PAUSE_S)
        if not late([one for one in ctx.conduct.handshakes if one.address == line.address]):
            break
    raise Blocked("the host does not answer pings")


async def _leg(ctx: Context, means: Means, found: list[float]) -> None:
    """The leg some times over: its least is what a handshake cannot do without."""
    with suppress(Cannot, VantageError):
        while len(found) < LEGS:
            found.append(await means.leg_ms(ctx.conduct.limit))
