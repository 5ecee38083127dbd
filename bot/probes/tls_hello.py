"""Does the server agree on TLS, with which clients, and in which versions?

A server that closes after a ClientHello has not said why, so several shapes of hello are sent on
connections of their own.  ``wide`` comes first and alone brings the certificate; the others go
out as soon as the host has chosen TLS, two of them on connections that other probes need no
longer.  Nothing is asked twice: ``tls12`` is on the wire the same as ``wide``, and a full handshake
that ended in TLS 1.3 has answered for ``tls13``.  Where ``wide``, which stops at TLS 1.2, is turned
down but TLS 1.3 is not, the answer to ``tls13`` counts for both: they are the widest client.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import Line, Spent
from bot.probes.handover import inherit, soon
from bot.probes.talk import hear, negotiate
from bot.vantage.base import VantageError
from bot.wire.cursor import Closed, Malformed
from bot.wire.flight import Alert, FlightReader, ServerHello
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from bot.wire.negotiation import word
from bot.wire.x224 import Answer, Protocol, Refusal, Refused, Selected

NAME = "tls.hello"
WIDE, CLIENT, NEWEST, TWIN = "wide", "windows-11", "tls13", "tls12"
# In the order of their worth, should connections run out.
OTHERS = (CLIENT, NEWEST, "tls10", "tls11", "rsa-cbc")
GENTLE_OTHERS = (CLIENT,)
REQUEST = "nla"

# How long a host that has refused TLS may take to answer a hello all the same.
DIRECT_PATIENCE_S = 1.5
_FAILURES = {
    "alert": Failure.TLS_ALERT,
    "closed": Failure.TLS_CLOSED,
    "silent": Failure.TLS_SILENT,
}

_REFUSALS = {
    "bare": "the host knows no TLS (its answer has no negotiation data)",
    "closed": "the host closed the connection during the negotiation",
    "not-rdp": "what answers on this port is not RDP",
}

Reply = ServerHello | Alert | Closed | None
"""None says that the host stayed silent."""


@dataclass(slots=True)
class Found:
    """What the shapes met so far; ``refusal`` says why no hello could be sent at all."""

    replies: dict[str, Reply] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """What was odd, and the shape that met it first."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str | None = None
    fault: Blocked | Spent | VantageError | None = None
    borrowed: ServerHello | None = None


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
    if found.refusal is not None:
        return Observation.not_run(NAME, found.refusal)
    if NEWEST not in found.replies:
        await _borrow(ctx, found)
    return _observation(found)


async def _wide(ctx: Context, found: Found) -> None:
    """The first shape; its negotiation decides whether there is any sense in the others."""
    try:
        async with ctx.line(urgent=True) as line:
            answer = await negotiate(ctx.conduct, line, REQUEST)
            found.refusal = refusal(answer)
            found.decided.set()
            if found.refusal is None:
                await _greet(ctx, line, WIDE, found)
        if found.refusal is None and TWIN not in found.replies:
            await _other(ctx, found, TWIN)
        if isinstance(answer, Refused) and answer.code != Refusal.NO_CERTIFICATE:
            await _directly(ctx, found)
    except (Blocked, Spent, VantageError) as error:
        found.fault = error
    finally:
        found.decided.set()


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
    await found.decided.wait()
    wanted = found.refusal is None and found.fault is None
    try:
        if await _needs_none(ctx, found, shape, wanted=wanted) or not wanted:
            return
        await ctx.conduct.first_answer()
        if ctx.conduct.gentle and shape not in GENTLE_OTHERS:
            return
        async with ctx.line() as line:
            if refusal(await negotiate(ctx.conduct, line, REQUEST)) is None:
                await _greet(ctx, line, shape, found)
    except (Blocked, Spent, VantageError):
        return  # not sent, so the shape stays absent


async def _needs_none(ctx: Context, found: Found, shape: str, *, wanted: bool) -> bool:
    """Whether the shape needs no connection of its own; what was left for nothing is closed."""
    if shape not in {CLIENT, NEWEST}:
        return False
    heir = ctx.trail.asked_first if shape == CLIENT else ctx.trail.not_nla
    async with inherit(ctx, heir, wanted=wanted) as line:
        if line is not None and wanted:
            await _greet(ctx, line, shape, found)
    if shape == NEWEST and line is None and wanted:
        shaken = await soon(ctx.trail.handshake)
        if shaken is not None and SHAPES[NEWEST].speaks(shaken.version):
            found.replies[NEWEST] = ServerHello(shaken.version, shaken.cipher)
            _learn(ctx, found)
    return shape in found.replies


def refusal(answer: Answer | None) -> str | None:
    """Why no ClientHello can follow this answer; None when the host has chosen TLS."""
    match answer:
        case Selected(protocol) if protocol != Protocol.RDP:
            return None
        case Selected():
            return "the host chose RDP security, which is without TLS"
        case Refused(code):
            return f"the host refused TLS in the negotiation (failure {code})"
        case None:
            return "the host did not answer the negotiation"
        case _:
            return _REFUSALS[word(answer)]


async def _greet(ctx: Context, line: Line, shape: str, found: Found) -> None:
    """Send one shape and keep what came back."""
    hello = client_hello(SHAPES[shape], secrets.token_bytes(RANDOMNESS), ctx.target.server_name)
    reader, deadline = FlightReader(want_certificates=shape == WIDE), line.patience()
    reply: Reply = None
    try:
        await line.write(hello, deadline)
        reply = await hear(line, reader, deadline)
    except Malformed as error:
        found.notes.setdefault(str(error), shape)
        reply = Closed()
    except VantageError as error:
        silent = ctx.conduct.answer_to(error) is Failure.PROBE_DEADLINE
        reply = None if silent else Closed()
    found.replies[shape] = reply
    if shape == WIDE and isinstance(reply, ServerHello):
        found.replies[TWIN] = reply
    _learn(ctx, found)


def _learn(ctx: Context, found: Found) -> None:
    """Let TLS 1.3 stand in for a ``wide`` that was turned down, and hand the best hello on."""
    newest, wide = found.replies.get(NEWEST) or found.borrowed, found.replies.get(WIDE)
    if WIDE in found.replies and not isinstance(wide, ServerHello):
        if not isinstance(newest, ServerHello):
            return
        found.replies[WIDE] = wide = newest
    if isinstance(wide, ServerHello):
        ctx.trail.hello.keep(wide)


async def _borrow(ctx: Context, found: Found) -> None:
    """Where no connection was left for ``tls13``, a full handshake tells the best version."""
    try:
        version = (await ctx.trail.handshake.get()).version
    except Blocked:
        return
    found.borrowed = ServerHello(version, "")
    _learn(ctx, found)


def _observation(found: Found) -> Observation:
    replies = found.replies
    hellos = [reply for reply in (*replies.values(), found.borrowed) if _agreed(reply)]
    facts: dict[str, Any] = {
        "shapes": {name: _shape(replies[name]) for name in SHAPES if name in replies},
        "versions": sorted({hello.version for hello in hellos if isinstance(hello, ServerHello)}),
        "modern_client": _modern(replies),
    }
    detail = "; ".join(f"{shape}: {note}" for note, shape in found.notes.items())
    if hellos:
        return Observation.passed(NAME, detail, **facts)
    kind = _result(replies.get(WIDE)).partition(":")[0]
    return Observation.failed(NAME, _FAILURES[kind], detail, **facts)


def _agreed(reply: Reply) -> bool:
    return isinstance(reply, ServerHello)


def _result(reply: Reply) -> str:
    match reply:
        case ServerHello():
            return "server-hello"
        case Alert(code):
            return f"alert:{code}"
        case Closed():
            return "closed"
        case None:
            return "silent"


def _shape(reply: Reply) -> dict[str, str]:
    found = {"result": _result(reply)}
    if isinstance(reply, ServerHello):
        found["version"] = reply.version
        if reply.cipher:
            found["cipher"] = reply.cipher
    return found


def _modern(replies: dict[str, Reply]) -> str:
    """Whether the hello of a current PC is taken; a host that takes none at all says nothing."""
    reply = replies.get(CLIENT)
    if isinstance(reply, ServerHello) and SHAPES[CLIENT].speaks(reply.version):
        return "agrees"
    taken = any(_agreed(other) for other in replies.values())
    return "refused" if reply is not None and taken else "unknown"
