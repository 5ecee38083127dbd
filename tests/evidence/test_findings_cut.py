"""What a broken jump box, or a probe that was cut off, must not turn into evidence."""

from typing import Any

import pytest

from bot.evidence import Failure, Observation, derive
from tests.evidence.build import changed, healthy, saw

F = Failure
SILENT = saw("host.companions", ports={"1": "timeout", "2": "timeout"}, ping="silence")

LOST = [
    [*changed("port.tcp", F.TCP_TIMEOUT)[:2], SILENT],
    changed("name.lookup", F.NAME_TIMEOUT)[:1],
    changed("rdp.negotiation", F.RDP_SILENT)[:3],
    changed("tls.hello", F.TLS_CLOSED)[:4],
    changed("nla.challenge", F.NLA_CLOSED),
    [*healthy(), saw("path.quality", loss_pct=50.0, samples=12)],
    [*healthy(), saw("path.mtu", "jump1", F.PATH_BLACK_HOLE, verdict="black-hole")],
]


@pytest.mark.parametrize("seen", LOST)
@pytest.mark.parametrize("failure", [F.JUMPBOX_UNREACHABLE, F.JUMPBOX_TIMEOUT])
def test_what_a_jump_box_misses_that_failed_itself_is_not_the_hosts_fault(
    seen: list[Observation], failure: Failure
) -> None:
    """Silence, closes and losses may be its own; what it did hear stays known."""
    found = derive([saw("jumpbox.session", "jump1", failure), *seen])
    assert found.pop("ladder") == "unknown"
    assert found.pop("jumpbox") in ("unreachable", "timeout")
    assert found.items() <= derive(healthy()).items()
    assert ("name-lookup" in found) == (seen[0].failure is None)


@pytest.mark.parametrize("failure", [F.PROBE_DEADLINE, F.PROBE_INTERNAL])
@pytest.mark.parametrize(
    ("probe", "facts"),
    [
        ("rdp.negotiation", {"security": "rdp-only", "answers": {"tls": "failure:2"}}),
        ("tls.hello", {"versions": ["TLSv1.0"], "modern_client": "refused"}),
        ("tls.certificate", {"days_left": -3.0, "matches_host": False}),
        ("nla.challenge", {"patched": False, "ntlm": "blocked", "clock_skew_s": -900.0}),
        ("path.mtu", {"verdict": "black-hole"}),
        ("path.quality", {"loss_pct": 50.0, "samples": 12}),
        ("udp.transport", {"state": "silent"}),
        ("gateway.http", {"reading": "not-here"}),
    ],
)
def test_what_a_probe_had_when_it_was_cut_is_no_evidence(
    failure: Failure, probe: str, facts: dict[str, Any]
) -> None:
    rest = [each for each in healthy() if each.probe != probe]
    cut = derive([*rest, saw(probe, "jump1", failure, **facts)])
    without = derive(rest)
    assert {**cut, "ladder": ""} == {**without, "ladder": ""}


def test_a_few_silent_ports_of_a_cut_probe_make_no_silent_host() -> None:
    ports = {"445": "timeout", "135": "timeout"}
    cut = saw("host.companions", "jump1", F.PROBE_DEADLINE, ports=ports, ping="unknown")
    assert derive([*changed("port.tcp", F.TCP_TIMEOUT)[:2], cut])["ladder"] == "port"
