"""What does the host say to network level authentication, without credentials?

X.224, TLS, then one TSRequest with an NTLM NEGOTIATE; the CHALLENGE tells names, build and clock,
and the TSRequest around it the CredSSP version.  It ends there: an AUTHENTICATE would write a
failed logon on the host.  Sources: MS-CSSP 2.2.1 and 3.1.5, MS-NLMP 2.2.1.2 and 3.2.5.1.1.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context, Handshake
from bot.probes.clocks import bound
from bot.probes.conduct import Line
from bot.probes.handover import leave
from bot.probes.second_clock import second_opinion, told, weighed
from bot.probes.talk import asked, hear
from bot.vantage.base import VantageError
from bot.vantage.tls import HungUp, TlsStream, start_tls
from bot.wire.credssp import RequestReader, TsRequest, encode
from bot.wire.cursor import Closed, Malformed
from bot.wire.negotiation import refusal, word
from bot.wire.ntlm import NEGOTIATE, Challenge, read_challenge
from bot.wire.reading import AGREED, takes
from bot.wire.windows import os_name
from bot.wire.x224 import WINDOWS_REF, Answer, Protocol, Selected

NAME = "nla.challenge"
REQUEST = "nla"
OUR_VERSION = 6
# Versions below 5 were not updated against CVE-2018-0886 (MS-CSSP 2.2.1, note 25); a number that
# no Windows uses may be an echo, and says nothing.
PATCHED = MappingProxyType({2: False, 3: False, 4: False, 5: True, 6: True})
WORTH_WAITING_S = 60.0  # a skew that might become a fault is not told on the word of one clock
PATIENCE_S = 2.0
UNLIKE = (
    "the host hung up on this hello and takes such a one on another connection: not every "
    "connection fares alike, perhaps because several machines answer here"
)
NTLM_BLOCKED = MappingProxyType(
    {
        0xC00000BB: "STATUS_NOT_SUPPORTED, which is how a host answers that blocks NTLM",
        0xC0000418: "STATUS_NTLM_BLOCKED",
    }
)

_CHOSEN = (Protocol.NLA, Protocol.NLA_EX)
_FAILURES = {
    Failure.PROBE_DEADLINE: Failure.NLA_SILENT,
    Failure.PROBE_MALFORMED: Failure.PROBE_MALFORMED,
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """The host's reply, our clock half way, and how far off that may be, in seconds."""

    reply: TsRequest | Closed
    middle: float
    error: float


class _NoTls(Exception):
    """The handshake failed; the text is for people.  ``hung_up``: upon our hello."""

    def __init__(self, said: str, *, hung_up: bool) -> None:
        super().__init__(said)
        self.hung_up = hung_up


async def probe(ctx: Context) -> Observation:
    """Go as far as the CHALLENGE and report what it tells."""
    await ctx.need(ctx.trail.address)
    try:
        return await _look(ctx)
    except _NoTls as error:
        if error.hung_up and await _takes_others(ctx):
            return Observation.failed(NAME, Failure.TLS_CLOSED, UNLIKE)
        # The finding is that of ``tls.hello``, which may still need the place of our line.
        raise Blocked(await _whose_limit(ctx, str(error))) from None


async def _look(ctx: Context) -> Observation:
    async with second_opinion(ctx) as opinion:
        found = await _hear(ctx)
        skew = found.facts.get("clock_skew_s")
        if skew is None:
            return found
        patience = 2 * found.facts["clock_skew_error_s"]
        if abs(skew) > WORTH_WAITING_S:
            left = ctx.conduct.limit - asyncio.get_running_loop().time()
            patience = max(patience, min(PATIENCE_S, left / 2))
        return weighed(ctx, found, await told(opinion, patience))


async def _hear(ctx: Context) -> Observation:
    async with asked(ctx, REQUEST) as (line, answer):
        refused = _not_offered(answer)
        if refused is not None:
            if refusal(answer) is None:
                leave(line, ctx.trail.not_nla)
            return refused
        ctx.trail.not_nla.fail("the host chose NLA")
        secured = await _secure(ctx, line)
        try:
            exchange = await _exchange(ctx, line, secured)
        except Malformed as error:
            return Observation.failed(NAME, Failure.PROBE_MALFORMED, str(error))
        except VantageError as error:
            failure = _FAILURES.get(ctx.conduct.answer_to(error), Failure.NLA_CLOSED)
            return Observation.failed(NAME, failure, error.detail)
    # FreeRDP's server side, on which others stand, states a constant version that is no host's; it
    # sets no reference, and which flags it sets depends on its own version.
    windows = isinstance(answer, Selected) and answer.src_ref == WINDOWS_REF
    return _observation(exchange, windows=windows)


def _not_offered(answer: Answer | None) -> Observation | None:
    """The observation of a host that did not choose NLA; None when it did."""
    match answer:
        case Selected(protocol) if protocol in _CHOSEN:
            return None
        case Selected():
            reason = f"the host chose {word(answer).partition(':')[2].upper()} without it"
            return Observation.failed(NAME, Failure.NLA_NOT_OFFERED, reason)
        case _:
            return Observation.not_run(NAME, refusal(answer) or "")


async def _secure(ctx: Context, line: Line) -> TlsStream:
    """A full handshake; raises _NoTls."""
    name = ctx.target.server_name
    try:
        secured = await start_tls(line, name, "TLSv1.0", "TLSv1.3", line.patience())
    except VantageError as error:
        failure = ctx.conduct.answer_to(error)
        if failure is Failure.CERT_UNREADABLE:
            ctx.trail.mismatch.keep(error.detail)
        ctx.trail.handshake.fail("the host did not agree on TLS")  # who waits for it need not
        hung_up = isinstance(error, HungUp)
        raise _NoTls(error.detail or failure.value, hung_up=hung_up) from None
    ctx.trail.handshake.keep(Handshake(secured.version, secured.certificates, secured.cipher))
    return secured


async def _takes_others(ctx: Context) -> bool:
    """Whether the host took a hello of today's kind on another connection, which ours is as well.

    One that drops connections that come together says nothing by it.
    """
    with suppress(Blocked):
        await ctx.trail.chains.get()  # until all hellos are through
    hello = ctx.trail.hello.value
    if hello is None or ctx.conduct.gentle:
        return False
    return takes({"result": AGREED, "version": hello.version, "cipher": hello.cipher})


async def _whose_limit(ctx: Context, said: str) -> str:
    """Whose limit it is: a host that has answered a hello of ours agrees, only not with OpenSSL."""
    with suppress(Blocked):
        await ctx.trail.chains.get()  # until all hellos are through
    if not ctx.trail.hello.kept:
        return f"the host did not agree on TLS ({said})"
    hello = await ctx.trail.hello.get()
    taken = f"{hello.version} with {hello.cipher}" if hello.cipher else hello.version
    return f"the host takes {taken}, but this program's TLS does not go through with it ({said})"


async def _exchange(ctx: Context, line: Line, secured: TlsStream) -> Exchange:
    deadline = line.patience()
    # One write is one TLS record, without which Windows gives up (MS-CSSP note 8).
    message = encode(TsRequest(OUR_VERSION, NEGOTIATE))
    sent = ctx.clock()
    await secured.write(message, deadline)
    reply: TsRequest | Closed = await hear(secured, RequestReader(), deadline)
    received = ctx.clock()
    # Our own clock may be set meanwhile, and then it is off by that as well.
    return Exchange(reply, (sent + received) / 2, abs(received - sent) / 2)


def _observation(exchange: Exchange, *, windows: bool) -> Observation:
    reply = exchange.reply
    if isinstance(reply, Closed):
        return Observation.failed(NAME, Failure.NLA_CLOSED)
    facts: dict[str, Any] = {"credssp_version": reply.version}
    if reply.version in PATCHED:
        facts["patched"] = PATCHED[reply.version]
    try:
        challenge = read_challenge(reply.token or b"")
    except Malformed as error:
        if not reply.error_code:
            return Observation.failed(NAME, Failure.PROBE_MALFORMED, str(error), **facts)
        challenge = None
    if challenge is not None:
        facts |= _told(challenge, exchange, windows=windows)
    if reply.error_code:  # zero is success
        return _refused(reply.error_code, facts)
    return Observation.passed(NAME, **{"ntlm": "none", **facts})


def _refused(code: int, facts: dict[str, Any]) -> Observation:
    detail = f"the host answered with error 0x{code:08X}"
    if code in NTLM_BLOCKED:
        facts["ntlm"] = "blocked"
        detail += f" ({NTLM_BLOCKED[code]})"
    return Observation.failed(NAME, Failure.NLA_ERROR, detail, **facts)


def _told(challenge: Challenge, exchange: Exchange, *, windows: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"ntlm": "offered"}
    for key in ("computer", "domain", "dns_computer", "dns_domain"):
        if key in challenge.names:
            facts[key] = challenge.names[key]
    if windows and challenge.version is not None:
        facts["os"] = os_name(challenge.version)
        facts["os_build"] = challenge.version.build
    if challenge.time is not None:
        facts["clock_skew_s"] = round(challenge.time - exchange.middle, 3)
        facts["clock_skew_error_s"] = bound(exchange.error)
    return facts
