"""What does the host say to network level authentication, without credentials?

X.224, TLS, then one TSRequest with an NTLM NEGOTIATE; the CHALLENGE tells names, build and clock,
and the TSRequest around it the CredSSP version.  It ends there: an AUTHENTICATE would write a
failed logon on the host.  Sources: MS-CSSP 2.2.1 and 3.1.5, MS-NLMP 2.2.1.2 and 3.2.5.1.1.
"""

from dataclasses import dataclass
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context, Handshake
from bot.probes.conduct import Line
from bot.probes.handover import leave
from bot.probes.talk import hear, negotiate
from bot.probes.tls_hello import refusal
from bot.vantage.base import VantageError
from bot.vantage.tls import TlsStream, start_tls
from bot.wire.credssp import RequestReader, TsRequest, encode
from bot.wire.cursor import Closed, Malformed
from bot.wire.negotiation import looks_like_gnome, word
from bot.wire.ntlm import NEGOTIATE, Challenge, read_challenge
from bot.wire.windows import os_name
from bot.wire.x224 import Answer, Protocol, Selected

NAME = "nla.challenge"
REQUEST = "nla"
OUR_VERSION = 6
# Versions below were not updated against CVE-2018-0886 (MS-CSSP 2.2.1, note 25).
FIRST_PATCHED = 5
NTLM_BLOCKED = frozenset({0xC00000BB, 0xC0000418})

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


async def probe(ctx: Context) -> Observation:
    """Go as far as the CHALLENGE and report what it tells."""
    await ctx.need(ctx.trail.address)
    async with ctx.line(urgent=True) as line:
        answer = await negotiate(ctx.conduct, line, REQUEST)
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
    return _observation(exchange, windows=answer is not None and not looks_like_gnome(answer))


def _not_offered(answer: Answer | None) -> Observation | None:
    """The observation of a host that did not choose NLA; None when it did."""
    match answer:
        case Selected(protocol) if protocol in _CHOSEN:
            return None
        case Selected():
            reason = f"asked for NLA, the host chose {word(answer).partition(':')[2]}"
            return Observation.failed(NAME, Failure.NLA_NOT_OFFERED, reason)
        case _:
            return Observation.not_run(NAME, refusal(answer) or "")


async def _secure(ctx: Context, line: Line) -> TlsStream:
    """A full handshake; raises Blocked, because its failure is the finding of ``tls.hello``."""
    name = ctx.target.server_name
    try:
        secured = await start_tls(line, name, "TLSv1.0", "TLSv1.3", line.patience())
    except VantageError as error:
        failure = ctx.conduct.answer_to(error)
        said = error.detail or failure.value
        raise Blocked(f"the host did not agree on TLS ({said})") from None
    ctx.trail.handshake.keep(Handshake(secured.version, secured.certificates, secured.cipher))
    return secured


async def _exchange(ctx: Context, line: Line, secured: TlsStream) -> Exchange:
    deadline = line.patience()
    # One write is one TLS record, without which Windows gives up (MS-CSSP note 8).
    message = encode(TsRequest(OUR_VERSION, NEGOTIATE))
    sent = ctx.clock()
    await secured.write(message, deadline)
    reply: TsRequest | Closed = await hear(secured, RequestReader(), deadline)
    received = ctx.clock()
    return Exchange(reply, (sent + received) / 2, (received - sent) / 2)


def _observation(exchange: Exchange, *, windows: bool) -> Observation:
    reply = exchange.reply
    if isinstance(reply, Closed):
        return Observation.failed(NAME, Failure.NLA_CLOSED)
    facts: dict[str, Any] = {
        "credssp_version": reply.version,
        "patched": reply.version >= FIRST_PATCHED,
    }
    if reply.error_code is not None:
        if reply.error_code in NTLM_BLOCKED:
            facts["ntlm"] = "blocked"
        detail = f"the host answered with error 0x{reply.error_code:08X}"
        return Observation.failed(NAME, Failure.NLA_ERROR, detail, **facts)
    try:
        challenge = read_challenge(reply.token or b"")
    except Malformed as error:
        return Observation.failed(NAME, Failure.PROBE_MALFORMED, str(error), **facts)
    if challenge is None:
        return Observation.passed(NAME, **facts, ntlm="none")
    return Observation.passed(NAME, **facts, **_told(challenge, exchange, windows=windows))


def _told(challenge: Challenge, exchange: Exchange, *, windows: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"ntlm": "offered"}
    for key in ("computer", "domain", "dns_computer", "dns_domain"):
        if key in challenge.names:
            facts[key] = challenge.names[key]
    # FreeRDP's server side states a constant version that is not the host's.
    if windows and challenge.version is not None:
        facts["os"] = os_name(challenge.version)
        facts["os_build"] = challenge.version.build
    if challenge.time is not None:
        facts["clock_skew_s"] = round(challenge.time - exchange.middle, 3)
        facts["clock_skew_error_s"] = round(exchange.error, 3)
    return facts
