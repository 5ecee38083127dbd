"""Looks of which the rows are made: a healthy host, and what it shows where something is wrong."""

from typing import Any

from bot.evidence import Failure, Observation
from tests.evidence.build import changed, healthy, saw

PORTS = ("445", "135", "5985", "22", "443")
SHAPES = ("wide", "windows-11", "tls13", "tls12", "tls11", "tls10", "rsa-cbc")
AES_GCM, TRIPLE_DES = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"


def beside(*states: str, ping: str = "silence", **more: Any) -> Observation:
    """The other ports of a host whose RDP port does not open."""
    given = states if len(states) == len(PORTS) else states * len(PORTS)
    return saw("host.companions", ports=dict(zip(PORTS, given, strict=True)), ping=ping, **more)


def stopped(failure: Failure, *more: Observation, vantage: str = "jump1") -> list[Observation]:
    """A host whose name resolves and whose port does not open."""
    return [healthy(vantage)[0], saw("port.tcp", vantage, failure), *more]


def negotiated(
    failure: Failure | None = None, *, until: int = 3, **facts: Any
) -> list[Observation]:
    """A host that gets as far as the negotiation."""
    return changed("rdp.negotiation", failure, **facts)[:until]


def answers(text: str) -> dict[str, str]:
    """The five answers, in the order of the requests."""
    return dict(zip(("none", "rdp", "tls", "nla", "nla_ex"), text.split(), strict=True))


def agreed(version: str, cipher: str = AES_GCM) -> dict[str, str]:
    return {"result": "server-hello", "version": version, "cipher": cipher}


def met(**over: dict[str, str]) -> dict[str, dict[str, str]]:
    """Every shape closed, except those named (``_`` for ``-``)."""
    named = {name.replace("_", "-"): shape for name, shape in over.items()}
    return {name: named.get(name, {"result": "closed"}) for name in SHAPES}


def closed(vantage: str = "jump1", failure: Failure = Failure.TLS_CLOSED) -> list[Observation]:
    """RDP is confirmed, and every hello is met by a close."""
    facts = {"shapes": met(), "versions": [], "modern_client": "unknown"}
    return [*healthy(vantage)[:3], saw("tls.hello", vantage, failure, **facts)]


def only(probe: str, failure: Failure | None = None, **facts: Any) -> list[Observation]:
    return [*healthy(), saw(probe, "jump1", failure, **facts)]


def moved(vantage: str, addresses: list[str]) -> list[Observation]:
    """The healthy host as another place sees it, at another address with another certificate."""
    found = []
    for one in healthy(vantage):
        facts = dict(one.facts)
        if one.probe == "name.lookup":
            facts["addresses"] = addresses
        if one.probe == "tls.certificate":
            facts["sha256"] = "bb"
        found.append(saw(one.probe, vantage, None, **facts))
    return found


def slow(duration_ms: float, median: float = 2.0) -> list[Observation]:
    """A healthy host whose negotiation took that long."""
    quality = saw("path.quality", rtt_ms={"min": 1.0, "median": median, "p95": 3.0})
    return [
        *[
            one.stamped("jump1", duration_ms if one.probe == "rdp.negotiation" else 5.0)
            for one in healthy()
        ],
        quality,
    ]


def gateway(reading: str, failure: Failure | None = None) -> list[Observation]:
    """A healthy host behind a gateway whose sign-in page gave this answer."""
    dates: dict[str, Any] = {
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": "2027-01-01T00:00:00Z",
    }
    return [
        *healthy(),
        saw("gateway.tcp", state="open"),
        saw("gateway.tls", matches_host=True, trusted=True, days_left=90.0, **dates),
        saw("gateway.http", "jump1", failure, reading=reading),
    ]
