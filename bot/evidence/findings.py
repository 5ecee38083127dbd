"""The only table from observations to evidence states.

Strategy: one row an item, each a small pure function over what one vantage saw; None says that
the state is unknown, and unknown items are left out.  Missing facts mean not known, never fine.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.evidence import certificate, gateway, nla, path, several, tls
from bot.evidence.ladder import UNKNOWN, companion_ports, host_life, ladder, saw_something
from bot.evidence.names import asked_name, host_names
from bot.evidence.observation import Failure, Observation
from bot.evidence.seen import Seen, known
from bot.evidence.vantages import by_vantage, clock, compare
from bot.wire.layers import KEYLESS, security
from bot.wire.x224 import stranger

_RDP = "rdp.negotiation"

_NAME_STATES = ("ok", "literal", "nxdomain", "no-answer", "timeout")
_NAME_FAILURES = {
    Failure.NAME_NOT_FOUND: "nxdomain",
    Failure.NAME_NO_ANSWER: "no-answer",
    Failure.NAME_TIMEOUT: "timeout",
}
_RDP_FAILURES = {
    Failure.RDP_CLOSED: "closed",
    Failure.RDP_SILENT: "silent",
    Failure.RDP_NOT_RDP: "not-rdp",
    Failure.RDP_REFUSED: "refused",
}
_LAYERS = (
    "negotiate", "tls-required", "nla-required", "rdp-only", "tls-no-nla", "no-certificate",
    "legacy",
)  # fmt: skip
_SERVERS = ("windows", "windows-legacy", "xrdp", "gnome", "virtualbox")
_JUMPBOX_FAILURES = {
    Failure.JUMPBOX_UNREACHABLE: "unreachable",
    Failure.JUMPBOX_HOST_KEY: "host-key",
    Failure.JUMPBOX_AUTH: "auth",
    Failure.JUMPBOX_FORWARDING: "forwarding",
    Failure.JUMPBOX_TIMEOUT: "timeout",
}

Item = Callable[[Seen], str | None]


def _name_lookup(seen: Seen) -> str | None:
    failure = seen.failure("name.lookup")
    if failure is not None:
        return _NAME_FAILURES.get(failure)
    return known(seen.text("name.lookup", "status"), _NAME_STATES)


def _port_state(seen: Seen) -> str | None:
    return seen.port


def _rdp_answer(seen: Seen) -> str | None:
    failure = seen.failure(_RDP)
    if failure is Failure.RDP_REFUSED and several.lacking_one(seen):
        return "answers"  # on another connection
    if failure is Failure.RDP_REFUSED and seen.words(_RDP, "answers"):
        # Without a certificate Windows says so (failure 3); any other reason names something that
        # was offered too, so the host contradicts itself.
        return "refused" if KEYLESS in seen.words(_RDP, "answers").values() else "contradicts"
    if failure is not None:
        return _RDP_FAILURES.get(failure)
    return "answers" if seen.passed(_RDP) else None


def _security_layer(seen: Seen) -> str | None:
    if several.lacking_one(seen):
        return None
    said = seen.text(_RDP, "security") or security(seen.words(_RDP, "answers"))
    return known(said, _LAYERS)


def _server_kind(seen: Seen) -> str | None:
    return known(seen.text(_RDP, "server"), _SERVERS)


def _stranger(seen: Seen) -> str | None:
    first = seen.text(_RDP, "first_bytes")
    if seen.failure(_RDP) is not Failure.RDP_NOT_RDP or not first:
        return None
    try:
        return stranger(bytes.fromhex(first))
    except ValueError:
        return None


def _jumpbox(seen: Seen) -> str | None:
    failure = seen.failure("jumpbox.session")
    if failure is not None:
        return _JUMPBOX_FAILURES.get(failure)
    return "ok" if seen.passed("jumpbox.session") else None


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        "ladder": ladder,
        "name-lookup": _name_lookup,
        "asked-name": asked_name,
        "port-state": _port_state,
        "addresses": path.addresses,
        "host-life": host_life,
        "companion-ports": companion_ports,
        "neighbour": path.neighbour,
        "rdp-answer": _rdp_answer,
        "answer-delay": path.answer_delay,
        "security-layer": _security_layer,
        "server-kind": _server_kind,
        "stranger": _stranger,
        "tls-hello": tls.hello,
        "modern-client": tls.modern_client,
        "tls-versions": tls.versions,
        "certificate-validity": certificate.validity,
        "certificate-name": certificate.name,
        "certificate-key": certificate.key,
        "certificate-issuer": certificate.issuer,
        "certificate-age": certificate.age,
        "certificates-shown": certificate.shown,
        "credssp-version": nla.credssp_version,
        "ntlm": nla.ntlm,
        "nla-answer": nla.answer,
        "clock": nla.clock,
        "host-names": host_names,
        "path-quality": path.quality,
        "path-mtu": path.mtu,
        "udp-transport": path.udp,
        "gateway-tcp": gateway.port,
        "gateway-certificate": gateway.trust,
        "gateway-http": gateway.answer,
        "jumpbox": _jumpbox,
    }
)
"""Every evidence item that the observations of one vantage set; ``COMPARED`` need two."""

COMPARED = ("vantages", "gateway-vantages")


def derive(observations: Sequence[Observation]) -> dict[str, str]:
    """The evidence of the first vantage that could look, and how the vantages compare.

    Unknown items are left out, except ``ladder``.  The gateway is another host: its items are those
    of the first that could look at it.  The host's clock is the same from all of them.  A jump box
    that failed is named even when another vantage could look; and so is the form of a name that
    another vantage did not find.
    """
    views = by_vantage(observations)
    # Who met machines that are not alike has looked, though no rung is certain there.
    whole = [seen for seen in views.values() if ladder(seen) != UNKNOWN or several.unlike(seen)]
    part = [seen for seen in views.values() if saw_something(seen)]
    chosen = (*whole, *part, *views.values(), Seen.of(()))[0]
    views = dict(sorted(views.items(), key=lambda each: each[1] is not chosen))
    beside = next((seen for seen in views.values() if gateway.port(seen)), chosen)
    found = {
        item: state
        for item, row in ITEMS.items()
        if (state := row(beside if item in gateway.ITEMS else chosen)) is not None
    }
    broken = [state for seen in views.values() if (state := _jumpbox(seen)) not in (None, "ok")]
    if broken and broken[0] is not None:
        found["jumpbox"] = broken[0]
    asked = next(filter(None, map(asked_name, views.values())), None)
    found |= {"asked-name": asked} if asked else {}
    found.pop("clock", None)
    compared = {
        "vantages": compare(views),
        "gateway-vantages": gateway.compare(views),
        "clock": clock(views, chosen),
    }
    return found | {item: state for item, state in compared.items() if state is not None}


def ladders(observations: Sequence[Observation]) -> dict[str, str]:
    """The ladder of each vantage, in the order in which they first appear."""
    return {name: ladder(seen) for name, seen in by_vantage(observations).items()}


def gateway_meeting(observations: Sequence[Observation]) -> gateway.Meeting:
    """Where the gateway is in order, and where a client would be stopped at it."""
    return gateway.meeting(by_vantage(observations))
