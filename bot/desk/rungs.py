"""The rungs as a card shows them: one table, and how observations of a rung become words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot import redact
from bot.desk import gateway, words, words_path, words_security
from bot.evidence import Observation, Status

States = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of the ladder: its probe, the evidence that can make it a fault, its words.

    It stands on every card, only when its probe was asked for or run, or only when it is a fault.
    Where several observations make one row, ``tell`` has its words instead of ``say``; it also
    gets the states of the place's evidence.
    ``between`` stands between the parts of a row.  ``neutral``: whatever its probe met is no fault.
    ``why``: where it failed, the probe's own words for the reason stand beside the failure.
    ``breaks``: how the failure words begin that are a fault though no item of the evidence says so.
    ``note``: where it passed, the probe's own words are told too (a clock that is not the host's).
    """

    title: str
    probe: str
    items: tuple[str, ...]
    say: Callable[[words.Facts, str], list[str]] | None = None
    when: Literal["always", "asked", "run", "fault"] = "always"
    also: tuple[str, ...] = ()
    tell: Callable[[Sequence[Observation], States], list[str]] | None = None
    between: str = ", "
    neutral: bool = False
    why: bool = False
    breaks: tuple[str, ...] = ()
    note: bool = False

    @property
    def probes(self) -> tuple[str, ...]:
        """Every probe that this row is made from."""
        return (self.probe, *self.also)


RUNGS = (
    Rung("Jump box", "jumpbox.session", ("jumpbox",), words_path.jumpbox, when="fault"),
    Rung("Name", "name.lookup", ("name-lookup",), words_path.name, why=True),
    Rung("Host", "host.companions", ("host-life", "neighbour"), words_path.companions, when="run"),
    Rung("Port", "port.tcp", ("port-state",), tell=words_path.ports),
    Rung(
        "RDP security",
        "rdp.negotiation",
        ("rdp-answer", "security-layer", "stranger", "answer-delay"),
        words_security.rdp,
    ),
    Rung(
        "TLS",
        "tls.hello",
        ("tls-hello", "modern-client", "tls-versions", "tls-reading"),
        words_security.tls,
        between="; ",
        why=True,
    ),
    Rung(
        "Certificate",
        "tls.certificate",
        (
            "certificate-validity",
            "certificate-name",
            "certificate-key",
            "certificate-issuer",
            "certificates-shown",
            "certificate-age",
        ),
        tell=words_security.certificates,
        between="; ",
        why=True,
        breaks=("cert.", "tls."),
    ),
    Rung(
        "Sign-in (NLA)",
        "nla.challenge",
        ("credssp-version", "ntlm", "nla-answer", "clock", "host-names"),
        words_security.sign_in,
        why=True,
        note=True,
    ),
    Rung(
        "Gateway",
        "gateway.tcp",
        ("gateway-tcp", "gateway-certificate", "gateway-http"),
        when="asked",
        also=("gateway.tls", "gateway.http"),
        tell=gateway.say,
    ),
    Rung(
        "Path",
        "path.quality",
        ("path-quality", "path-mtu"),
        when="run",
        also=("path.mtu",),
        tell=words_path.path,
    ),
    Rung("UDP", "udp.transport", (), when="run", tell=words_path.udp, neutral=True),
)


_NOTES = {
    ("answer-delay", "slow"): "answers late",
    ("path-quality", "slow"): "so far away that a desktop feels slow",
    ("path-quality", "lossy"): "so much loss is felt",
}
"""What a state of the evidence adds to the row of its rung."""
LONGEST_REASON = 200


def say(rung: Rung, seen: Sequence[Observation], host: str, states: States) -> list[str]:
    """One place's observations of a rung in words, part by part; what passed is told first."""
    told = _told(rung, seen, host, states)
    return [
        *told,
        *(_NOTES[each] for item in rung.items if (each := (item, states.get(item))) in _NOTES),
    ]


def _told(rung: Rung, seen: Sequence[Observation], host: str, states: States) -> list[str]:
    told = rung.tell(seen, states) if rung.tell is not None else []
    passed = [each for each in seen if each.status is Status.PASSED]
    if passed and rung.say is not None:
        told = rung.say(passed[0].facts, host)
        note = redact.clean(passed[0].detail, LONGEST_REASON) if rung.note else ""
        told = [*told, note] if note else told
    if told:
        return told
    failed = [each for each in seen if each.failure is not None]
    if failed:
        reason = redact.clean(failed[0].detail, LONGEST_REASON) if rung.why else ""
        return [words.failed(failed[0].failure, failed[0].facts), *([reason] if reason else [])]
    reason = words.clean(seen[0].detail) if seen else ""
    return [reason] if reason else []
