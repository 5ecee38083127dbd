"""What is true of each server of the park, written down by hand: facts, evidence and verdict.

Sources: the servers' own settings (``tests.real.park``), and their answers as a hand-made
client got them (``tests.real.test_servers``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tests.real.answers import (
    BOTH_SHAPES,
    CLOSED,
    GENTLE_SHAPES,
    NEWEST,
    OLD,
    RSA,
    TLS10,
    TLS12,
    Facts,
    alert,
    answers,
    hello,
)


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that a check through a jump box must say of one server.

    ``shapes`` is None where no ClientHello can be sent; ``certificate`` holds what differs from
    the good recipe, and is None where no certificate can be seen.
    """

    answers: Facts
    security: str
    server: str
    evidence: Mapping[str, str]
    flags: int | None = 1
    shapes: Facts | None = field(default_factory=lambda: BOTH_SHAPES)
    versions: tuple[str, ...] = ("TLSv1.2", "TLSv1.3")
    modern: str = "agrees"
    certificate: Facts | None = field(default_factory=dict)
    failures: Mapping[str, str] = field(
        default_factory=lambda: {"nla.challenge": "nla.not_offered"}
    )
    not_run: frozenset[str] = frozenset({"host.companions"})
    verdict: tuple[str, tuple[str, ...]] = ("healthy", ())
    """Its state, and the causes of which one must stand first."""


NO_TLS: Mapping[str, str] = {
    "jumpbox": "ok",
    "ladder": "ok",
    "name-lookup": "literal",
    "nla-answer": "not-offered",
    "port-state": "open",
    "rdp-answer": "answers",
    "security-layer": "negotiate",
    "server-kind": "xrdp",
    "udp-transport": "refused",
}
FINE: Mapping[str, str] = {
    **NO_TLS,
    "certificate-age": "settled",
    "certificates-shown": "one",
    "path-mtu": "full",
    "certificate-issuer": "self-signed",
    "certificate-key": "sound",
    "certificate-name": "matches",
    "certificate-validity": "valid",
    "host-names": "agree",
    "modern-client": "agrees",
    "tls-hello": "server-hello",
    "tls-versions": "modern",
}


def without(evidence: Mapping[str, str], *items: str) -> Mapping[str, str]:
    """The evidence less some items."""
    return {item: state for item, state in evidence.items() if item not in items}


GOOD = Truth(answers("selected:rdp", "selected:tls"), "negotiate", "xrdp", FINE)
RDP_ONLY = Truth(
    answers("selected:rdp", "selected:rdp"),
    "rdp-only",
    "xrdp",
    {**NO_TLS, "security-layer": "rdp-only"},
    shapes=None,
    certificate=None,
    not_run=frozenset({"host.companions", "tls.hello", "tls.certificate"}),
    verdict=("found", ("rdp-security-only",)),
)
NO_KEY = replace(
    RDP_ONLY,
    answers=answers("failure:3", "failure:3"),
    security="no-certificate",
    server="unknown",
    flags=None,
    evidence={
        **without(NO_TLS, "server-kind", "nla-answer"),
        "ladder": "rdp",
        "rdp-answer": "refused",
        "security-layer": "no-certificate",
    },
    failures={"rdp.negotiation": "rdp.refused"},
    not_run=RDP_ONLY.not_run | {"nla.challenge"},
    verdict=("found", ("no-usable-certificate",)),
)
# FreeRDP's server is met one by one, as GNOME Remote Desktop is: only what is needed.
SHADOW = Truth(
    {"rdp": "failure:1", "nla": "selected:tls", "nla_ex": "selected:tls"},
    "tls-no-nla",
    "unknown",
    {**without(FINE, "server-kind"), "security-layer": "tls-no-nla"},
    flags=3,
    shapes=GENTLE_SHAPES,
)

TRUTHS: Mapping[str, Truth] = MappingProxyType(
    {
        "xrdp-good": GOOD,
        "xrdp-tls12": replace(
            GOOD,
            shapes={**BOTH_SHAPES, "windows-11": TLS12, "tls13": OLD},
            versions=("TLSv1.2",),
        ),
        "xrdp-tls13": replace(
            GOOD,
            shapes={**BOTH_SHAPES, "wide": NEWEST, "tls12": OLD, "rsa-cbc": OLD},
            versions=("TLSv1.3",),
        ),
        "xrdp-tls10": replace(
            GOOD,
            shapes={
                "wide": TLS10,
                "windows-11": OLD,
                "tls13": OLD,
                **dict.fromkeys(("tls12", "tls11", "tls10"), TLS10),
                "rsa-cbc": hello("TLSv1.0", RSA),
            },
            versions=("TLSv1.0",),
            modern="refused",
            evidence={**FINE, "modern-client": "refused", "tls-versions": "old-only"},
            verdict=("found", ("old-tls-only",)),
        ),
        "xrdp-expired": replace(
            GOOD,
            certificate={"days_left": -3},
            evidence={**FINE, "certificate-validity": "expired"},
            verdict=("found", ("certificate-expired",)),
        ),
        "xrdp-not-yet-valid": replace(
            GOOD,
            evidence={
                **without(FINE, "certificate-age"),
                "certificate-validity": "not-yet-valid",
            },
            verdict=("found", ("certificate-not-yet-valid",)),
        ),
        "xrdp-short-key": replace(
            GOOD,
            certificate={"key_bits": 1024},
            evidence={**FINE, "certificate-key": "weak-key"},
            verdict=("found", ("weak-certificate-key",)),
        ),
        "xrdp-sha1": replace(
            GOOD,
            certificate={"signature_hash": "sha1"},
            evidence={**FINE, "certificate-key": "weak-hash"},
            verdict=("found", ("weak-certificate-key",)),
        ),
        "xrdp-other-name": replace(
            GOOD,
            certificate={"matches_host": False},
            evidence={**without(FINE, "host-names"), "certificate-name": "differs"},
            # Whether the certificate or the machine is the wrong one cannot be told from here.
            verdict=("inconclusive", ("wrong-machine", "certificate-name-mismatch")),
        ),
        "xrdp-rdp-only": RDP_ONLY,
        "xrdp-tls-required": replace(
            GOOD,
            answers=answers("failure:1", "selected:tls"),
            security="tls-no-nla",
            evidence={**FINE, "security-layer": "tls-no-nla"},
        ),
        "xrdp-mismatch": replace(
            GOOD,
            shapes=dict.fromkeys(BOTH_SHAPES, CLOSED),
            versions=(),
            modern="unknown",
            certificate=None,
            failures={"nla.challenge": "nla.not_offered", "tls.hello": "tls.closed"},
            not_run=frozenset({"host.companions", "tls.certificate"}),
            evidence={**NO_TLS, "ladder": "tls", "tls-hello": "closed", "path-mtu": "full"},
            verdict=("found", ("xrdp-key-unreadable",)),
        ),
        # On the wire an xrdp without a key is one that was set to RDP security.
        "xrdp-keyless": RDP_ONLY,
        "xrdp-keyless-tls": NO_KEY,
        "shadow-nla": replace(
            SHADOW,
            answers={"tls": "failure:5", "nla": "selected:nla", "nla_ex": "selected:nla"},
            security="nla-required",
            server="gnome",
            failures={},
            evidence={
                **FINE,
                "clock": "right",
                "credssp-version": "patched",
                "nla-answer": "challenge",
                "ntlm": "offered",
                "security-layer": "nla-required",
                "server-kind": "gnome",
            },
        ),
        "shadow-tls": SHADOW,
        "shadow-rdp": replace(
            RDP_ONLY,
            answers=answers("selected:rdp", "failure:2", bare="selected:rdp"),
            server="unknown",
            flags=3,
            evidence={
                **without(NO_TLS, "server-kind", "nla-answer"),
                "security-layer": "rdp-only",
            },
            failures={},
            not_run=RDP_ONLY.not_run | {"nla.challenge"},
        ),
        "weston": replace(
            GOOD,
            answers=answers("selected:rdp", "selected:tls", bare="selected:rdp"),
            server="unknown",
            shapes={**BOTH_SHAPES, "tls11": alert(80), "tls10": alert(80)},
            evidence=without(FINE, "server-kind"),
        ),
    }
)
