"""Several machines behind one name: what is wrong with one of them counts, whichever came first."""

from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.desk.diagnosis import Diagnosis, Told, diagnose, evidence_of
from bot.engine import Model
from bot.evidence import Failure, Observation, derive
from tests.evidence.build import changed, healthy, saw

CATALOG = load(shipped())
MODEL = Model.of(CATALOG)
GOOD = healthy()[4]


def member(**over: Any) -> Observation:
    """Another machine's certificate: as good as the first one's, but for some facts."""
    facts = {**GOOD.facts, "sha256": "bb", **over}
    return saw("tls.certificate", **{key: each for key, each in facts.items() if each is not None})


def farm(*certificates: Observation) -> list[Observation]:
    return [*healthy()[:4], *certificates, *healthy()[5:]]


def judged(seen: list[Observation]) -> Diagnosis:
    return diagnose(MODEL, evidence_of(CATALOG, seen, Told()), {}, seen)


BAD_MEMBER = member(days_left=-3.0)
BAD = (
    ({"days_left": -3.0}, "certificate-validity", "expired"),
    ({"days_left": 200.0}, "certificate-validity", "not-yet-valid"),
    ({"key_bits": 1024}, "certificate-key", "weak-key"),
    ({"signature_hash": "sha1"}, "certificate-key", "weak-hash"),
)


@pytest.mark.parametrize(("over", "item", "state"), BAD, ids=str)
@pytest.mark.parametrize("first", [True, False])
def test_the_worst_of_several_certificates_counts(
    over: dict[str, Any], item: str, state: str, first: bool
) -> None:
    pair = [member(**over), GOOD] if first else [GOOD, member(**over)]
    evidence = derive(farm(*pair))
    assert (evidence[item], evidence["certificates-shown"]) == (state, "several")
    assert judged(farm(*pair)).verdict.state != "healthy"


def test_an_expired_certificate_is_worse_than_one_that_has_not_begun() -> None:
    late, early = member(days_left=-3.0), member(days_left=200.0, sha256="cc")
    assert derive(farm(early, GOOD, late))["certificate-validity"] == "expired"
    assert derive(farm(late, early))["certificate-validity"] == "expired"


def test_what_is_not_known_of_one_certificate_takes_nothing_from_another() -> None:
    unknown = member(days_left=None, key_bits=None)
    evidence = derive(farm(unknown, GOOD))
    assert (evidence["certificate-validity"], evidence["certificate-key"]) == ("valid", "sound")


def test_only_dates_and_key_are_those_of_the_worst() -> None:
    """The first one leads for the rest: that of a member may well bear the member's own name."""
    other = member(days_left=-3.0, matches_host=False, self_signed=False)
    first = derive(healthy())
    expired = {"certificates-shown": "several", "certificate-validity": "expired"}
    assert derive(farm(GOOD, other)) == {**first, **expired}


@pytest.mark.parametrize("first", [True, False])
def test_a_certificate_that_only_one_of_several_cannot_show_whole(first: bool) -> None:
    broken = saw("tls.certificate", "jump1", Failure.CERT_UNREADABLE)
    seen = farm(broken, GOOD) if first else farm(GOOD, broken)
    evidence = derive(seen)
    assert (evidence["certificate-validity"], evidence["ladder"]) == ("valid", "unknown")
    assert judged(seen).verdict.state == "inconclusive"


def test_a_certificate_that_nobody_can_show_whole_stops_at_tls() -> None:
    broken = saw("tls.certificate", "jump1", Failure.CERT_UNREADABLE)
    assert derive(farm(broken))["ladder"] == "tls"


def test_a_hello_that_only_some_connections_take_leaves_the_ladder_open() -> None:
    seen = changed("tls.hello", unsteady=["windows-11"])
    evidence = derive(seen)
    assert (evidence["ladder"], evidence["tls-hello"]) == ("unknown", "server-hello")
    assert judged(seen).verdict.state == "inconclusive"


def test_a_bad_certificate_that_one_place_alone_has_met_is_a_difference() -> None:
    """The places share a certificate, and the luck of the second one makes nothing healthy."""
    there = [saw(one.probe, "direct", None, **one.facts) for one in farm(GOOD, member())]
    assert derive([*healthy(), *there])["vantages"] == "agree"
    there = [saw(one.probe, "direct", None, **one.facts) for one in farm(GOOD, BAD_MEMBER)]
    assert derive([*healthy(), *there])["vantages"] == "differ"
    assert judged([*healthy(), *there]).verdict.state != "healthy"


def test_a_place_that_met_machines_that_are_not_alike_has_looked() -> None:
    seen = [*changed("tls.hello", unsteady=["wide"]), *healthy("direct")]
    assert derive(seen)["ladder"] == "unknown"
    assert judged(seen).verdict.state == "inconclusive"


MIXED = {"rdp": "failure:5", "tls": "failure:3", "nla": "selected:nla", "nla_ex": "failure:3"}
NONE = dict.fromkeys(("rdp", "tls", "nla", "nla_ex"), "failure:3")


@pytest.mark.parametrize("told", [None, "no-certificate", "unknown"])
def test_a_certificate_that_only_one_of_several_lacks_is_not_said_to_be_none(
    told: str | None,
) -> None:
    seen = changed("rdp.negotiation", security=told, answers=MIXED)
    evidence = derive(seen)
    assert "security-layer" not in evidence
    assert (evidence["ladder"], evidence["rdp-answer"]) == ("unknown", "answers")
    verdict = judged(seen).verdict
    assert verdict.state == "inconclusive"
    assert verdict.causes[0].id != "no-usable-certificate"


def test_a_certificate_that_was_seen_on_another_connection_counts() -> None:
    """Every answer of the negotiation was refused, and a hello went to another machine."""
    seen = changed("rdp.negotiation", Failure.RDP_REFUSED, security="no-certificate", answers=NONE)
    evidence = derive(seen)
    assert "security-layer" not in evidence
    assert (evidence["ladder"], evidence["rdp-answer"]) == ("unknown", "answers")
    assert judged(seen).verdict.state == "inconclusive"


def test_a_host_that_shows_no_certificate_anywhere_has_none() -> None:
    seen = changed("rdp.negotiation", Failure.RDP_REFUSED, security="no-certificate", answers=NONE)
    evidence = derive(seen[:3])
    assert (evidence["ladder"], evidence["security-layer"]) == ("rdp", "no-certificate")
    assert evidence["rdp-answer"] == "refused"


@pytest.mark.parametrize("told", [Told(), Told(("0x904", "0x7"))])
def test_a_gap_that_one_place_alone_meets_is_as_likely_on_the_way(told: Told) -> None:
    """From the other place the same host agrees with a PC of today."""
    seen = [*changed("tls.hello", modern_client="refused"), *healthy("direct")]
    verdict = diagnose(MODEL, evidence_of(CATALOG, seen, told), {}, seen).verdict
    share = {each.id: each.probability for each in verdict.causes}
    assert verdict.state == "inconclusive"
    assert share["middlebox-breaks-tls"] >= share["tls-no-overlap"]
    assert share["middlebox-breaks-tls"] + share["tls-no-overlap"] > 0.4


def test_a_gap_that_every_place_meets_is_found() -> None:
    gap = changed("tls.hello", modern_client="refused")
    there = [saw(one.probe, "direct", None, **one.facts) for one in gap]
    for seen in (gap, [*gap, *there]):
        verdict = judged(seen).verdict
        assert (verdict.state, verdict.causes[0].id) == ("found", "tls-no-overlap")
