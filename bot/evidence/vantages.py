"""Do two places see the same host?

Strategy: their ladders are compared first, then what stands on the same rung: addresses, state of
the port, certificate.  A vantage that could not look has no say.
"""

from collections.abc import Mapping

from bot.evidence.ladder import OK, UNKNOWN, ladder
from bot.evidence.observation import LADDER_STATES
from bot.evidence.seen import Seen

DIRECT = "direct"
_HEIGHT = {state: height for height, state in enumerate((*LADDER_STATES[1:-1], OK))}


def compare(views: Mapping[str, Seen]) -> str | None:
    """A state of the evidence item ``vantages``; None with fewer than two that could look."""
    looked = {name: seen for name, seen in views.items() if ladder(seen) != UNKNOWN}
    if len(looked) < 2:
        return None
    heights = {name: _HEIGHT[ladder(seen)] for name, seen in looked.items()}
    if len(set(heights.values())) == 1:
        return "agree" if _same_sight(list(looked.values())) else "differ"
    direct = heights.pop(DIRECT, None)
    if direct is not None and direct < min(heights.values()):
        return "direct-worse"
    if direct is not None and direct > max(heights.values()):
        return "jumpbox-worse"
    return "differ"


def _same_sight(views: list[Seen]) -> bool:
    addresses = {frozenset(seen.texts("name.lookup", "addresses")) for seen in views}
    certificates = {seen.text("tls.certificate", "sha256") for seen in views}
    ports = {seen.port for seen in views}
    return all(
        len(known) <= 1
        for known in (addresses - {frozenset()}, certificates - {None}, ports - {None})
    )
