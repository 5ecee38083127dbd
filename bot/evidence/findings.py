"""The only table from observations to evidence states.

Strategy: one row an item, each a small pure function over what one vantage saw; None says that
the state is unknown, and unknown items are left out.  Missing facts mean not known, never fine.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.evidence import certificate, gateway
from bot.evidence.ladder import UNKNOWN, host_life, ladder, saw_something
from bot.evidence.names import host_names
from bot.evidence.observation import Failure, Observation
from bot.evidence.seen import Seen, either, known
from bot.evidence.vantages import compare
from bot.wire.negotiation import security
from bot.wire.x224 import stranger

CLOCK_LIMIT_S = 300.0  # Kerberos' tolerance
FIRST_PATCHED = 5

_HELLO, _CERTIFICATE, _NLA, _RDP = (
    "tls.hello",
    "tls.certificate",
    "nla.challenge",
    "rdp.negotiation",
)
_MODERN = frozenset({"TLSv1.2", "TLSv1.3"})

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
_HELLO_FAILURES = {
    Failure.TLS_CLOSED: "closed",
    Failure.TLS_RESET: "reset",
    Failure.TLS_ALERT: "alert",
    Failure.TLS_NO_OVERLAP: "alert",
    Failure.TLS_SILENT: "silent",
}
_NLA_FAILURES = {
    Failure.NLA_CLOSED: "closed",
    Failure.NLA_SILENT: "silent",
    Failure.NLA_ERROR: "error",
    Failure.NLA_NOT_OFFERED: "not-offered",
    Failure.PROBE_MALFORMED: "error",
}
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
    if failure is not None:
        return _RDP_FAILURES.get(failure)
    return "answers" if seen.passed(_RDP) else None


def _security_layer(seen: Seen) -> str | None:
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


def _tls_hello(seen: Seen) -> str | None:
    failure = seen.failure(_HELLO)
    if failure is not None:
        return _HELLO_FAILURES.get(failure)
    result = seen.shape("wide").get("result", "").partition(":")[0]
    return known(result, ("server-hello", "closed", "alert", "silent"))


def _modern_client(seen: Seen) -> str | None:
    return known(seen.text(_HELLO, "modern_client"), ("agrees", "refused"))


def _tls_versions(seen: Seen) -> str | None:
    versions = seen.texts(_HELLO, "versions")
    if not versions:
        return None
    return "modern" if _MODERN.intersection(versions) else "old-only"


def _credssp_version(seen: Seen) -> str | None:
    patched, version = seen.flag(_NLA, "patched"), seen.number(_NLA, "credssp_version")
    if patched is None and version is not None:
        patched = version >= FIRST_PATCHED
    return either(patched, "patched", "unpatched")


def _ntlm(seen: Seen) -> str | None:
    return known(seen.text(_NLA, "ntlm"), ("offered", "blocked", "none"))


def _nla_answer(seen: Seen) -> str | None:
    failure = seen.failure(_NLA)
    if failure is not None:
        return _NLA_FAILURES.get(failure)
    return "challenge" if seen.passed(_NLA) and _ntlm(seen) != "none" else None


def _clock(seen: Seen) -> str | None:
    skew = seen.number(_NLA, "clock_skew_s")
    if skew is None:
        return None
    error = seen.number(_NLA, "clock_skew_error_s") or 0.0
    return "skewed" if abs(skew) - error > CLOCK_LIMIT_S else "right"


def _jumpbox(seen: Seen) -> str | None:
    failure = seen.failure("jumpbox.session")
    if failure is not None:
        return _JUMPBOX_FAILURES.get(failure)
    return "ok" if seen.passed("jumpbox.session") else None


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        "ladder": ladder,
        "name-lookup": _name_lookup,
        "port-state": _port_state,
        "host-life": host_life,
        "rdp-answer": _rdp_answer,
        "security-layer": _security_layer,
        "server-kind": _server_kind,
        "stranger": _stranger,
        "tls-hello": _tls_hello,
        "modern-client": _modern_client,
        "tls-versions": _tls_versions,
        "certificate-validity": certificate.validity,
        "certificate-name": certificate.name,
        "certificate-key": certificate.key,
        "certificate-issuer": certificate.issuer,
        "credssp-version": _credssp_version,
        "ntlm": _ntlm,
        "nla-answer": _nla_answer,
        "clock": _clock,
        "host-names": host_names,
        "gateway-tcp": gateway.port,
        "gateway-certificate": gateway.trust,
        "gateway-http": gateway.answer,
        "jumpbox": _jumpbox,
    }
)
"""Every evidence item that the observations of one vantage set; ``vantages`` needs two."""


def derive(observations: Sequence[Observation]) -> dict[str, str]:
    """The evidence of the first vantage that could look, and how the vantages compare.

    Unknown items are left out, except ``ladder``.  A jump box that failed is named even when
    another vantage could look.
    """
    views = _views(observations)
    whole = [seen for seen in views.values() if ladder(seen) != UNKNOWN]
    part = [seen for seen in views.values() if saw_something(seen)]
    chosen = (*whole, *part, *views.values(), Seen.of(()))[0]
    found = {item: state for item, row in ITEMS.items() if (state := row(chosen)) is not None}
    broken = [state for seen in views.values() if (state := _jumpbox(seen)) not in (None, "ok")]
    if broken and broken[0] is not None:
        found["jumpbox"] = broken[0]
    verdict = compare(views)
    return found if verdict is None else {**found, "vantages": verdict}


def ladders(observations: Sequence[Observation]) -> dict[str, str]:
    """The ladder of each vantage, in the order in which they first appear."""
    return {name: ladder(seen) for name, seen in _views(observations).items()}


def _views(observations: Sequence[Observation]) -> dict[str, Seen]:
    names = dict.fromkeys(one.vantage for one in observations)
    return {name: Seen.of(o for o in observations if o.vantage == name) for name in names}
