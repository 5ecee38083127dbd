"""Does the server agree on TLS, with which clients, and in which versions?

A server that closes after a ClientHello has not said why, so several shapes of hello are sent on
connections of their own.  ``wide`` comes first and alone brings the certificate; the others go
out as soon as the host has chosen TLS, two of them on connections that other probes need no
longer.  Nothing is asked twice: ``tls12`` is on the wire the same as ``wide``, and a full handshake
that ended in TLS 1.3 has answered for ``tls13``.  Where ``wide``, which stops at TLS 1.2, is turned
down but TLS 1.3 is not, the answer to ``tls13`` counts for both: they are the widest client.  So
does a full handshake where the host takes no hello of ours: it offers more than we can name.
"""

import asyncio
import secrets
from dataclasses import replace

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context, Promise
from bot.probes.conduct import Line, Spent
from bot.probes.door import GENTLE_GAP_S
from bot.probes.handover import inherit, left_or, soon
from bot.probes.shapes import NAME, NEWEST, Found, Reply, observation
from bot.probes.talk import asked, hear, negotiate
from bot.vantage.base import VantageError
from bot.wire.cursor import Closed, Malformed
from bot.wire.flight import Alert, FlightReader, ServerHello
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from bot.wire.negotiation import lacks_certificate, refusal
from bot.wire.reading import CLIENT, WIDE
from bot.wire.x224 import Answer, Refusal, Refused

__all__ = ["NAME", "probe"]

TWIN = "tls12"
# In the order of their worth, should connections run out.
OTHERS = (CLIENT, NEWEST, "tls10", "tls11", "rsa-cbc")
GENTLE_OTHERS = (CLIENT,)
FEW_OTHERS = (CLIENT, NEWEST)
MORE_GREETINGS = 2
UNASKED = "this hello was met by a close, and no connection was left to ask again"
BY_CHANCE = "this hello was met by a close before it was taken: not every connection fares alike"
LACKED = "before this hello a connection was told that there is no certificate: several machines?"
REQUEST = "nla"

# How long a host that has refused TLS may take to answer a hello all the same.
DIRECT_PATIENCE_S = 1.5


async def probe(ctx: Context) -> Observation:
    """Send the shapes and report what became of each."""
    await ctx.need(ctx.trail.address)
    found = Found()
    async with asyncio.TaskGroup() as group:
        group.create_task(_wide(ctx, found))
        for shape in OTHERS:
            group.create_task(_other(ctx, found, shape))
    if found.fault is not None:
        raise found.fault
    if found.refusal is None and not found.hellos:
        await _borrow(ctx, found)
    if found.refused:
        return Observation.not_run(NAME, found.refused)
    if ctx.conduct.gentle or found.hellos:
        await _greet_again(ctx, found)
    for hello in sorted(found.hellos, key=lambda hello: not hello.certificates):
        ctx.trail.hello.keep(hello)
    ctx.trail.chains.keep(found.chains)
    if NEWEST not in found.replies and found.borrowed is None:
        await _borrow(ctx, found)
    return observation(found)


async def _wide(ctx: Context, found: Found) -> None:
    """The first shape; its negotiation decides whether there is any sense in the others."""
    try:
        async with asked(ctx, REQUEST) as (line, answer):
            taken = _is_taken(answer, WIDE, found)
            if not taken and lacks_certificate(answer) and await ctx.conduct.answers.choose_tls():
                found.lacking = refusal(answer) or ""
            elif not taken:
                found.refusal = refusal(answer)
            found.decided.set()
            if taken:
                await _greet(ctx, line, WIDE, found)
                await _ending(ctx, line, found)
        if found.refusal is None and TWIN not in found.replies and not ctx.conduct.few:
            await _other(ctx, found, TWIN)
        if isinstance(answer, Refused) and answer.code != Refusal.NO_CERTIFICATE:
            await _directly(ctx, found)
    except (Blocked, Spent, VantageError) as error:
        found.fault = error
    finally:
        found.decided.set()


async def _greet_again(ctx: Context, found: Found) -> None:
    """Repeat what was dropped beside hellos that were taken, or by a gentle host.

    The second is left in peace meanwhile, each time for longer.  A hello that is taken at last was
    dropped by chance: by a member of a farm that is ill, or by a host with a full queue.
    """
    gentle = ctx.conduct.gentle
    for count in range(1, MORE_GREETINGS + 1):
        for shape in (WIDE, CLIENT):
            if not _dropped(found, shape) or shape in found.unasked:
                continue
            closed = shape in found.replies
            await _once_more(ctx, found, shape, count * GENTLE_GAP_S if gentle else 0.0)
            if closed and not gentle and not _dropped(found, shape):
                found.notes.setdefault(BY_CHANCE, shape)
                found.unsteady.append(shape)


def _is_taken(answer: Answer | None, shape: str, found: Found) -> bool:
    """Whether a hello may follow; a machine without certificate is remembered."""
    if lacks_certificate(answer):
        found.notes.setdefault(LACKED, shape)
        found.unsteady.append(shape)
    return refusal(answer) is None


def _dropped(found: Found, shape: str) -> bool:
    """Whether a hello was met by a close; another answer that stands in for it changes nothing."""
    reply = found.replies.get(shape)
    closed = isinstance(reply, Closed) or (reply is None and shape in found.unsteady)
    return closed or (shape == WIDE and found.stood_in)


async def _once_more(ctx: Context, found: Found, shape: str, pause: float) -> None:
    """Greet again, alone: GNOME Remote Desktop may drop a connection while another one ends."""
    if asyncio.get_running_loop().time() + pause >= ctx.conduct.limit:
        return
    await asyncio.sleep(pause)
    try:
        async with ctx.line() as line:
            if _is_taken(await negotiate(ctx.conduct, line, REQUEST), shape, found):
                await _greet(ctx, line, shape, found)
    except Spent:
        if shape in found.replies:
            found.unasked.add(shape)
            found.notes.setdefault(UNASKED, shape)
    except (Blocked, VantageError):
        return


async def _ending(ctx: Context, line: Line, found: Found) -> None:
    """Ask how the host ended the line, if it did: nobody uses it any more, and others are at work.

    Not where connections must not overlap.
    """
    if isinstance(found.replies[WIDE], Closed) and not found.notes and not ctx.conduct.gentle:
        found.ending = await line.ending(line.patience())


async def _directly(ctx: Context, found: Found) -> None:
    """Say hello without any negotiation: some hosts refuse TLS and yet take it (5.4.2.2)."""
    try:
        async with ctx.line() as line:
            async with asyncio.timeout(DIRECT_PATIENCE_S):
                await _greet(ctx, line, WIDE, found)
    except (Spent, VantageError, TimeoutError):
        return
    if isinstance(found.replies[WIDE], ServerHello):
        found.refusal = None
        found.notes["TLS answers although the negotiation refuses it"] = WIDE


async def _other(ctx: Context, found: Found, shape: str) -> None:
    await left_or(found.decided, _heir(ctx, shape))
    wanted = found.refusal is None and found.fault is None
    try:
        if await _needs_none(ctx, found, shape, wanted=wanted) or not wanted:
            return
        await ctx.conduct.first_answer()
        if _spared(ctx, shape):
            return
        async with ctx.line() as line:
            if _is_taken(await negotiate(ctx.conduct, line, REQUEST), shape, found):
                await _greet(ctx, line, shape, found)
    except (Blocked, Spent, VantageError):
        return  # not sent, so the shape stays absent


def _spared(ctx: Context, shape: str) -> bool:
    """Whether the shape is left out: for a gentle host, or for one that gets lost."""
    gentle = ctx.conduct.gentle and shape not in GENTLE_OTHERS
    return gentle or (ctx.conduct.few and shape not in FEW_OTHERS)


def _heir(ctx: Context, shape: str) -> Promise[Line] | None:
    """The connection that another probe may leave to this shape."""
    return {CLIENT: ctx.trail.asked_first, NEWEST: ctx.trail.not_nla}.get(shape)


async def _needs_none(ctx: Context, found: Found, shape: str, *, wanted: bool) -> bool:
    """Whether the shape needs no connection of its own; what was left for nothing is closed."""
    heir = _heir(ctx, shape)
    if heir is None:
        return False
    async with inherit(ctx, heir, wanted=wanted) as line:
        if line is not None and wanted:
            await _greet(ctx, line, shape, found)
    if shape == NEWEST and line is None and wanted:
        shaken = await soon(ctx.trail.handshake)
        if shaken is not None and SHAPES[NEWEST].speaks(shaken.version):
            found.replies[NEWEST] = ServerHello(shaken.version, shaken.cipher)
            _learn(ctx, found)
    return shape in found.replies


async def _greet(ctx: Context, line: Line, shape: str, found: Found) -> None:
    """Send one shape and keep what came back."""
    hello = client_hello(SHAPES[shape], secrets.token_bytes(RANDOMNESS), ctx.target.server_name)
    reader, deadline = FlightReader(), line.patience()
    reply: Reply = None
    try:
        await line.write(hello, deadline)
        reply = await hear(line, reader, deadline)
    except Malformed as error:
        found.notes.setdefault(str(error), shape)
        reply = replace(reader.hello, fault=str(error)) if reader.hello else Closed()
        if reader.hello is None:
            found.garbled.add(shape)
    except VantageError as error:
        silent = ctx.conduct.answer_to(error) is Failure.PROBE_DEADLINE
        reply = reader.hello or (None if silent else Closed())
    found.replies[shape] = reply
    found.stood_in &= shape != WIDE
    if shape == WIDE and isinstance(reply, ServerHello):
        found.replies[TWIN] = reply
    _learn(ctx, found)


def _learn(ctx: Context, found: Found) -> None:
    """Let TLS 1.3 stand in for a ``wide`` that was turned down, and hand the best hello on."""
    newest, wide = found.replies.get(NEWEST), found.replies.get(WIDE)
    if not isinstance(newest, ServerHello):
        newest = found.borrowed
    if WIDE in found.replies and not isinstance(wide, ServerHello):
        if newest is None:
            return
        found.replies[WIDE], found.stood_in = newest, not isinstance(wide, Alert)
        wide = newest
    if isinstance(wide, ServerHello):
        ctx.trail.hello.keep(wide)


async def _borrow(ctx: Context, found: Found) -> None:
    """What a full handshake agreed on: the best version, where ``tls13`` was not asked for.

    Where no hello of ours is taken, it shows that the host does speak TLS.
    """
    try:
        version = (await ctx.trail.handshake.get()).version
    except Blocked:
        return
    found.borrowed = ServerHello(version, "")
    _learn(ctx, found)
