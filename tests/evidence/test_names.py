from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.desk.diagnosis import Diagnosis, Told, diagnose, evidence_of
from bot.engine import Model
from bot.evidence import Failure, Observation, derive
from tests.evidence.build import saw

CUT = "APPLICATION-SER"


def observed(typed: str, names: list[str], computer: str | None, **more: Any) -> list[Observation]:
    status = "literal" if typed[0].isdigit() else "ok"
    lookup: dict[str, Any] = {"asked": typed, "status": status} | {
        key: value for key, value in more.items() if key == "canonical"
    }
    certificate: dict[str, Any] = {"names": names} | {
        key: value for key, value in more.items() if key in ("self_signed", "matches_host")
    }
    found = [
        saw("name.lookup", **lookup),
        saw("rdp.negotiation", server=more.get("server", "windows")),
        saw("tls.certificate", **certificate),
    ]
    if computer is None:
        return found
    own = {"computer": computer} | ({"dns_computer": more["dns"]} if "dns" in more else {})
    return [*found, saw("nla.challenge", **own)]


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (observed("srv-app-07.corp.example", ["x"], "SRV-APP-07"), "agree"),
        (observed("srv-app-07", ["srv-app-08"], "SRV-APP-08"), "differ"),
        (observed("a-very-long-server-name", [], "A-VERY-LONG-SER"), "agree"),
        # NetBIOS keeps 15 characters of each, and so the same ones.
        (observed("application-server-01", [], CUT, dns="application-server-02"), "differ"),
        (observed("application-server-02", [], CUT, dns="application-server-02.x"), "agree"),
        (observed("application-ser", [], CUT, dns="application-server-02"), "agree"),
        (observed("192.0.2.7", ["application-server-01"], CUT, dns="application-server-02"), None),
        (observed("files", [], "SRV-APP-07", canonical="srv-app-07.corp.example"), "agree"),
        (observed("rdp.example", ["rdp.example"], "NODE3", matches_host=True), "agree"),
        (observed("192.0.2.7", ["SRV.corp.example"], "SRV"), "agree"),
        (observed("192.0.2.7", ["other"], "SRV"), None),
        (observed("srv", ["other"], None, self_signed=True), "differ"),
        (observed("srv", ["srv.corp.example"], None, self_signed=True), "agree"),
        (observed("srv", ["other"], None, self_signed=True, server="xrdp"), None),
        (observed("srv", ["other"], None, self_signed=False), None),
        (observed("srv", ["*.corp.example"], None, self_signed=True), None),
        (observed("xn--mller-pc-65a.corp.example", [], "MÜLLER-PC"), "agree"),
        (observed("xn--mller-pc-65a", ["MÜLLER-PC"], None, self_signed=True), "agree"),
        (observed("xn--mller-pc-65a", [], "MULLER-PC"), "differ"),
        ([saw("nla.challenge", computer="SRV")], None),
    ],
)
def test_names_agree_or_show_another_machine(
    observations: list[Observation], state: str | None
) -> None:
    assert derive(observations).get("host-names") == state


def looked_up(typed: str, failure: Failure | None, vantage: str) -> Observation:
    facts = {"asked": typed} if failure else {"asked": typed, "addresses": ["10.0.0.1"]}
    return saw("name.lookup", vantage, failure, status="nxdomain" if failure else "ok", **facts)


@pytest.mark.parametrize(
    ("typed", "failure", "state"),
    [
        ("srv.corp.example", Failure.NAME_NOT_FOUND, "full"),
        ("srv.corp.example", Failure.NAME_NO_ANSWER, "full"),
        ("srv", Failure.NAME_NOT_FOUND, "short"),
        ("srv.", Failure.NAME_NOT_FOUND, "short"),
        ("srv.corp.example", Failure.NAME_TIMEOUT, None),
        ("srv.corp.example", Failure.PROBE_DEADLINE, None),
        ("srv.corp.example", None, None),
        ("srv", None, None),
    ],
)
def test_the_form_of_a_name_tells_only_where_it_was_not_found(
    typed: str, failure: Failure | None, state: str | None
) -> None:
    here, there = looked_up(typed, failure, "dc1"), looked_up(typed, None, "direct")
    for observations in ([here], [here, there], [there, here]):
        assert derive(observations).get("asked-name") == state
    assert derive([saw("name.lookup", "dc1", Failure.NAME_NOT_FOUND)]).get("asked-name") is None


def judged(typed: str, *places: str, missing: str) -> Diagnosis:
    catalog = load(shipped())
    seen = [
        looked_up(typed, Failure.NAME_NOT_FOUND if place == missing else None, place)
        for place in places
    ]
    seen += [saw("port.tcp", place, state="open") for place in places if place != missing]
    return diagnose(Model.of(catalog), evidence_of(catalog, seen, Told()), {}, seen)


def share(diagnosis: Diagnosis, cause: str) -> float:
    return next(one.probability for one in diagnosis.verdict.causes if one.id == cause)


@pytest.mark.parametrize("places", [("dc1", "direct"), ("direct", "dc1")])
@pytest.mark.parametrize("missing", ["dc1", "direct"])
def test_a_full_name_that_one_place_does_not_find_is_no_short_name(
    places: tuple[str, str], missing: str
) -> None:
    full = judged("srv.corp.example", *places, missing=missing)
    assert share(full, "short-name-not-completed") < 0.05
    assert full.verdict.state == "inconclusive"
    assert full.step is not None
    assert full.step.id != "does-the-full-name-work"


def test_a_short_name_that_one_place_does_not_find_may_lack_its_completion() -> None:
    short = judged("srv", "dc1", "direct", missing="dc1")
    assert short.verdict.causes[0].id == "short-name-not-completed"
    assert short.verdict.state == "inconclusive"
