"""Does the host answer RDP over UDP?

One SYN goes out, once the TCP port has opened, and nothing after it: whatever answers to a SYN is
also an amplifier, so it is not asked twice.  UDP is only set up after a sign-in over TCP, so its
silence explains stutter and late drops, never a connection that does not begin.
Source: MS-RDPEUDP 3.1.5.1.1 and 3.1.5.1.3.
"""

import asyncio
import secrets

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import TOO_SOON, Line, until
from bot.vantage.base import Cannot, Datagram, Means, VantageError
from bot.wire.cursor import Malformed
from bot.wire.rdp_udp import read_syn_ack, syn

NAME = "udp.transport"
# How long an answer is waited for; and how long at least when all else is known: some round trips
# and, since the place may have to start programs first, some times what another command took.
LONGEST_S = 2.0
ROUND_TRIPS = 4
COMMANDS = 3
START_S = 0.3
_FAILURES = {"refused": Failure.UDP_REFUSED, "silent": Failure.UDP_SILENT}


async def probe(ctx: Context) -> Observation:
    """Send one SYN to the port that opened over TCP and report what became of it."""
    line = await ctx.need(ctx.trail.port)
    means = await ctx.vantage.means(ctx.conduct.limit)
    number = secrets.randbits(32)
    try:
        datagram = await _ask(ctx, means, line, syn(number))
    except Cannot as reason:
        raise Blocked(str(reason)) from None
    except VantageError as error:
        if error.failure not in TOO_SOON:
            raise
        raise Blocked("the place had no time to send it") from None
    failure = _FAILURES.get(datagram.state)
    if failure is not None:
        return Observation.failed(NAME, failure, state=datagram.state)
    try:
        read_syn_ack(datagram.data, number)
    except Malformed as error:
        return Observation.failed(NAME, Failure.PROBE_MALFORMED, str(error))
    detail = f"a datagram of {len(datagram.data)} bytes came back"
    return Observation.passed(NAME, detail, state="answers")


async def _ask(ctx: Context, means: Means, line: Line, payload: bytes) -> Datagram:
    """What became of the datagram; silent once nobody else has anything to wait for either."""
    began = asyncio.get_running_loop().time()
    latest = min(began + LONGEST_S, ctx.conduct.limit)
    asking = asyncio.create_task(
        means.datagram(line.address, ctx.target.port, payload, latest),
    )
    enough = asyncio.create_task(ctx.trail.enough.wait())
    try:
        await asyncio.wait((asking, enough), return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            enough_s = max(START_S, COMMANDS * ctx.conduct.command_s)
            enough_s += ROUND_TRIPS * line.connect_ms / 1000
            await until(asyncio.wait((asking,)), min(began + enough_s, latest))
        return await asking if asking.done() else Datagram("silent")
    finally:
        for task in (asking, enough):
            task.cancel()
        await asyncio.gather(asking, enough, return_exceptions=True)
