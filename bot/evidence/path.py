"""What was seen of the way to the host: its packets, its UDP side channel, its neighbour table.

Strategy: all of it refines what the ladder says.  Nothing here can tell the user's own way, only
that from the place looked from.
"""

from collections.abc import Mapping

from bot.evidence.observation import Failure
from bot.evidence.seen import Seen, known

QUALITY, MTU, UDP, RDP = "path.quality", "path.mtu", "udp.transport", "rdp.negotiation"

LOSSY_PCT = 5.0
MOST_PCT = 10.0  # one lost packet of fewer than ten: neither a pattern nor a good path
FEWEST_LOST = 2  # one lost packet is no pattern
SLOW_MS = 150.0  # above it a desktop feels slow (Microsoft Learn, AVD: connection quality)
LATE_MS, LATE_TIMES = 500.0, 10.0
OLD_BUILD = 14393  # Windows 10 1607 and Server 2016

_UDP_FAILURES = {Failure.UDP_REFUSED: "refused", Failure.UDP_SILENT: "silent"}


def mtu(seen: Seen) -> str | None:
    """State of ``path-mtu``."""
    if seen.failure(MTU) is Failure.PATH_BLACK_HOLE:
        return "black-hole"
    return known(seen.text(MTU, "verdict"), ("full", "smaller", "black-hole"))


def quality(seen: Seen) -> str | None:
    """State of ``path-quality``: loss first, since it hurts more than distance."""
    median, loss = _median(seen), seen.number(QUALITY, "loss_pct")
    samples = seen.number(QUALITY, "samples") or 0.0
    if loss is not None and loss >= LOSSY_PCT and loss * samples / 100 > FEWEST_LOST - 1:
        return "lossy"
    if median is None:
        return None
    if median > SLOW_MS:
        return "slow"
    return None if loss is None or loss > MOST_PCT else "good"


def udp(seen: Seen) -> str | None:
    """State of ``udp-transport``; with an old host a class of update faults comes into question."""
    failure = seen.failure(UDP)
    if failure is not None:
        return _UDP_FAILURES.get(failure)
    state = known(seen.text(UDP, "state"), ("answers", "refused", "silent"))
    build = seen.number("nla.challenge", "os_build")
    if state == "answers" and build is not None and build <= OLD_BUILD:
        return "answers-old-host"
    return state


def addresses(seen: Seen) -> str | None:
    """State of ``addresses``: of a name with several, do all open?  Those not tried have no say.

    A place without IPv6 of its own knows nothing of IPv6 addresses, and a server that listens on
    IPv4 alone is no fault; an IPv4 address that refuses has answered, and one that is silent has
    been waited for.
    """
    if seen.port != "open" or len(seen.ports) < 2:
        return None
    if any(":" not in address for address in seen.refusing):
        return "one-refuses"
    if any(":" not in address for address in seen.silent):
        return "one-silent"
    return "alike" if set(seen.ports) == {"open"} else "one-dead"


def neighbour(seen: Seen) -> str | None:
    """State of ``neighbour``: what the place's own link says, which no firewall can hide."""
    return known(seen.text("host.companions", "neighbour"), ("answers", "absent"))


def answer_delay(seen: Seen) -> str | None:
    """State of ``answer-delay``: how long the negotiation took beside a bare round trip.

    Unknown for a host that was asked at intervals (GNOME), and where it gave no answer.
    """
    median, taken = _median(seen), seen.last.get(RDP)
    if median is None or taken is None or taken.failure is not None or not taken.duration_ms:
        return None
    if seen.text(RDP, "server") == "gnome":
        return None
    late = taken.duration_ms > LATE_MS and taken.duration_ms > LATE_TIMES * median
    return "slow" if late else "prompt"


def _median(seen: Seen) -> float | None:
    found = seen.fact(QUALITY, "rtt_ms")
    value = found.get("median") if isinstance(found, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
