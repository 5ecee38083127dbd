"""Which certificate does the host show, and is it the same on every connection?

Up to TLS 1.2 the certificate is in the clear and ``tls.hello`` has it already.  A host that
speaks only TLS 1.3 shows it inside a handshake: that of ``nla.challenge``, or one of its own.
Two different certificates are two observations, that of the widest hello first: a farm.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.talk import negotiate
from bot.vantage.base import VantageError
from bot.vantage.tls import start_tls
from bot.wire.certificate import certificate_facts
from bot.wire.cursor import Malformed
from bot.wire.flight import ServerHello
from bot.wire.negotiation import word

NAME = "tls.certificate"
REQUEST = "nla"
MOST_SHOWN = 4
ANOTHER = "one of several certificates: shown on another connection"

Chain = tuple[bytes, ...]
Facts = Mapping[str, Any]


async def probe(ctx: Context) -> Observation | None:
    """Name the facts of the certificate, judged against the typed and the completed name."""
    hello = await ctx.need(ctx.trail.hello)
    chain, first = await _first(ctx, hello)
    # At once, since nobody waits for what the other connections may still show.
    ctx.report(first)
    told, shown = {chain[:1]}, [first.facts]
    for other in await _others(ctx):
        if other[:1] in told or len(told) == MOST_SHOWN:
            continue
        told.add(other[:1])
        await asyncio.sleep(0)  # a host may make each of them dear to read
        another = await _observation(ctx, other, ANOTHER)
        if _is_news(another.facts, shown):
            ctx.report(another)
        shown.append(another.facts)
    if ctx.trail.mismatch.value and first.failure is None:
        ctx.report(Observation.failed(NAME, Failure.CERT_UNREADABLE, ctx.trail.mismatch.value))
    return None


async def _first(ctx: Context, hello: ServerHello) -> tuple[Chain, Observation]:
    """The certificate that counts, whether it can be read or not; raises as ``_encrypted``."""
    if hello.fault and not hello.certificates:
        return (), Observation.failed(NAME, Failure.CERT_UNREADABLE, hello.fault)
    try:
        chain = hello.certificates or await _encrypted(ctx)
    except VantageError as error:
        if error.failure is not Failure.PROBE_MALFORMED:
            raise
        # The host has agreed to TLS: what cannot be read is what it shows then.
        return (), Observation.failed(NAME, Failure.CERT_UNREADABLE, error.detail)
    return chain, await _observation(ctx, chain)


def _is_news(facts: Facts, shown: Sequence[Facts]) -> bool:
    """Whether a certificate speaks of another machine.

    A host may hold one for each type of key, with the same names: that is no news.  One that cannot
    be read is, and so is the first that can.
    """
    readable = [each for each in shown if each]
    if not facts or not readable:
        return True
    alike = [each for each in readable if each.get("key_type") == facts.get("key_type")]
    own, others = _labels(facts), [_labels(each) for each in readable]
    return bool(alike) or (bool(own) and all(each and not own & each for each in others))


def _labels(facts: Facts) -> set[str]:
    return {name.lower().partition(".")[0] for name in facts.get("names", ())}


async def _observation(ctx: Context, chain: Chain, detail: str = "") -> Observation:
    lookup = await ctx.trail.lookup.get()
    hosts = [ctx.target.host]
    if lookup.canonical is not None:
        hosts.append(lookup.canonical)
    try:
        facts = certificate_facts(chain, hosts, datetime.fromtimestamp(ctx.clock(), UTC))
    except Malformed as error:
        return Observation.failed(NAME, Failure.CERT_UNREADABLE, str(error))
    return Observation.passed(NAME, detail, **facts)


async def _others(ctx: Context) -> list[Chain]:
    """What the other connections of this run showed, once they are through."""
    found = list[Chain]()
    with suppress(Blocked):
        found += await ctx.trail.chains.get()
    with suppress(Blocked):
        found.append((await ctx.trail.handshake.get()).certificates)
    return [chain for chain in found if chain]


async def _encrypted(ctx: Context) -> Chain:
    """The certificates of a full handshake; raises VantageError, Blocked and Spent."""
    with suppress(Blocked):
        return (await ctx.trail.handshake.get()).certificates
    async with ctx.line() as line:
        answer = await negotiate(ctx.conduct, line, REQUEST)
        if answer is None or not word(answer).startswith("selected:"):
            raise Blocked("the host did not choose TLS when it was asked again")
        name = ctx.target.server_name
        tls = await start_tls(line, name, "TLSv1.0", "TLSv1.3", line.patience())
        return tls.certificates
