from dataclasses import replace
from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.desk.diagnosis import Told, diagnose, evidence_of
from bot.engine import Model
from bot.evidence import Failure, Observation, derive
from tests.evidence.build import healthy, saw
from tests.evidence.test_vantages import lost

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
        ([http("closed")], "gateway-http", "closes"),
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


def met(vantage: str, failed: str | None = None) -> list[Observation]:
    """A gateway in order, or one that stops clients at a step."""
    if failed == "port":
        return [saw("gateway.tcp", vantage, F.TCP_TIMEOUT, address="192.0.2.61")]
    named = failed != "name"
    return [
        saw("gateway.tcp", vantage, address="192.0.2.61"),
        replace(tls(None if named else F.GATEWAY_TLS, matches_host=named), vantage=vantage),
        saw("gateway.http", vantage, reading="unavailable" if failed == "out" else "answers"),
    ]


def forbidden(vantage: str) -> list[Observation]:
    """The jump box forwards to the host alone."""
    return [Observation.not_run("gateway.tcp", "no way there").stamped(vantage, 0)]


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (met("jump1"), None),
        (met("jump1") + met("direct"), "agree"),
        (met("jump1", "port") + met("direct", "port"), "agree"),
        (met("jump1", "port") + met("direct", "out"), "agree"),
        (met("jump1", "port") + met("direct"), "works-elsewhere"),
        (met("jump1", "out") + met("direct"), "works-elsewhere"),
        (met("jump1", "name") + met("direct"), "works-elsewhere"),
        (met("jump1") + met("direct", "port"), "fails-elsewhere"),
        (met("jump1") + met("jump2", "out"), "fails-elsewhere"),
        (met("jump1") + forbidden("direct"), None),
        (forbidden("jump1") + met("jump2", "port") + met("direct"), "works-elsewhere"),
        (met("jump1") + met("direct")[:1], None),
        ([*met("jump1"), *met("jump2", "port"), lost("jump2")], None),
    ],
)
def test_places_are_compared_at_the_gateway_too(
    observations: list[Observation], state: str | None
) -> None:
    assert derive([*healthy(), *observations]).get("gateway-vantages") == state


def test_the_gateway_is_judged_from_the_first_place_that_could_look_at_it() -> None:
    seen = [*healthy(), *healthy("direct"), *forbidden("jump1"), *met("direct", "out")]
    assert derive(seen)["gateway-http"] == "unavailable"
    seen = [*healthy(), *healthy("direct"), *met("jump1", "port"), *met("direct")]
    assert derive(seen)["gateway-tcp"] == "unreachable"
    assert "gateway-http" not in derive(seen)


@pytest.mark.parametrize("failed", ["port", "name", "out"])
def test_a_gateway_that_another_place_meets_in_order_is_not_what_is_wrong(failed: str) -> None:
    catalog = load(shipped())
    alone = [*healthy(), *met("jump1", failed)]
    both = [*alone, *healthy("direct"), *met("direct")]
    judged = [
        diagnose(Model.of(catalog), evidence_of(catalog, seen, Told()), {}, seen).verdict
        for seen in (alone, both)
    ]
    assert [verdict.state for verdict in judged] == ["found", "inconclusive"]
    blamed = judged[0].causes[0]
    assert blamed.layer == "gateway"
    after = next(each.probability for each in judged[1].causes if each.id == blamed.id)
    assert after < 0.1


def test_a_gateway_that_only_hangs_up_is_a_hypothesis() -> None:
    """As a gateway in order does with a request that it dislikes (FreeRDP's rdg.c)."""
    catalog = load(shipped())
    seen = [*healthy(), *met("jump1")[:2], http("closed")]
    verdict = diagnose(Model.of(catalog), evidence_of(catalog, seen, Told()), {}, seen).verdict
    assert verdict.state == "inconclusive"
