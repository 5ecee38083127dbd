"""RDP over UDP: one datagram goes out, and what becomes of it is told."""

import pytest

from tests.netns import map as chart
from tests.netns.judging import evidence, judged, outcome
from tests.netns.world import World
from tests.real.cli import NAME

pytestmark = pytest.mark.real

TRUTHS = {
    chart.GOOD: ("answers", ("passed", None)),
    chart.SIGN_IN: ("refused", ("failed", "udp.refused")),
    chart.UDP_SILENT: ("silent", ("failed", "udp.silent")),
}


@pytest.mark.parametrize("address", TRUTHS)
@pytest.mark.parametrize("vantage", [NAME, "direct"])
def test_what_becomes_of_the_datagram(world: World, address: str, vantage: str) -> None:
    state, expected = TRUTHS[address]
    result = world.check(address, via=vantage)
    assert outcome(result, "udp.transport", vantage) == expected
    assert result.facts("udp.transport", vantage) == {"state": state}
    assert evidence(result, "udp-transport", "ladder") == {"udp-transport": state, "ladder": "ok"}
    judged(result, "healthy")  # UDP is never the reason why a connection does not begin


@pytest.mark.parametrize("vantage", [NAME, "direct"])
def test_exactly_one_datagram_is_sent(world: World, vantage: str) -> None:
    log = world.folder / "udp.txt"
    before = len(log.read_text(encoding="ascii").splitlines())
    world.check(chart.GOOD, via=vantage)
    (datagram,) = (bytes.fromhex(line) for line in log.read_text("ascii").splitlines()[before:])
    assert len(datagram) == 1232
    # MS-RDPEUDP 2.2.2.1: no acknowledgement, the SYN flag, both sizes within the bounds.
    assert datagram[:4] == b"\xff\xff\xff\xff"
    assert int.from_bytes(datagram[6:8], "big") & 0x0001
    assert all(1132 <= int.from_bytes(datagram[at : at + 2], "big") <= 1232 for at in (12, 14))
    assert not any(datagram[16:])
