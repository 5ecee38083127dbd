from typing import Any

import pytest

from bot.evidence import Failure, Observation, ladders
from tests.evidence.build import changed, healthy, saw

F = Failure
SILENT = dict.fromkeys(("445", "135", "5985", "22", "443"), "timeout")


def companions(ping: str, **ports: str) -> list[Observation]:
    return [saw("host.companions", ports=SILENT | ports, ping=ping)]


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (healthy(), "ok"),
        (changed("name.lookup", F.NAME_NOT_FOUND), "name"),
        (changed("port.tcp", F.TCP_UNREACHABLE), "host"),
        (changed("port.tcp", F.TCP_REFUSED), "port"),
        (changed("port.tcp", F.TCP_FAILED), "port"),
        (changed("port.tcp", F.TCP_TIMEOUT), "port"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("silence"), "host"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("reply"), "port"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("silence", **{"445": "open"}), "port"),
        ([*changed("port.tcp", F.TCP_TIMEOUT), saw("host.companions", ping="silence")], "port"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("unknown"), "host"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("unknown", **{"22": "failed"}), "port"),
        (changed("port.tcp", F.TCP_TIMEOUT) + companions("silence", **{"22": "refused"}), "port"),
        (changed("port.tcp", F.TCP_UNREACHABLE) + companions("silence"), "host"),
        (changed("port.tcp", F.TCP_UNREACHABLE) + companions("reply"), "port"),
        (changed("port.tcp", F.TCP_REFUSED) + companions("silence"), "port"),
        (healthy() + companions("silence"), "ok"),
        (changed("rdp.negotiation", F.RDP_SILENT), "rdp"),
        (changed("rdp.negotiation", F.RDP_NOT_RDP), "rdp"),
        (changed("rdp.negotiation", security="no-certificate"), "rdp"),
        (changed("rdp.negotiation", security="rdp-only"), "ok"),
        (changed("tls.hello", F.TLS_CLOSED), "tls"),
        (changed("tls.certificate", F.CERT_UNREADABLE), "tls"),
        (changed("nla.challenge", F.NLA_CLOSED), "nla"),
        (changed("nla.challenge", F.PROBE_MALFORMED), "nla"),
        (changed("port.tcp", F.PROBE_DEADLINE), "unknown"),
        (changed("nla.challenge", F.PROBE_DEADLINE), "unknown"),
        (changed("tls.certificate", F.PROBE_DEADLINE), "unknown"),
        (healthy()[:1], "ok"),
        ([*healthy()[:1], saw("jumpbox.session", "jump1", F.JUMPBOX_FORWARDING)], "unknown"),
        ([saw("jumpbox.session", state="ok")], "unknown"),
    ],
)
def test_the_first_rung_that_failed(observations: list[Observation], state: str) -> None:
    assert ladders(observations) == {"jump1": state}


@pytest.mark.parametrize("at", range(5))
def test_an_answer_that_nobody_can_read_leaves_the_rest_unknown(at: int) -> None:
    """Neither a fault of the host, for the reader may be ours, nor a rung that is fine."""
    broken = changed(healthy()[at].probe, F.PROBE_MALFORMED)
    assert ladders(broken) == {"jump1": "unknown"}
    assert ladders(broken[: at + 1]) == {"jump1": "unknown"}


def untried(probe: str) -> Observation:
    return Observation.not_run(probe, "no way to try it").stamped("jump1", 0)


def test_a_look_that_ended_in_mid_path_has_not_shown_that_all_is_well() -> None:
    """What nobody wanted to see is passed over; what was wanted and not tried is not known."""
    names = [each.probe for each in healthy()]
    for at in (1, 2, 3):
        ended = [*healthy()[:at], *map(untried, names[at:])]
        assert ladders(ended) == {"jump1": "unknown"}, names[at]
    assert ladders([*healthy()[:5], untried("nla.challenge")]) == {"jump1": "ok"}
    assert ladders([untried("name.lookup"), *healthy()[1:]]) == {"jump1": "ok"}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"security": "nla-required"}, "unknown"),
        ({"security": "unknown", "answers": {"tls": "selected:tls", "nla": "silent"}}, "unknown"),
        ({"security": "rdp-only"}, "ok"),
        ({"security": "legacy"}, "ok"),
        ({"security": "unknown", "answers": {"rdp": "selected:rdp"}}, "ok"),
    ],
)
def test_tls_that_the_host_offers_and_nobody_tried_is_not_known(
    facts: dict[str, Any], state: str
) -> None:
    seen = [*healthy()[:2], saw("rdp.negotiation", **facts), untried("tls.hello")]
    assert ladders(seen) == {"jump1": state}
    assert ladders([*seen, healthy()[4]]) == {"jump1": "ok"}


@pytest.mark.parametrize(
    ("answers", "security", "state"),
    [
        ({"nla": "selected:tls"}, "tls-no-nla", "ok"),
        ({"rdp": "selected:rdp", "nla": "selected:nla"}, "negotiate", "ok"),
        ({"nla": "selected:nla"}, None, "nla"),
        ({"nla": "selected:nla", "tls": "selected:tls"}, "unknown", "ok"),
        ({}, None, "ok"),
    ],
)
def test_a_failed_challenge_matters_only_where_nla_is_required(
    answers: dict[str, str], security: str | None, state: str
) -> None:
    facts: dict[str, Any] = {"answers": answers} | ({"security": security} if security else {})
    observations = [
        saw("rdp.negotiation", **facts),
        saw("nla.challenge", "jump1", F.NLA_NOT_OFFERED),
    ]
    assert ladders(observations) == {"jump1": state}
