"""What an answer of the security negotiation says, and what all together say of the server.

Strategy: a table, read from the top; the first row that fits names the server.  Nothing here
is proof against a server that lies, only against one that differs from Windows.
Sources: MS-RDPBCGR 2.2.1.2, and the confirms of Windows, xrdp 0.9, FreeRDP 2.11 and VirtualBox.
"""

from collections.abc import Callable, Mapping
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

GNOME_FLAGS = 0x03
RESERVED_FLAG = 0x04
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


def lacks_certificate(answer: Answer | None) -> bool:
    """Whether the machine that answered says that it has no certificate to use."""
    return isinstance(answer, Refused) and answer.code == Refusal.NO_CERTIFICATE


def flag_words(flags: int) -> list[str]:
    """The known bits of the fact ``flags`` as words, lowest first."""
    return [name for bit, name in FLAGS.items() if flags & bit]


def looks_like_gnome(answer: Answer) -> bool:
    """FreeRDP's server side, on which GNOME Remote Desktop stands: no reference, flags 3."""
    return isinstance(answer, Selected) and (answer.src_ref, answer.flags) == (0, GNOME_FLAGS)


def may_be_gnome(answer: Answer) -> bool:
    """The same with further flags, which newer versions of FreeRDP may set: enough to go gently."""
    match answer:
        case Selected(_, flags, 0):
            return flags & GNOME_FLAGS == GNOME_FLAGS
        case _:
            return False


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

    Windows that knows the flags chooses NLA or refuses; xrdp confirms what it has.  The reserved
    flag is set by Windows alone.
    """

    def fits(answers: Mapping[str, Answer]) -> bool:
        return any(
            isinstance(answer, Selected)
            and (answer.src_ref, answer.flags > 0) == (WINDOWS_REF, flagged)
            and not answer.flags & RESERVED_FLAG
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
