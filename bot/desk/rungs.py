"""The rungs as a card shows them: one table, and how observations of a rung become words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.desk import gateway, words
from bot.evidence import Observation, Status


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of the ladder: its probe, the evidence that can make it a fault, its words.

    It stands on every card, only when its probe was asked for or run, or only when it is a fault.
    Where several probes make one row, ``tell`` has its words.
    """

    title: str
    probe: str
    items: tuple[str, ...]
    say: Callable[[words.Facts, str], str]
    when: Literal["always", "asked", "run", "fault"] = "always"
    also: tuple[str, ...] = ()
    tell: Callable[[Sequence[Observation]], str] | None = None


RUNGS = (
    Rung("Jump box", "jumpbox.session", ("jumpbox",), words.jumpbox, when="fault"),
    Rung("Name", "name.lookup", ("name-lookup",), words.name),
    Rung("Host", "host.companions", ("host-life",), words.companions, when="run"),
    Rung("Port", "port.tcp", ("port-state",), words.port),
    Rung(
        "RDP security", "rdp.negotiation", ("rdp-answer", "security-layer", "stranger"), words.rdp
    ),
    Rung("TLS", "tls.hello", ("tls-hello", "modern-client", "tls-versions"), words.tls),
    Rung(
        "Certificate",
        "tls.certificate",
        ("certificate-validity", "certificate-name", "certificate-key", "certificate-issuer"),
        words.certificate,
    ),
    Rung(
        "Sign-in (NLA)",
        "nla.challenge",
        ("credssp-version", "ntlm", "nla-answer", "clock", "host-names"),
        words.sign_in,
    ),
    Rung(
        "Gateway",
        "gateway.tcp",
        ("gateway-tcp", "gateway-certificate", "gateway-http"),
        words.port,
        when="asked",
        also=("gateway.tls", "gateway.http"),
        tell=gateway.say,
    ),
    Rung("Path", "path.quality", (), words.quality, when="run"),
)


def say(rung: Rung, seen: Sequence[Observation], host: str) -> str:
    """One place's observations of a rung in words; the best address speaks for the port."""
    if rung.tell is not None:
        return rung.tell(seen)
    passed = [each for each in seen if each.status is Status.PASSED]
    if passed:
        return rung.say(passed[0].facts, host)
    failed = [each for each in seen if each.failure is not None]
    if failed and failed[0].failure is not None:
        return words.failed(failed[0].failure, failed[0].facts)
    return words.clean(seen[0].detail) if seen else ""
