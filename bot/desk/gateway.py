"""The row of the RD Gateway: three probes, read as one sentence.

Strategy: the first thing that a client would stop at comes first; what the gateway sent passes
``clean``.
"""

from collections.abc import Mapping, Sequence

from bot.desk import words
from bot.desk.words_security import certificate
from bot.evidence import Failure, Observation, Status, gateway_meeting

READINGS = {
    "answers": "answers as a gateway",
    "no-sign-in": "asks for no sign-in that a gateway offers",
    "not-here": "what answers there has no gateway",
    "method-refused": "a proxy or filter refuses its requests",
    "unavailable": "its service is out",
    "redirected": "sends its clients elsewhere",
    "closed": "hangs up on its clients",
    "silent": "says nothing to its clients",
    "not-http": "what answers is no web server",
    "other": "answers as something else",
}


def say(seen: Sequence[Observation], states: Mapping[str, str]) -> list[str]:
    """What one place saw of the gateway; of several addresses the one that opened counts."""
    by = {each.probe: each for each in sorted(seen, key=_worth)}
    port = by.get("gateway.tcp")
    if port is None:
        return []
    said = [_port(port)] if port.status is not Status.PASSED else _beyond(by)
    name = words.clean(str(port.facts.get("asked", "")))
    told = ", ".join(filter(None, said)) or "its port opens"
    return [f"{name}: {told}" if name else told]


def _worth(seen: Observation) -> int:
    return [Status.NOT_RUN, Status.FAILED, Status.PASSED].index(seen.status)


def _port(port: Observation) -> str:
    return words.FAILURES[port.failure] if port.failure else words.clean(port.detail)


def _beyond(by: dict[str, Observation]) -> list[str]:
    said = []
    tls, http = by.get("gateway.tls"), by.get("gateway.http")
    if tls is not None and tls.status is not Status.NOT_RUN:
        said.append(_certificate(tls))
    if http is not None and http.status is not Status.NOT_RUN:
        told = READINGS.get(str(http.facts.get("reading")), "")
        status = http.facts.get("status")
        shown = f" ({status})" if isinstance(status, int) else ""
        said.append(f"{told}{shown}" if told else _port(http))
    return said


def _certificate(tls: Observation) -> str:
    if tls.failure is Failure.PROBE_MALFORMED:
        return "what answers there is not TLS"
    if tls.failure is not None and tls.failure is not Failure.GATEWAY_TLS:
        return words.FAILURES[tls.failure]
    facts, said = tls.facts, "; ".join(certificate(tls.facts))
    if facts.get("trusted") is False and not facts.get("self_signed"):
        said = "; ".join(filter(None, (said, "not trusted here")))
    return f"certificate {said}" if said else ""


def apart(observations: Sequence[Observation]) -> str:
    """Said where one place meets a gateway in order and another does not: what is at fault then."""
    met = gateway_meeting(observations)
    if not met.works or not met.fails:
        return ""
    ports = [each for each in observations if each.probe == "gateway.tcp" and "asked" in each.facts]
    name = words.clean(str(ports[0].facts["asked"]))
    far, near = (
        words.listed([words.network(one) for one in each]) for each in (met.works, met.fails)
    )
    there, here = (_addresses(ports, each) for each in (met.works, met.fails))
    if there and here and not there & here:
        leads = [words.clean(words.listed(sorted(each))) for each in (here, there)]
        return (
            f"The name of the RD Gateway {name} leads to {leads[0]} from {near} and to {leads[1]} "
            f"from {far}: they may be two machines, and only the second is in order."
        )
    opened = {each.vantage for each in ports if each.status is Status.PASSED}
    fault = f"the way from {near} is at fault, not the gateway"
    if opened & set(met.fails):
        fault = f"something on the way from {near} is at fault, or one of several machines there"
    return f"The RD Gateway {name} is in order from {far} and not from {near}: {fault}."


def _addresses(ports: Sequence[Observation], places: Sequence[str]) -> set[str]:
    seen = [each for each in ports if each.vantage in places]
    return {str(each.facts["address"]) for each in seen if "address" in each.facts}
