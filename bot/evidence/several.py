"""Do the connections of one look meet machines that are not alike?

Behind one name or address may stand several: a farm, a balancer.  Then what one connection met is
no word on the next, and a rung is neither fine nor failed.  What looks so may also be one host that
changes meanwhile, so whoever tells people says perhaps.
"""

from bot.evidence.observation import Failure
from bot.evidence.seen import CERTIFICATE, Seen
from bot.wire.layers import KEYLESS, of_one_host

_RDP, _HELLO = "rdp.negotiation", "tls.hello"
_SIGN_IN = "nla.challenge"
_OVER_TLS = (_HELLO, CERTIFICATE, _SIGN_IN)


def unlike(seen: Seen) -> bool:
    """Whether not every connection fared alike, beyond what one host would do."""
    return (
        not of_one_host(seen.words(_RDP, "answers"))
        or lacking_one(seen)
        or unreadable_one(seen)
        or uneven(seen)
    )


def uneven(seen: Seen) -> bool:
    """Whether TLS came up for one connection, and another was met by a close or a refusal."""
    closed = seen.passed(_HELLO) and seen.failure(_SIGN_IN) is Failure.TLS_CLOSED
    return closed or bool(seen.texts(_HELLO, "unsteady"))


def lacking_one(seen: Seen) -> bool:
    """Whether one connection was told that there is no certificate, and another got TLS."""
    answers = seen.words(_RDP, "answers")
    taken = any(map(seen.passed, _OVER_TLS)) or not of_one_host(answers)
    return KEYLESS in answers.values() and taken


def unreadable_one(seen: Seen) -> bool:
    """Whether one certificate could not be read, and another could."""
    broken = any(one.failure is Failure.CERT_UNREADABLE for one in seen.shown)
    return broken and seen.passed(CERTIFICATE)
