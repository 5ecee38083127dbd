"""Which certificate does the host show?

Up to TLS 1.2 the certificate is in the clear and ``tls.hello`` has it already.  A host that
speaks only TLS 1.3 shows it inside a handshake: that of ``nla.challenge``, or one of its own.
"""

from datetime import UTC, datetime

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked, Context
from bot.probes.talk import negotiate
from bot.vantage.tls import start_tls
from bot.wire.certificate import certificate_facts
from bot.wire.cursor import Malformed
from bot.wire.negotiation import word

NAME = "tls.certificate"
REQUEST = "nla"


async def probe(ctx: Context) -> Observation:
    """Name the facts of the certificate, judged against the typed and the completed name."""
    chain = (await ctx.need(ctx.trail.hello)).certificates
    if not chain:
        chain = await _encrypted(ctx)
    lookup = await ctx.trail.lookup.get()
    hosts = [ctx.target.host]
    if lookup.canonical is not None:
        hosts.append(lookup.canonical)
    try:
        facts = certificate_facts(chain, hosts, datetime.fromtimestamp(ctx.clock(), UTC))
    except Malformed as error:
        return Observation.failed(NAME, Failure.CERT_UNREADABLE, str(error))
    return Observation.passed(NAME, **facts)


async def _encrypted(ctx: Context) -> tuple[bytes, ...]:
    """The certificates of a full handshake; raises VantageError, Blocked and Spent."""
    try:
        return (await ctx.trail.handshake.get()).certificates
    except Blocked:
        pass
    async with ctx.line() as line:
        answer = await negotiate(ctx.conduct, line, REQUEST)
        if answer is None or not word(answer).startswith("selected:"):
            raise Blocked("the host did not choose TLS when it was asked again")
        name = ctx.target.server_name
        tls = await start_tls(line, name, "TLSv1.0", "TLSv1.3", line.patience())
        return tls.certificates
