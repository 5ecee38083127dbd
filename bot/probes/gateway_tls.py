"""Would a client of the RD Gateway accept its certificate?

Unlike on the RDP port no user can click past it: name, dates and a trusted chain must be right.
The first handshake demands a trusted chain; where OpenSSL turns it down, a second one takes
anything, so that facts and HTTP answer are seen all the same.
"""

from datetime import UTC, datetime
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Context, GatewayLine, Tunnel
from bot.probes.conduct import Conduct
from bot.vantage.base import VantageError
from bot.vantage.tls import start_tls
from bot.vantage.trust import Distrusted, has_roots, start_trusted_tls
from bot.wire.certificate import certificate_facts
from bot.wire.cursor import Malformed

NAME = "gateway.tls"


async def probe(ctx: Context) -> Observation | None:
    """Report the certificate's facts and ``trusted``; nothing where there is no gateway."""
    gateway, conduct = ctx.target.gateway, ctx.gateway
    if gateway is None or conduct is None:
        return None
    way = await ctx.need(ctx.trail.gateway)
    tunnel, distrust = await _secure(conduct, way, gateway.server_name and way.name)
    if isinstance(tunnel, VantageError):
        return _no_tunnel(conduct.answer_to(tunnel), tunnel.detail, distrust)
    ctx.trail.tunnel.keep(tunnel)
    now = datetime.fromtimestamp(ctx.clock(), UTC)
    try:
        facts = certificate_facts(tunnel.stream.certificates, [way.name], now, strict=True)
    except Malformed as error:
        return Observation.failed(NAME, Failure.CERT_UNREADABLE, str(error))
    stale = _out_of_date(facts, now)
    if has_roots():
        facts["trusted"] = distrust is None or (distrust.by_date and bool(stale))
    wrong = [stale, "it is for another name" if facts.get("matches_host") is False else ""]
    if facts.get("trusted") is False:
        wrong.append(distrust.why if distrust is not None else "")
    if any(wrong):
        detail = "; ".join(filter(None, wrong))
        return Observation.failed(NAME, Failure.GATEWAY_TLS, detail, **facts)
    return Observation.passed(NAME, **facts)


def _no_tunnel(failure: Failure, detail: str, distrust: Distrusted | None) -> Observation:
    """What is known where TLS did not come up, or did so once and not again."""
    if distrust is None or distrust.by_date:
        return Observation.failed(NAME, failure, detail)
    said = f"{distrust.why}; its facts could not be read, the second connection failed: {detail}"
    return Observation.failed(NAME, Failure.GATEWAY_TLS, said, trusted=False)


async def _secure(
    conduct: Conduct, way: GatewayLine, server_name: str | None
) -> tuple[Tunnel | VantageError, Distrusted | None]:
    """TLS up to the gateway or why there is none, and why its chain is not trusted, if so."""
    line, distrust = way.line, None
    try:
        if has_roots():
            try:
                stream = await start_trusted_tls(line, server_name, line.patience())
                return Tunnel(line, stream), None
            except Distrusted as error:
                distrust = error
            await conduct.close(line)
            line = await conduct.open(line.address, urgent=True)
        stream = await start_tls(line, server_name, "TLSv1.0", "TLSv1.3", line.patience())
    except VantageError as error:
        return error, distrust
    return Tunnel(line, stream), distrust


def _out_of_date(facts: dict[str, Any], now: datetime) -> str:
    if facts.get("days_left", 0.0) < 0:
        return "it has expired"
    begins = facts.get("not_before")
    if begins is not None and datetime.fromisoformat(begins) > now:
        return "it is not valid yet"
    return ""
