"""Places compared in sentences: the hop at fault is named, and a jump box never blames the host."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.catalog import load, shipped
from bot.desk import places, saying
from bot.desk.diagnosis import Diagnosis, Told, diagnose, evidence_of
from bot.desk.ladder import rows
from bot.engine import Model
from bot.evidence import Failure, Observation
from tests.desk import office as o

CATALOG = load(shipped())
MODEL = Model.of(CATALOG)
TARGET = (o.HOST, 3389)


def judged(seen: Sequence[Observation]) -> Diagnosis:
    return diagnose(MODEL, evidence_of(CATALOG, seen, Told()), {}, seen)


def said(*sights: Sequence[Observation]) -> str:
    seen = [each for sight in sights for each in sight]
    found = judged(seen)
    both = saying.headline(found.verdict, found.evidence, CATALOG, (TARGET, seen))
    return " ".join(filter(None, both))


def stopped(place: str, probe: str, failure: Failure, **facts: str) -> list[Observation]:
    """A healthy look up to a probe that failed."""
    seen = [each for each in o.healthy(place) if each.vantage == place]
    at = next((at for at, each in enumerate(seen) if each.probe == probe), len(seen) - 1)
    rest = [Observation.not_run(each.probe, "not reached") for each in seen[at + 1 :]]
    made = Observation.failed(probe, failure, **facts)
    return [*seen[:at], *(each.stamped(place, 1.0) for each in (made, *rest))]


def silent(place: str) -> list[Observation]:
    return stopped(place, "port.tcp", Failure.TCP_TIMEOUT, state="timeout")


def test_the_way_from_here_is_at_fault_and_not_the_host() -> None:
    assert said(o.healthy("dc1"), silent("direct")).startswith(
        "The host is fine; something between your network and it blocks port 3389."
    )


def test_the_way_from_one_jump_box_is_at_fault() -> None:
    assert said(silent("dc2"), o.healthy("dc1")).startswith(
        f"dc2 cannot reach {o.HOST} on port 3389, dc1 can: "
        "the path from dc2 is at fault, not the host."
    )


def test_name_servers_of_one_place_are_at_fault() -> None:
    unknown = stopped("dc2", "name.lookup", Failure.NAME_NOT_FOUND, status="nxdomain")
    assert (
        f"dc2 cannot resolve {o.HOST}, your network can: the name servers of dc2 are at fault"
        in said(unknown, o.healthy("direct"))
    )


def test_something_on_the_way_breaks_tls_off() -> None:
    broken = stopped("direct", "tls.certificate", Failure.TLS_CLOSED)
    hello = Observation.failed("tls.hello", Failure.TLS_CLOSED).stamped("direct", 1.0)
    assert "something between your network and it breaks TLS off" in said(
        o.healthy("dc1"), [*broken, hello]
    )


def test_a_fault_of_the_host_comes_first_and_the_hop_is_told_too() -> None:
    told = said(o.expired("dc1"), silent("direct"))
    assert "certificate has expired" in told
    assert "something between your network and it blocks port 3389." in told
    assert "The host is fine" not in told


@pytest.mark.parametrize("order", [("dc1", "dc2"), ("dc2", "dc1")])
def test_a_name_that_leads_to_two_machines(order: tuple[str, str]) -> None:
    first, second = (o.healthy(place) for place in order)
    other = Observation.passed("name.lookup", status="ok", addresses=["10.9.9.9"])
    second = [other.stamped(order[1], 1.0) if e.probe == "name.lookup" else e for e in second]
    assert f"to 10.1.2.3 from {order[0]} and to 10.9.9.9 from {order[1]}" in said(first, second)


def test_a_name_that_leads_to_another_machine_blames_no_way() -> None:
    """That one refuses; the way there says nothing of the way to the other machine."""
    lookup = Observation.passed("name.lookup", status="ok", addresses=["192.0.2.77"])
    refused = Observation.failed("port.tcp", Failure.TCP_REFUSED, state="refused")
    elsewhere = [each.stamped("direct", 1.0) for each in (lookup, refused)]
    sentence = said([*o.healthy("dc1")], elsewhere)
    assert "they may be two machines" in sentence
    assert "something between" not in sentence


def test_two_places_that_are_shown_different_certificates() -> None:
    told = said(o.healthy("dc1", sha256="aa"), o.healthy("direct", sha256="bb"))
    assert told.startswith("dc1 and your network are shown different certificates")


def test_two_places_that_get_different_answers() -> None:
    """The same request is refused to one place and granted to another."""
    here = [
        replace(each, facts={**each.facts, "answers": {"nla": "failure:2"}})
        if each.probe == "rdp.negotiation"
        else each
        for each in o.healthy("direct")
    ]
    told = said(o.healthy("dc1"), here)
    assert told.startswith("dc1 and your network get different answers: several machines answer")


def test_a_current_client_that_only_one_place_is_refused_with() -> None:
    def hello(place: str, word: str) -> Observation:
        found = Observation.passed("tls.hello", versions=["TLSv1.2"], modern_client=word)
        return found.stamped(place, 1.0)

    told = said(
        [*o.healthy("dc1"), hello("dc1", "refused")],
        [*o.healthy("direct"), hello("direct", "agrees")],
    )
    assert told.startswith(
        f"{o.HOST} refuses the TLS of a Windows 11 PC to dc1 and takes it from your network: "
        "something on the way is at least as likely as the host."
    )


def test_places_that_agree_are_not_compared() -> None:
    seen = [*o.healthy("dc1"), *o.healthy("dc2")]
    assert places.apart(seen, TARGET, CATALOG) == ""
    assert places.apart(o.healthy("dc1"), TARGET, CATALOG) == ""


@pytest.mark.parametrize("failure", [each for each in Failure if each.startswith("jumpbox.")])
def test_a_jump_box_that_failed_says_nothing_about_the_host_and_what_to_do(
    failure: Failure,
) -> None:
    seen = stopped("dc1", "jumpbox.session", failure)
    told = said(seen)
    assert told.startswith("Jump box dc1 ")
    assert f"Nothing was sent to {o.HOST}, so this says nothing about it." in told
    assert told.endswith(places.REMEDIES[failure].format(box="dc1"))


def test_one_jump_box_that_failed_leaves_the_verdict_to_the_other() -> None:
    told = said(o.box_down("dc2"), o.healthy("dc1"))
    assert told.startswith("Everything that can be seen without a password is fine from dc1:")
    assert "Jump box dc2 does not answer." in told
    assert "so this says nothing about it" in told


def test_a_jump_box_lost_half_way_holds_nothing_against_the_host() -> None:
    lost = Observation.failed("jumpbox.session", Failure.JUMPBOX_UNREACHABLE).stamped("dc1", 1.0)
    told = said([*o.healthy("dc1")[1:3], lost])
    assert "Nothing was sent" not in told
    assert "incomplete and not held against it" in told


def test_what_else_is_said_stays_apart_from_the_cause_and_its_chance() -> None:
    seen = [*o.expired("dc1"), *silent("direct")]
    found = judged(seen)
    first = [each for each in found.verdict.causes if each.id == "certificate-expired"]
    decided = replace(found.verdict, state="found", causes=tuple(first))
    said, besides = saying.headline(decided, found.evidence, CATALOG, (TARGET, seen))
    assert said == CATALOG.causes["certificate-expired"].title
    assert besides.endswith("blocks port 3389.")


def test_a_sign_in_that_is_not_offered_is_not_said_to_be_fine() -> None:
    assert "name, port, RDP, certificate and sign-in." in said(o.healthy("dc1"))
    kept = [each for each in o.healthy("dc1") if each.probe != "nla.challenge"]
    seen = [
        Observation.passed("rdp.negotiation", security="tls-no-nla", server="xrdp").stamped(
            "dc1", 1
        )
        if each.probe == "rdp.negotiation"
        else each
        for each in kept
    ]
    absent = Observation.failed("nla.challenge", Failure.NLA_NOT_OFFERED).stamped("dc1", 1.0)
    assert "name, port, RDP and certificate." in said([*seen, absent])


def test_a_jump_box_on_the_way_to_another_is_the_one_that_is_named() -> None:
    """dc2 lies behind dc1, which is down: dc1 is told of once, and nobody is sent to dc2."""
    down = [each.stamped("dc2", 1.0) for each in o.box_down("dc1")]
    behind = [
        replace(each, facts={**each.facts, "box": "dc1"}) if each.failure is not None else each
        for each in down
    ]
    told = said(behind)
    assert told.startswith(
        "Jump box dc1 does not answer. It is on the way to dc2. Nothing was sent"
    )
    assert told.endswith("see whether dc1 runs and answers SSH.")
    both = said(o.box_down("dc1"), behind)
    assert both == told
    (row,) = [r for r in rows(CATALOG, behind, TARGET, live=False) if r.title == "Jump box"]
    assert row.detail == "jump box dc1 does not answer"
