"""What was seen of the RD Gateway, item by item: its port, its certificate, its answer.

Strategy: the items follow one another as a client meets them, and each is silent about what the
one before it kept from being seen.  Where one place meets a gateway in order and another does not,
the gateway is not what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.evidence import certificate
from bot.evidence.observation import Failure
from bot.evidence.seen import Seen

ITEMS = ("gateway-tcp", "gateway-certificate", "gateway-http")
TCP, TLS, HTTP = "gateway.tcp", "gateway.tls", "gateway.http"
_NO_NAME = (Failure.NAME_NOT_FOUND, Failure.NAME_NO_ANSWER, Failure.NAME_TIMEOUT)
_ANSWERS = {
    "answers": "answers",
    **dict.fromkeys(("unavailable", "silent"), "unavailable"),
    "closed": "closes",
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
    dates = certificate.dates(seen, TLS)
    named, trusted = seen.flag(TLS, "matches_host"), seen.flag(TLS, "trusted")
    if dates in ("expired", "not-yet-valid") or named is False:
        return "refused"
    if trusted is False:
        return "untrusted"
    return "sound" if dates and named and trusted else None


def answer(seen: Seen) -> str | None:
    """State of ``gateway-http``."""
    return _ANSWERS.get(seen.text(HTTP, "reading") or "")


@dataclass(frozen=True, slots=True)
class Meeting:
    """How places met one gateway: where it is in order, and where a client would be stopped."""

    works: tuple[str, ...]
    fails: tuple[str, ...]


def meeting(views: Mapping[str, Seen]) -> Meeting:
    """Sort the places that know; a jump box that failed has no say."""
    known = {
        name: _works(seen)
        for name, seen in views.items()
        if seen.failure("jumpbox.session") is None
    }
    works = tuple(name for name, fate in known.items() if fate)
    return Meeting(works, tuple(name for name, fate in known.items() if fate is False))


def compare(views: Mapping[str, Seen]) -> str | None:
    """State of ``gateway-vantages``, told from the first place that knows."""
    met = meeting(views)
    ordered = [name for name in views if name in (*met.works, *met.fails)]
    if len(ordered) < 2:
        return None
    if not met.works or not met.fails:
        return "agree"
    return "works-elsewhere" if ordered[0] in met.fails else "fails-elsewhere"


def _works(seen: Seen) -> bool | None:
    """Whether a client would get through to the sign-in; None where that was not seen."""
    if port(seen) == "unreachable" or trust(seen) in ("refused", "untrusted", "no-tls"):
        return False
    found = answer(seen)
    return None if found is None else found == "answers"
