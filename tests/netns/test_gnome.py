"""GNOME Remote Desktop, which stops answering for good when it is treated roughly.

Version 43 accepts connections and never answers again after a few clients that left back to
back; only a restart helps.  So a check that breaks it would be a fault of ours.
"""

from collections.abc import Iterator

import pytest

from tests.netns import map as chart
from tests.netns.gnome import gnome
from tests.netns.judging import evidence, judged, timeless
from tests.netns.world import World
from tests.real.material import Recipe, certificate
from tests.real.processes import Server

pytestmark = pytest.mark.real

CHECKS = 10


@pytest.fixture(scope="module")
def desktop(world: World) -> Iterator[Server]:
    folder = world.folder / "gnome"
    pair = certificate(folder, Recipe(names=("gnome.corp.example", chart.GNOME_ADDRESS)))
    place = world.place(chart.GNOME, chart.GNOME_ADDRESS, None, "gnome")
    with gnome(folder, pair, place) as running:
        yield running


def test_a_fresh_one_still_answers_after_ten_checks(world: World, desktop: Server) -> None:
    whole = 0
    for _ in range(CHECKS):
        result = world.check(desktop.address)
        assert result.facts("rdp.negotiation") == {
            "answers": {"nla_ex": "selected:nla", "nla": "selected:nla", "tls": "failure:5"},
            "security": "nla-required",
            "server": "gnome",
            "flags": 3,
        }
        # It drops a hello now and then while another client leaves; on a busy machine all of them.
        if "TLSv1.3" in result.facts("tls.hello").get("versions", ()):
            judged(result, "healthy")
            whole += 1
    assert whole > CHECKS / 2


def test_every_fact(world: World, desktop: Server) -> None:
    result = world.check(desktop.address)
    assert timeless(result, "port.tcp") == {"state": "open", "address": desktop.address}
    told = dict(result.facts("nla.challenge"))
    assert abs(told.pop("clock_skew_s")) <= 1 + told.pop("clock_skew_error_s")
    # Its version is FreeRDP's constant, so no operating system is named.
    assert told == {
        "credssp_version": 6,
        "patched": True,
        "ntlm": "offered",
        "computer": "GNOME",
        "domain": "GNOME",
        "dns_computer": "gnome",
        "dns_domain": "gnome",
    }
    hello = result.facts("tls.hello")
    assert (hello["versions"], hello["modern_client"]) == (["TLSv1.2", "TLSv1.3"], "agrees")
    shown = result.facts("tls.certificate")
    assert shown["names"] == ["gnome.corp.example", desktop.address]
    assert (shown["matches_host"], shown["self_signed"], shown["key_bits"]) == (True, True, 2048)
    assert evidence(
        result, "server-kind", "security-layer", "credssp-version", "ntlm", "clock"
    ) == {
        "server-kind": "gnome",
        "security-layer": "nla-required",
        "credssp-version": "patched",
        "ntlm": "offered",
        "clock": "right",
    }
