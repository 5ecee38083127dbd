"""What was seen of the RD Gateway, item by item: its port, its certificate, its answer.

Strategy: the items follow one another as a client meets them, and each is silent about what the
one before it kept from being seen.
"""

from bot.evidence import certificate
from bot.evidence.observation import Failure
from bot.evidence.seen import Seen

TCP, TLS, HTTP = "gateway.tcp", "gateway.tls", "gateway.http"
_NO_NAME = (Failure.NAME_NOT_FOUND, Failure.NAME_NO_ANSWER, Failure.NAME_TIMEOUT)
_ANSWERS = {
    "answers": "answers",
    **dict.fromkeys(("unavailable", "closed", "silent"), "unavailable"),
    **dict.fromkeys(("no-sign-in", "not-here", "method-refused"), "foreign"),
    **dict.fromkeys(("redirected", "not-http", "other"), "foreign"),
}


def port(seen: Seen) -> str | None:
    """State of ``gateway-tcp``."""
    if seen.gateway is None and seen.failure(TCP) not in _NO_NAME:
        return None
    return "open" if seen.gateway == "open" else "unreachable"


def trust(seen: Seen) -> str | None:
    """State of ``gateway-certificate``: sound only where dates, name and chain are all known."""
    failure = seen.failure(TLS)
    if failure is Failure.PROBE_MALFORMED or (failure or "").startswith("tls."):
        return "no-tls"
    dates = certificate.validity(seen, TLS)
    named, trusted = seen.flag(TLS, "matches_host"), seen.flag(TLS, "trusted")
    if dates in ("expired", "not-yet-valid") or named is False:
        return "refused"
    if trusted is False:
        return "untrusted"
    return "sound" if dates and named and trusted else None


def answer(seen: Seen) -> str | None:
    """State of ``gateway-http``."""
    return _ANSWERS.get(seen.text(HTTP, "reading") or "")
