from typing import Any

import pytest

from bot.evidence import Failure, Observation, derive
from tests.evidence.build import changed, healthy, saw

F = Failure
OLD = changed("nla.challenge", os_build=14393)
NEW = changed("nla.challenge", os_build=17763)


def also(probe: str, failure: Failure | None = None, **facts: Any) -> list[Observation]:
    return [*healthy(), saw(probe, "jump1", failure, **facts)]


def quality(**facts: Any) -> list[Observation]:
    return also("path.quality", rtt_ms={"min": 1.0, "median": 4.0, "p95": 9.0}, **facts)


def took(duration_ms: float, median: object, server: str = "windows") -> list[Observation]:
    """A negotiation of that duration over a way of that median."""
    asked = saw("rdp.negotiation", server=server).stamped("jump1", duration_ms)
    return [asked, saw("path.quality", rtt_ms={"median": median})]


@pytest.mark.parametrize(
    ("observations", "item", "state"),
    [
        (also("path.mtu", verdict="full", mtu=1500), "path-mtu", "full"),
        (also("path.mtu", verdict="smaller", mtu=1400), "path-mtu", "smaller"),
        (also("path.mtu", verdict="black-hole"), "path-mtu", "black-hole"),
        (also("path.mtu", F.PATH_BLACK_HOLE), "path-mtu", "black-hole"),
        (also("path.mtu", verdict="unknown"), "path-mtu", None),
        (also("path.mtu", F.PROBE_DEADLINE), "path-mtu", None),
        (quality(loss_pct=0.0, samples=20), "path-quality", "good"),
        (quality(), "path-quality", None),  # quick, but nobody knows whether complete
        (quality(loss_pct=5.0, samples=20), "path-quality", "good"),
        (quality(loss_pct=10.0, samples=20), "path-quality", "lossy"),
        (quality(loss_pct=33.3, samples=1), "path-quality", None),  # one of three is not "complete"
        (quality(loss_pct=13.3, samples=15), "path-quality", "lossy"),
        (also("path.quality", rtt_ms={"median": 151}), "path-quality", "slow"),
        (also("path.quality", rtt_ms={"median": True}), "path-quality", None),
        (also("path.quality", rtt_ms="4"), "path-quality", None),
        (also("path.quality", loss_pct=50.0, samples=10), "path-quality", "lossy"),
        (also("udp.transport", state="answers"), "udp-transport", "answers"),
        ([*OLD, saw("udp.transport", state="answers")], "udp-transport", "answers-old-host"),
        ([*NEW, saw("udp.transport", state="answers")], "udp-transport", "answers"),
        ([*OLD, saw("udp.transport", state="silent")], "udp-transport", "silent"),
        (also("udp.transport", F.UDP_SILENT), "udp-transport", "silent"),
        (also("udp.transport", F.UDP_REFUSED), "udp-transport", "refused"),
        (also("udp.transport", F.PROBE_INTERNAL), "udp-transport", None),
        (also("host.companions", neighbour="absent"), "neighbour", "absent"),
        (also("host.companions", neighbour="answers"), "neighbour", "answers"),
        (also("host.companions", neighbour="elsewhere"), "neighbour", None),
        (took(501.0, 4.0), "answer-delay", "slow"),
        (took(501.0, 51.0), "answer-delay", "prompt"),
        (took(499.0, 4.0), "answer-delay", "prompt"),
        (took(900.0, 4.0, "gnome"), "answer-delay", None),
        (took(900.0, None), "answer-delay", None),
        (took(0.0, 4.0), "answer-delay", None),
        ([saw("rdp.negotiation", "jump1", F.RDP_CLOSED).stamped("jump1", 900.0),
          saw("path.quality", rtt_ms={"median": 4.0})], "answer-delay", None),
    ],
)  # fmt: skip
def test_the_way_sets_its_items(
    observations: list[Observation], item: str, state: str | None
) -> None:
    assert derive(observations).get(item) == state
