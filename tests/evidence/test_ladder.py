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
        (healthy()[:1], "ok"),
        ([*healthy()[:1], saw("jumpbox.session", "jump1", F.JUMPBOX_FORWARDING)], "unknown"),
        ([saw("jumpbox.session", state="ok")], "unknown"),
    ],
)
def test_the_first_rung_that_failed(observations: list[Observation], state: str) -> None:
    assert ladders(observations) == {"jump1": state}


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
