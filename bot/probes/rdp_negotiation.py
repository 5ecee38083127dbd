"""Does the server speak RDP, and which security will it accept?  (MS-RDPBCGR 1.3.1.1)

Five requests give the complete picture; a refusal is a finding, not an error.  The first request
is the one that a current client sends; it goes over the connection that ``port.tcp`` opened.  The
request ``nla`` begins the connections of other probes too, and whoever asked first has asked for
all.  What was dropped among good answers is asked again alone: servers may limit
pending connections.  Where connections are few, or harm, a host that chose TLS when it was offered
more is not offered TLS alone.  Whether it takes RDP security as well is asked last, on the
connection that was kept for a hello that gets lost.
"""

import asyncio
from contextlib import suppress
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.conduct import Line, Spent, until
from bot.probes.handover import leave
from bot.probes.talk import negotiate
from bot.vantage.base import VantageError
from bot.wire.layers import KEYLESS, of_one_host, security
from bot.wire.negotiation import server_kind, word
from bot.wire.x224 import Answer, Bare, NotRdp, Protocol, Selected

NAME = "rdp.negotiation"
FIRST = "nla_ex"
# In the order of their worth, should connections run out.
OTHERS = ("tls", "rdp", "none")
SHARED = "nla"
GENTLE_OTHERS = ("tls",)
LAST = "rdp"
AGAIN = ("tls", "rdp", SHARED, FIRST, "none")

SEVERAL = (
    "the answers of different connections do not fit one host: several machines, each with its own "
    "settings, may answer here"
)

LACKING = (
    "one connection was told that there is no certificate, and another got TLS: perhaps several "
    "machines answer here, and one of them has none that it can use"
)
"""Inferred: it may as well be one host that is just making a new one."""
_MISSED = ("closed", "silent")
_FAILURES = {
    "failure": Failure.RDP_REFUSED,
    "not-rdp": Failure.RDP_NOT_RDP,
    "closed": Failure.RDP_CLOSED,
    "silent": Failure.RDP_SILENT,
}

Answers = dict[str, Answer | None]


async def probe(ctx: Context) -> Observation:
    """Ask five times and report the answers as given."""
    line = await ctx.need(ctx.trail.port)
    answers: Answers = {}

    async with asyncio.TaskGroup() as group:
        group.create_task(_first(ctx, line, answers))
        for request in OTHERS:
            group.create_task(_early(ctx, request, answers))
    if ctx.conduct.few and SHARED not in ctx.conduct.answers:
        with suppress(Blocked):
            await ctx.trail.not_nla.get()  # until who needs that answer has it
    if SHARED in ctx.conduct.answers:
        answers[SHARED] = ctx.conduct.answers[SHARED]
    else:
        await _ask(ctx, SHARED, answers)
    for request in _missed(answers):
        async with ctx.conduct.alone():
            await _ask(ctx, request, answers)
    if LAST not in answers and any(map(_is_tls, answers.values())):
        await until(_no_hello_is_left(ctx), ctx.conduct.limit)
        await _ask(ctx, LAST, answers)
    if SHARED in ctx.conduct.answers:  # the hellos have asked it meanwhile, of a gentle host too
        answers[SHARED] = ctx.conduct.answers[SHARED]
    if not answers and ctx.conduct.fault is not None:
        raise ctx.conduct.fault
    return _observation(answers)


async def _first(ctx: Context, line: Line, answers: Answers) -> None:
    """Ask as a current client does; where the host chooses TLS its hello can follow at once."""
    try:
        async with ctx.conduct.keeping(line):
            with suppress(VantageError):
                answers[FIRST] = answer = await negotiate(ctx.conduct, line, FIRST)
                if isinstance(answer, Selected) and answer.protocol != Protocol.RDP:
                    leave(line, ctx.trail.asked_first)
    finally:
        ctx.trail.asked_first.fail("the host did not choose TLS")


async def _early(ctx: Context, request: str, answers: Answers) -> None:
    """One more request, unless the first answer has shown that it is useless or harmful."""
    conduct = ctx.conduct
    await conduct.first_answer()
    if conduct.gentle and request not in GENTLE_OTHERS:
        return
    chosen = [conduct.answers.get(each) for each in (FIRST, SHARED)]
    if not (conduct.few or conduct.gentle) or not any(map(_is_tls, chosen)):
        await _ask(ctx, request, answers)


async def _ask(ctx: Context, request: str, answers: Answers) -> None:
    await ctx.conduct.first_answer()
    if ctx.conduct.pointless or (ctx.conduct.gentle and request not in (*GENTLE_OTHERS, LAST)):
        return
    try:
        async with ctx.line() as line:
            answers[request] = await negotiate(ctx.conduct, line, request)
    except (VantageError, Spent):
        return  # not asked, so the answer stays absent


async def _no_hello_is_left(ctx: Context) -> None:
    """Until every hello is through, or none can be sent."""
    with suppress(Blocked):
        await ctx.trail.chains.get()


def _missed(answers: Answers) -> list[str]:
    """What to ask again of a host that answers: every close, and silence if it is the only one."""
    missed = [name for name in AGAIN if _word(answers.get(name, Bare(0))) in _MISSED]
    if len(missed) == len(answers):
        return []
    return [name for name in missed if answers[name] or not missed[1:]]


def _is_tls(answer: Answer | None) -> bool:
    return isinstance(answer, Selected) and answer.protocol == Protocol.TLS


def _word(answer: Answer | None) -> str:
    return "silent" if answer is None else word(answer)


def _observation(answers: Answers) -> Observation:
    words = {name: _word(answer) for name, answer in answers.items()}
    heard = {name: answer for name, answer in answers.items() if answer is not None}
    facts: dict[str, Any] = {
        "answers": words,
        "security": security(words),
        "server": server_kind(heard),
    }
    for answer in heard.values():
        if isinstance(answer, Selected):
            facts["flags"] = facts.get("flags", 0) | answer.flags
        elif isinstance(answer, NotRdp) and answer.first_bytes:
            facts.setdefault("first_bytes", answer.first_bytes.hex())
    # A request without negotiation data is confirmed even by hosts that refuse what follows.
    negotiated = {name: one for name, one in words.items() if name != "none"} or words
    kinds = {one.partition(":")[0] for one in negotiated.values()}
    # "TLS not allowed" says that RDP security is taken, which a short look does not ask for.
    taken = facts["security"] == "rdp-only" and words.get("rdp") in (None, *_MISSED)
    detail = "" if of_one_host(words) else LACKING if KEYLESS in words.values() else SEVERAL
    if taken or kinds & {"selected", "bare"}:
        return Observation.passed(NAME, detail, **facts)
    failure = next(failure for kind, failure in _FAILURES.items() if kind in kinds)
    return Observation.failed(NAME, failure, detail, **facts)
