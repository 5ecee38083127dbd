"""Do large packets reach the host, or do they vanish?

X.224 and a short hello fit into small packets, so a path that swallows large ones looks healthy
until the host's certificate or the user's screen should come.  The echoes of ``path.quality`` have
every size that a path may have; beside them one ClientHello of three whole packets (RFC 7685) is
sent on a connection of its own, the last of the run, and compared with the short ones.  While it is
not answered the place's own TCP tells what became of it.  All this holds from here to the host;
the user's own way to it may be another.
"""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import TOO_SOON, Line, Spent, until
from bot.probes.packets import ETHERNET, Padded, Witnesses, judge
from bot.probes.talk import COOKIE, hear, negotiate
from bot.vantage.base import Cannot, Echo, Means, VantageError
from bot.wire.cursor import Closed, Malformed
from bot.wire.flight import FlightReader
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from bot.wire.negotiation import refusal
from bot.wire.reading import WIDE
from bot.wire.x224 import REQUESTS, connection_request

NAME = "path.mtu"
REQUEST = "nla"
LENGTH = 3000
"""Two whole packets of Ethernet and a small one, whose arrival shows that only size matters."""
# When TCP is asked about a hello that is not answered: by then a lost segment was sent again some
# times; and when it counts as not answered.
FIRST_LOOK_S = 1.0
LAST_LOOK_S = 3.0
LOOK_S = 2.0  # for one look at TCP
PATIENCE = 0.75  # of what the host may take for an answer, should that be less


async def probe(ctx: Context) -> Observation:
    """Send the large hello where the host takes TLS, and weigh it against the echoes."""
    line = await ctx.need(ctx.trail.port)
    means = await ctx.vantage.means(ctx.conduct.limit)
    padded = await _padded(ctx, means)
    ctx.timer.restart()
    echoes = await _echoes(ctx)
    if padded.outcome == "unsent" and not echoes:
        return Observation.not_run(NAME, f"{padded.reason}, and echoes do not help")
    if padded.outcome == "silent":
        await until(_fate(ctx), ctx.conduct.limit)
    seen = Witnesses(line.address.version, padded, ctx.trail.hello.kept, echoes)
    return _observation(seen)


async def _fate(ctx: Context) -> str | None:
    """Wait for what becomes of the short hellos; why none was answered."""
    try:
        await ctx.trail.hello.get()
    except Blocked as reason:
        return str(reason)
    return None


async def _echoes(ctx: Context) -> tuple[Echo, ...]:
    """The burst, which is waited for only if the host answers pings at all."""
    if not ctx.trail.ping.kept:
        return ()
    try:
        return await ctx.trail.echoes.get()
    except Blocked:
        return ()


async def _padded(ctx: Context, means: Means) -> Padded:
    """Send the large hello once a short one was answered, or is late."""
    late = asyncio.get_running_loop().time() + ctx.conduct.share
    fate = asyncio.create_task(_fate(ctx))
    try:
        await until(asyncio.wait((fate,)), min(late, ctx.conduct.limit))
        reason = _useless(ctx, fate.result() if fate.done() else None)
    finally:
        fate.cancel()
        await asyncio.gather(fate, return_exceptions=True)
    if reason is not None:
        return Padded("unsent", reason=reason)
    try:
        async with ctx.line() as line:
            return await _send(ctx, means, line)
    except Spent as error:
        return Padded("unsent", reason=str(error))
    except VantageError as error:
        failure = ctx.conduct.answer_to(error)
        return Padded("unsent", reason=f"the connection for a large hello failed ({failure.value})")


def _useless(ctx: Context, fate: str | None) -> str | None:
    """Why a large hello would be useless or harmful; None while a short one is only late."""
    if ctx.conduct.gentle:
        return "a host that is met one by one gets no hello beyond the needed ones"
    refused = refusal(ctx.conduct.answers.get(REQUEST))
    if refused is None and fate is not None:
        return "no short hello was answered, so a large one tells nothing"
    return refused


async def _send(ctx: Context, means: Means, line: Line) -> Padded:
    """One large hello, and what became of it."""
    refused = refusal(await negotiate(ctx.conduct, line, REQUEST))
    if refused is not None:
        return Padded("unsent", reason=refused)
    head, before = len(connection_request(REQUESTS[REQUEST], COOKIE)), line.heard
    sent = Padded("silent", head, head + LENGTH)
    now = asyncio.get_running_loop().time()
    latest = now + min(LAST_LOOK_S, PATIENCE * (line.patience() - now))
    hearing = asyncio.create_task(_greet(ctx, line, latest))
    try:
        await until(asyncio.wait((hearing,)), min(now + FIRST_LOOK_S, latest))
        if not hearing.done():
            seen = await _look(ctx, means, line, sent)
            if seen.swallowed() is not None:
                return seen
        outcome = await hearing
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    found = replace(sent, outcome=outcome, heard=line.heard - before)
    if outcome == "answered" and _echoed(ctx):
        return found
    return await _look(ctx, means, line, found)


async def _greet(ctx: Context, line: Line, latest: float) -> str:
    """Write the hello at once and read its answer: answered, closed or silent."""
    randomness = secrets.token_bytes(RANDOMNESS)
    hello = client_hello(SHAPES[WIDE], randomness, ctx.target.server_name, length=LENGTH)
    try:
        await line.write(hello, latest)
        answer = await hear(line, FlightReader(), latest)
    except Malformed:
        return "answered"
    except VantageError as error:
        silent = ctx.conduct.answer_to(error) is Failure.PROBE_DEADLINE
        return "silent" if silent else "closed"
    return "closed" if isinstance(answer, Closed) else "answered"


def _echoed(ctx: Context) -> bool:
    """Whether a whole packet came back already, so that TCP need not be asked."""
    burst = ctx.trail.echoes.value or ()
    return any(echo.state == "reply" and echo.size >= ETHERNET for echo in burst)


async def _look(ctx: Context, means: Means, line: Line, sent: Padded) -> Padded:
    """With the place's TCP connections to the port; without where they cannot be seen."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    latest = min(began + LOOK_S, ctx.conduct.limit)
    try:
        seen = await means.sockets(line.address, ctx.target.port, latest)
    except Cannot as error:
        return replace(sent, reason=str(error))
    except VantageError as error:
        if error.failure not in TOO_SOON:  # it was given little time: being late is no fault
            raise
        return sent
    ctx.conduct.took(loop.time() - began)
    return replace(sent, sockets=seen)


def _observation(seen: Witnesses) -> Observation:
    found = judge(seen)
    facts: dict[str, Any] = {"verdict": found.verdict}
    if found.mtu is not None:
        facts["mtu"] = found.mtu
    if found.tested is not None:
        facts["tested_bytes"] = found.tested
    detail = "; ".join(found.notes)
    if found.verdict == "black-hole":
        return Observation.failed(NAME, Failure.PATH_BLACK_HOLE, detail, **facts)
    return Observation.passed(NAME, detail, **facts)
