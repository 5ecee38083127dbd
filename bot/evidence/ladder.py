"""The ladder: the first rung of the connection path that failed, as one vantage saw it.

Strategy: one small test a rung, in the order of the path.  A rung that nobody saw is passed
over; a rung whose probe was cut, broke down, could not read the answer or was due and not run
makes everything from there on unknown, and so do several machines behind one address: each
connection may meet another.
"""

from collections.abc import Callable

from bot.evidence.observation import Failure, Rung
from bot.evidence.path import neighbour
from bot.evidence.seen import Seen
from bot.evidence.several import lacking_one, unlike

OK, UNKNOWN = "ok", "unknown"
_CUT = frozenset({Failure.PROBE_DEADLINE, Failure.PROBE_INTERNAL, Failure.PROBE_MALFORMED})
_PATH = (
    "name.lookup",
    "port.tcp",
    "rdp.negotiation",
    "tls.hello",
    "tls.certificate",
    "nla.challenge",
)
_OVER_TLS = ("negotiate", "tls-required", "nla-required", "tls-no-nla")
_NLA_WORDS = ("selected:nla", "selected:nla_ex")


def ladder(seen: Seen) -> str:
    """A state of the evidence item ``ladder``."""
    for probes, rung in _RUNGS:
        failed = rung(seen)
        if failed is not None:
            return failed.value
        if any(seen.failure(probe) in _CUT for probe in probes):
            return UNKNOWN
    # A jump box that failed has shown us only a part of the path.
    cut = seen.failure("jumpbox.session") is not None or _untried(seen) or unlike(seen)
    return OK if saw_something(seen) and not cut else UNKNOWN


def saw_something(seen: Seen) -> bool:
    """Whether any rung of the path was looked at."""
    return any(probe in seen.last for probe in _PATH)


def _name(seen: Seen) -> Rung | None:
    failure = seen.failure("name.lookup")
    return Rung.NAME if failure is not None and failure.value.startswith("name.") else None


def _port(seen: Seen) -> Rung | None:
    if seen.port in (None, "open"):
        return None
    life = host_life(seen)
    unreachable = seen.port == "unreachable" and life != "answers"
    # A neighbour answers on the link itself, below everything that a firewall can drop.
    known_up = neighbour(seen) == "answers"
    silent = seen.port == "timeout" and life == "silent" and not known_up
    return Rung.HOST if unreachable or silent else Rung.PORT


def host_life(seen: Seen) -> str | None:
    """State of ``host-life``: does anything but the RDP port speak for this host?

    Nothing is known where no other port was tried, nor of a host whose RDP port opens.
    """
    states = set(seen.words("host.companions", "ports").values())
    echo = seen.text("host.companions", "ping") == "reply"
    if seen.port == "open":
        return None
    if echo or states & {"open", "refused"}:
        return "answers"
    return "silent" if states and states <= {"timeout", "unreachable"} else None


def companion_ports(seen: Seen) -> str | None:
    """State of ``companion-ports``: which family of systems keeps these ports.

    RPC (135) and WinRM (5985) are Windows' own.  SSH beside three plain refusals is not: there the
    firewall drops what has no listener.  Samba opens 445 as well, so 445 alone says nothing.
    """
    ports = seen.words("host.companions", "ports")
    if seen.port == "open":
        return None
    if "open" in (ports.get("135"), ports.get("5985")):
        return "windows"
    refused = all(ports.get(port) == "refused" for port in ("135", "445", "5985"))
    return "unix" if refused and ports.get("22") == "open" else None


def _rdp(seen: Seen) -> Rung | None:
    if lacking_one(seen):
        return None
    failure = seen.failure("rdp.negotiation")
    failed = failure is not None and failure.value.startswith("rdp.")
    keyless = seen.text("rdp.negotiation", "security") == "no-certificate"
    return Rung.RDP if failed or keyless else None


def _tls(seen: Seen) -> Rung | None:
    failures = (seen.failure("tls.hello"), seen.failure("tls.certificate"))
    words = [failure.value for failure in failures if failure is not None]
    return Rung.TLS if any(word.startswith(("tls.", "cert.")) for word in words) else None


def _nla(seen: Seen) -> Rung | None:
    failure = seen.failure("nla.challenge")
    failed = failure is Failure.PROBE_MALFORMED or (
        failure is not None and failure.value.startswith("nla.")
    )
    return Rung.NLA if failed and _nla_required(seen) else None


def _nla_required(seen: Seen) -> bool:
    """The host said so, or has chosen NLA and shown nothing that would do without it."""
    layer = seen.text("rdp.negotiation", "security")
    if layer not in (None, UNKNOWN):
        return layer == "nla-required"
    answers = seen.words("rdp.negotiation", "answers")
    chosen = [word for word in answers.values() if word.startswith("selected:")]
    return bool(chosen) and all(word in _NLA_WORDS for word in chosen)


def _untried(seen: Seen) -> bool:
    """A rung was due and not tried, and none above it was seen: the look ended in mid-path."""
    due = [*_PATH[:3], *(_PATH[3:4] if _tls_offered(seen) else [])]
    return any(
        probe in seen.untried and not any(above in seen.last for above in _PATH[at + 1 :])
        for at, probe in enumerate(due)
    )


def _tls_offered(seen: Seen) -> bool:
    answers = seen.words("rdp.negotiation", "answers").values()
    chosen = {word for word in answers if word.startswith("selected:")} - {"selected:rdp"}
    return seen.text("rdp.negotiation", "security") in _OVER_TLS or bool(chosen)


_RUNGS: tuple[tuple[tuple[str, ...], Callable[[Seen], Rung | None]], ...] = (
    (("name.lookup",), _name),
    (("port.tcp",), _port),
    (("rdp.negotiation",), _rdp),
    (("tls.hello", "tls.certificate"), _tls),
    (("nla.challenge",), _nla),
)
