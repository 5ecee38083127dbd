"""Several machines behind one name, in sentences: which one is meant, and what only may be."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk import members, words_security
from bot.evidence import Failure, Observation
from tests.desk import office as o
from tests.desk.test_places import said

GOOD = {"subject": "CN=SRV-APP-07", "sha256": "aa" * 32, "days_left": 99.0,
        "not_after": "2027-05-19T00:00:00Z", "key_type": "rsa", "key_bits": 2048}  # fmt: skip
BAD = {**GOOD, "subject": "CN=SRV-APP-08", "sha256": "bb" * 32, "days_left": -9.0,
       "not_after": "2026-05-19T00:00:00Z"}  # fmt: skip


def farm(*certificates: dict[str, Any] | None, place: str = "dc1") -> list[Observation]:
    """A healthy host that shows these certificates; None is one that cannot be read."""
    seen = [each for each in o.healthy(place) if each.probe != "tls.certificate"]
    for facts in certificates:
        made = (
            Observation.failed("tls.certificate", Failure.CERT_UNREADABLE, "not a certificate")
            if facts is None
            else Observation.passed("tls.certificate", **facts)
        )
        seen.append(made.stamped(place, 1.0))
    return seen


def with_facts(probe: str, **facts: Any) -> list[Observation]:
    return [
        replace(each, facts={**each.facts, **facts}) if each.probe == probe else each
        for each in o.healthy("dc1")
    ]


@pytest.mark.parametrize("pair", [(GOOD, BAD), (BAD, GOOD)])
def test_the_bad_one_of_two_certificates_is_named(pair: tuple[dict[str, Any], ...]) -> None:
    told = said(farm(*pair))
    assert "certificate has expired" in told
    assert (
        f"{o.HOST} shows 2 certificates on different connections, and not all are in order: "
        "SRV-APP-08, SHA-256 bbbbbbbb; expired 19 May 2026."
    ) in told


def test_where_all_are_bad_none_is_singled_out() -> None:
    assert members.told(farm(BAD, {**BAD, "sha256": "cc" * 32}), o.HOST) == ""
    assert members.told(farm(BAD), o.HOST) == ""


def test_where_all_are_good_nothing_is_said() -> None:
    assert members.told(farm(GOOD, {**GOOD, "sha256": "cc" * 32}), o.HOST) == ""
    assert members.told(o.healthy("dc1"), o.HOST) == ""


def test_a_short_key_of_one_is_named_too() -> None:
    told = members.told(farm(GOOD, {**BAD, "days_left": 9.0, "key_bits": 1024}), o.HOST)
    assert "SRV-APP-08, SHA-256 bbbbbbbb" in told
    assert "1024-bit key" in told


def test_one_that_cannot_be_read_is_told() -> None:
    told = members.told(farm(GOOD, None), o.HOST)
    assert "met a sound certificate (not a certificate)" in told
    assert "perhaps several machines" in told


def test_a_missing_certificate_that_another_connection_showed_is_a_guess() -> None:
    answers = {"tls": "failure:3", "nla": "selected:nla", "nla_ex": "failure:3"}
    told = said(with_facts("rdp.negotiation", answers=answers, security="unknown"))
    assert "says on one connection that it has no certificate, and another gets TLS" in told
    assert "perhaps several machines" in told
    assert "has no certificate that RDP can use" not in told


def test_a_hello_that_not_every_connection_takes_is_a_guess() -> None:
    hello = Observation.passed("tls.hello", versions=["TLSv1.2"], unsteady=["wide"])
    told = said([*o.healthy("dc1"), hello.stamped("dc1", 1.0)])
    assert f"Not every connection to {o.HOST} gets TLS: perhaps" in told
    assert "perhaps several machines" in told
    assert "is fine" not in told
    row = words_security.tls(hello.facts, o.HOST)
    assert row == ["TLS 1.2 only", "not alike on every connection: several machines?"]


def test_each_place_is_told_once() -> None:
    seen = [*farm(GOOD, BAD), *farm(GOOD, BAD, place="direct")]
    assert members.told(seen, o.HOST).count("SHA-256") == 1
