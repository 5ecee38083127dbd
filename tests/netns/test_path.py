"""How far, how even, how wide: distance, loss and narrow links, each as it was made.

The relay between the namespaces tells which frames it dropped, so loss is compared with what was
lost in that very run.
"""

import pytest

from tests.netns import map as chart
from tests.netns.judging import evidence, judged, outcome
from tests.netns.world import World
from tests.real.cli import NAME

pytestmark = pytest.mark.real

ICMP = "1"
PINGS = range(85, 90)
"""The packets that only the measuring of loss sends, one a size.

84 bytes have others too: the very first, and the one that asks a host whose port is late whether
it is there.  Larger ones look for narrow links.
"""
LOOKS, MOST_LOOKS = 3, 12


def test_a_far_host(world: World) -> None:
    """20 milliseconds each way."""
    result = world.check(chart.FAR)
    facts = result.facts("path.quality")
    assert 38 <= facts["rtt_ms"]["min"] <= facts["rtt_ms"]["median"] <= 90
    assert facts["rtt_ms"]["median"] <= facts["rtt_ms"]["p95"]
    assert facts["jitter_ms"] >= 0
    assert facts["samples"] >= 8
    assert facts["method"] == "tcp handshakes and ping"
    assert facts["loss_pct"] == 0
    assert result.facts("path.mtu") == {"verdict": "full", "mtu": 1500, "tested_bytes": 1500}
    assert evidence(result, "ladder", "path-mtu", "path-quality") == {
        "ladder": "ok",
        "path-mtu": "full",
        "path-quality": "good",
    }
    judged(result, "healthy")


def test_a_near_host(world: World) -> None:
    facts = world.check(chart.GOOD).facts("path.quality")
    assert 0 <= facts["rtt_ms"]["min"] < 20
    assert facts["loss_pct"] == 0


def test_loss_is_told_as_it_was(world: World) -> None:
    """A tenth of all frames each way, for three looks; the path up to the sign-in still works."""
    log = world.folder / "relay8.txt"
    pings = list[int]()
    for _ in range(MOST_LOOKS):
        before = len(log.read_text(encoding="ascii").splitlines())
        result = world.check(chart.LOSSY, "--timeout", "30")
        facts = result.facts("path.quality")
        assert result.seen["evidence"]["ladder"] == "ok"
        lines = log.read_text(encoding="ascii").splitlines()[before:]
        lost = [line.split()[1:] for line in lines if line.startswith("lost")]
        gone = sum(1 for kind, size in lost if kind == ICMP and int(size) in PINGS)
        if "ping" not in facts["method"]:  # the very first was lost, and no more are sent
            continue
        pings.append(gone)
        counted = 1 + len(PINGS) + 15 + 2 * 15  # the most: one of 84, each handshake sent thrice
        assert facts["loss_pct"] >= 100 * gone / counted
        assert facts["loss_pct"] <= 100
        if facts["loss_pct"] > 0:
            assert gone or any(kind == "6" for kind, _ in lost)
        if len(pings) >= LOOKS and any(pings):
            break
    assert any(pings), "nothing was lost, so nothing was shown"


@pytest.mark.parametrize("vantage", [NAME, "direct"])
def test_a_narrow_link_that_says_so(world: World, vantage: str) -> None:
    for _ in range(2):  # the second time the kernel knows it already
        result = world.check(chart.NARROW, via=vantage)
        assert outcome(result, "path.mtu", vantage) == ("passed", None)
        facts = dict(result.facts("path.mtu", vantage))
        # Where a busy machine answers the first ping late, TCP is the only witness: what it sent.
        (seen,) = (one for one in result.seen["observations"] if one["probe"] == "path.mtu")
        told = "the path says" in seen["detail"]
        assert told or "upstream tested to 1400 bytes" in seen["detail"]
        assert facts.pop("tested_bytes") == (1500 if told else 1400)
        assert facts == {"verdict": "smaller", "mtu": 1400}
        assert evidence(result, "ladder", "path-mtu") == {"ladder": "ok", "path-mtu": "smaller"}
        judged(result, "healthy")


SHORT = {"tls10": {"result": "alert:70"}, "tls11": {"result": "alert:70"}}
LONG = ("wide", "windows-11", "tls12", "tls13", "rsa-cbc")


@pytest.mark.parametrize("address", [chart.HOLE, chart.DOWNSTREAM])
@pytest.mark.parametrize("vantage", [NAME, "direct"])
def test_a_black_hole(world: World, address: str, vantage: str) -> None:
    """Both ways, and from the host only: short answers come, the certificate never does."""
    result = world.check(address, via=vantage)
    assert outcome(result, "path.mtu", vantage) == ("failed", "path.black_hole")
    assert result.facts("path.mtu", vantage) == {
        "verdict": "black-hole",
        "mtu": 576,
        "tested_bytes": 1500,
    }
    assert outcome(result, "tls.hello", vantage) == ("failed", "tls.silent")
    shapes = result.facts("tls.hello", vantage)["shapes"]
    assert {name: shapes[name] for name in SHORT if name in shapes}.items() <= SHORT.items()
    assert {shapes[name]["result"] for name in LONG if name in shapes} == {"silent"}
    assert result.facts("rdp.negotiation", vantage)["security"] == "negotiate"
    assert result.facts("path.quality", vantage)["loss_pct"] == 0
    assert evidence(result, "ladder", "path-mtu", "path-quality", "tls-hello") == {
        "ladder": "tls",
        "path-mtu": "black-hole",
        "path-quality": "good",
        "tls-hello": "silent",
    }
    judged(result, "found", "path-mtu-black-hole")
