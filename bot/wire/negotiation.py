"""What five answers of the security negotiation say together: the security layer and the server.

Strategy: two tables, read from the top; the first row that fits names the finding.  Nothing here
is proof against a server that lies, only against one that differs from Windows.
Sources: MS-RDPBCGR 2.2.1.2 and 5.4.2, answers of Windows per setting as recorded by nmap and
FreeRDP, and the confirms of xrdp 0.9, FreeRDP 2.11 and VirtualBox.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from bot.wire.cursor import Closed
from bot.wire.x224 import (
    WINDOWS_REF,
    Answer,
    Bare,
    NotRdp,
    Protocol,
    Refusal,
    Refused,
    Selected,
)

Words = Mapping[str, str]
"""Request name (none, rdp, tls, nla, nla_ex) to the word of its answer."""

GNOME_FLAGS = 0x03
FLAGS: Mapping[int, str] = MappingProxyType(
    {
        0x01: "extended-client-data",
        0x02: "graphics-pipeline",
        0x08: "restricted-admin",
        0x10: "credential-guard",
    }
)
"""Bits of the fact ``flags``: what the host can do for a client (MS-RDPBCGR 2.2.1.2.1)."""

_VIRTUALBOX_REF = 0x3412
_NLA_WORDS = frozenset({"selected:nla", "selected:nla_ex"})
_NLA_DEMANDED = frozenset(
    {f"failure:{Refusal.NLA_REQUIRED:d}", f"failure:{Refusal.TLS_WITH_USER_AUTH_REQUIRED:d}"}
)
# A confirm without negotiation data stands for RDP security (MS-RDPBCGR 3.3.5.3.2).
_RDP_TAKEN = frozenset({"selected:rdp", "bare"})
_TLS_TAKEN = frozenset({"selected:tls"})
_TLS_DEMANDED = f"failure:{Refusal.TLS_REQUIRED:d}"
_NO_TLS = _RDP_TAKEN | {f"failure:{Refusal.TLS_NOT_ALLOWED:d}"}
_OVER_TLS = ("tls", "nla", "nla_ex")
_REFUSALS = {
    "bare": "the host knows no TLS (its answer has no negotiation data)",
    "closed": "the host closed the connection during the negotiation",
    "not-rdp": "what answers on this port is not RDP",
}


def word(answer: Answer) -> str:
    """The answer as it stands in the facts of ``rdp.negotiation``."""
    match answer:
        case Selected(protocol):
            known = protocol in Protocol.__members__.values()
            return f"selected:{Protocol(protocol).word if known else f'0x{protocol:x}'}"
        case Refused(code):
            return f"failure:{code}"
        case Bare():
            return "bare"
        case NotRdp():
            return "not-rdp"
        case Closed():
            return "closed"


def refusal(answer: Answer | None) -> str | None:
    """Why no ClientHello can follow this answer; None when the host has chosen TLS."""
    match answer:
        case Selected(protocol) if protocol != Protocol.RDP:
            return None
        case Selected():
            return "the host chose RDP security, which is without TLS"
        case Refused(code):
            return f"the host refused TLS in the negotiation (failure {code})"
        case None:
            return "the host did not answer the negotiation"
        case _:
            return _REFUSALS[word(answer)]


def flag_words(flags: int) -> list[str]:
    """The known bits of the fact ``flags`` as words, lowest first."""
    return [name for bit, name in FLAGS.items() if flags & bit]


def security(words: Words) -> str:
    """The security layer that these answers show; ``unknown`` where they do not decide."""
    return next((name for name, fits in _SECURITY if fits(words)), "unknown")


def of_one_host(words: Words) -> bool:
    """Whether one host can have given these answers.

    Whoever takes NLA, or TLS instead, for one of the two offers with NLA does so for both.
    """
    told = [words.get(name, "silent") for name in ("nla", "nla_ex")]
    chosen = any(one.startswith("selected:") and one != "selected:rdp" for one in told)
    return not (chosen and any(one.startswith("failure:") for one in told))


def _all(words: Words, names: Iterable[str], wanted: frozenset[str]) -> bool:
    """Every named request that was answered got one of the wanted words, and one was answered."""
    found = [words[name] for name in names if words.get(name, "silent") not in ("silent", "closed")]
    return bool(found) and all(one in wanted for one in found)


def _any(words: Words, wanted: frozenset[str], *names: str) -> bool:
    return any(words.get(name) in wanted for name in names)


def _another_service(words: Words) -> bool:
    """Something answers that is not RDP, and nothing does that is."""
    spoken = {word.partition(":")[0] for word in words.values()}
    return "not-rdp" in spoken and not spoken & {"selected", "failure", "bare"}


def _demands_nla(words: Words) -> bool:
    """What offers less is told so, and nothing less is taken; one such answer is enough."""
    return (
        of_one_host(words)
        and _any(words, _NLA_DEMANDED | _NLA_WORDS, "rdp", "tls")
        and not _any(words, _RDP_TAKEN | _TLS_TAKEN, "rdp", "tls")
        and _any(words, _NLA_WORDS, "nla", "nla_ex")
    )


def _lets_choose(words: Words) -> bool:
    """RDP security is taken, and so is TLS, alone or chosen from more."""
    both = _any(words, _RDP_TAKEN, "rdp") and _any(words, _TLS_TAKEN, *_OVER_TLS)
    return both and not _refuses_tls(words) and of_one_host(words)


def _demands_tls(words: Words) -> bool:
    """RDP security is refused for want of TLS, and NLA is taken."""
    demanded = words.get("rdp") == _TLS_DEMANDED and not _refuses_tls(words)
    return demanded and _any(words, _NLA_WORDS, "nla", "nla_ex") and of_one_host(words)


def _refuses_tls(words: Words) -> bool:
    return words.get("tls", "").startswith("failure:")


def _never_takes_nla(words: Words) -> bool:
    """TLS is taken whatever is offered beside it, and RDP security is not."""
    return (
        _any(words, _TLS_TAKEN | {_TLS_DEMANDED}, "rdp")
        and _any(words, _TLS_TAKEN, "nla", "nla_ex")
        and _all(words, _OVER_TLS, _TLS_TAKEN)
    )


_SECURITY: tuple[tuple[str, Callable[[Words], bool]], ...] = (
    ("not-rdp", _another_service),
    ("no-certificate", lambda w: f"failure:{Refusal.NO_CERTIFICATE:d}" in w.values()),
    ("legacy", lambda w: _all(w, ("rdp", *_OVER_TLS), frozenset({"bare"}))),
    ("nla-required", _demands_nla),
    ("negotiate", _lets_choose),
    ("tls-required", _demands_tls),
    ("tls-no-nla", _never_takes_nla),
    ("rdp-only", lambda w: _all(w, _OVER_TLS, _NO_TLS)),
)


def looks_like_gnome(answer: Answer) -> bool:
    """FreeRDP's server side, on which GNOME Remote Desktop stands: no reference, flags 3."""
    return isinstance(answer, Selected) and (answer.src_ref, answer.flags) == (0, GNOME_FLAGS)


def server_kind(answers: Mapping[str, Answer]) -> str:
    """Who answers: windows, windows-legacy, xrdp, gnome, virtualbox or unknown."""
    return next((name for name, fits in _SERVERS if fits(answers)), "unknown")


def _virtualbox(answers: Mapping[str, Answer]) -> bool:
    return Bare(_VIRTUALBOX_REF) in answers.values()


def _bare_for(src_ref: int) -> Callable[[Mapping[str, Answer]], bool]:
    def fits(answers: Mapping[str, Answer]) -> bool:
        negotiated = [answer for name, answer in answers.items() if name != "none"]
        return bool(negotiated) and all(answer == Bare(src_ref) for answer in negotiated)

    return fits


def _gnome(answers: Mapping[str, Answer]) -> bool:
    """GNOME takes NLA only; other servers made of FreeRDP's parts stay unknown."""
    return any(
        looks_like_gnome(answer)
        and isinstance(answer, Selected)
        and answer.protocol in (Protocol.NLA, Protocol.NLA_EX)
        for answer in answers.values()
    )


def _windows(answers: Mapping[str, Answer]) -> bool:
    return any(_windows_like(answer) for answer in answers.values())


def _windows_like(answer: Answer) -> bool:
    """Under this reference only Windows chooses NLA, refuses for it or sets newer flags."""
    match answer:
        case Selected(protocol, flags, src_ref):
            telling = flags > 1 or protocol in (Protocol.NLA, Protocol.NLA_EX)
        case Refused(code, src_ref):
            telling = code not in (Refusal.TLS_REQUIRED, Refusal.NO_CERTIFICATE)
        case _:
            return False
    return telling and src_ref == WINDOWS_REF


def _confirms_less(*, flagged: bool) -> Callable[[Mapping[str, Answer]], bool]:
    """NLA was asked for and TLS or RDP confirmed, with flags or without.

    Windows that knows the flags chooses NLA or refuses; xrdp confirms what it has.
    """

    def fits(answers: Mapping[str, Answer]) -> bool:
        return any(
            isinstance(answer, Selected)
            and (answer.src_ref, answer.flags > 0) == (WINDOWS_REF, flagged)
            and answer.protocol in (Protocol.RDP, Protocol.TLS)
            for answer in (answers.get("nla"), answers.get("nla_ex"))
        )

    return fits


_SERVERS: tuple[tuple[str, Callable[[Mapping[str, Answer]], bool]], ...] = (
    ("virtualbox", _virtualbox),
    ("xrdp", _confirms_less(flagged=True)),
    ("windows", _windows),
    ("gnome", _gnome),
    ("windows-legacy", _bare_for(WINDOWS_REF)),
    ("xrdp", _bare_for(0)),
    # Server 2003 with a certificate: it knows TLS, but neither NLA nor the flags.
    ("windows-legacy", _confirms_less(flagged=False)),
)
