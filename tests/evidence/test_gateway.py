from typing import Any

import pytest

from bot.evidence import Failure, Observation, derive
from tests.evidence.build import healthy, saw

F = Failure
DATES = {
    "days_left": 100.0,
    "not_before": "2026-01-01T00:00:00Z",
    "not_after": "2027-01-01T00:00:00Z",
}


def tls(failure: Failure | None = F.GATEWAY_TLS, **facts: Any) -> Observation:
    found = {**DATES, "matches_host": True, "trusted": True, **facts}
    return saw("gateway.tls", "jump1", failure, **{k: v for k, v in found.items() if v is not None})


def http(reading: str) -> Observation:
    return saw("gateway.http", "jump1", F.GATEWAY_HTTP, reading=reading)


@pytest.mark.parametrize(
    ("observations", "item", "state"),
    [
        ([], "gateway-tcp", None),
        ([], "gateway-certificate", None),
        ([], "gateway-http", None),
        ([saw("gateway.tcp", state="open")], "gateway-tcp", "open"),
        ([saw("gateway.tcp"), saw("gateway.tcp", "jump1", F.TCP_TIMEOUT)], "gateway-tcp", "open"),
        ([saw("gateway.tcp", "jump1", F.TCP_REFUSED)], "gateway-tcp", "unreachable"),
        ([saw("gateway.tcp", "jump1", F.NAME_NOT_FOUND)], "gateway-tcp", "unreachable"),
        ([saw("gateway.tcp", "jump1", F.PROBE_DEADLINE)], "gateway-tcp", None),
        ([Observation.not_run("gateway.tcp", "why").stamped("jump1", 0)], "gateway-tcp", None),
        ([tls(None)], "gateway-certificate", "sound"),
        ([tls(None, trusted=None)], "gateway-certificate", None),
        ([tls(None, matches_host=None)], "gateway-certificate", None),
        ([tls(trusted=False)], "gateway-certificate", "untrusted"),
        ([tls(matches_host=False)], "gateway-certificate", "refused"),
        ([tls(days_left=-1.0, trusted=False)], "gateway-certificate", "refused"),
        ([tls(days_left=500.0)], "gateway-certificate", "refused"),
        ([saw("gateway.tls", "jump1", F.TLS_CLOSED)], "gateway-certificate", "no-tls"),
        ([saw("gateway.tls", "jump1", F.PROBE_MALFORMED)], "gateway-certificate", "no-tls"),
        ([saw("gateway.tls", "jump1", F.PROBE_DEADLINE)], "gateway-certificate", None),
        ([saw("gateway.http", reading="answers")], "gateway-http", "answers"),
        ([http("no-sign-in")], "gateway-http", "foreign"),
        ([http("not-here")], "gateway-http", "foreign"),
        ([http("method-refused")], "gateway-http", "foreign"),
        ([http("redirected")], "gateway-http", "foreign"),
        ([http("not-http")], "gateway-http", "foreign"),
        ([http("other")], "gateway-http", "foreign"),
        ([http("unavailable")], "gateway-http", "unavailable"),
        ([http("closed")], "gateway-http", "unavailable"),
        ([http("silent")], "gateway-http", "unavailable"),
        ([http("nonsense")], "gateway-http", None),
    ],
)
def test_what_is_seen_of_a_gateway_sets_its_items(
    observations: list[Observation], item: str, state: str | None
) -> None:
    found = derive([*healthy(), *observations])
    assert found.get(item) == state
    assert found["ladder"] == "ok", "the gateway is no rung of the host"
