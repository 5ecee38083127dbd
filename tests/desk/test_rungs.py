"""Rows that are made from several observations, or from places that saw different things."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk import ladder, words_path, words_security
from bot.desk.rungs import RUNGS, say
from bot.evidence import Failure, Observation
from tests.desk import office as o
from tests.desk import small


def rows(*seen: Observation) -> dict[str, tuple[str, str]]:
    made = ladder.rows(small.catalog(), seen, (o.HOST, 3389), live=False)
    return {row.title: (row.mark, row.detail) for row in made}


def passed(probe: str, place: str = "dc1", **facts: Any) -> Observation:
    return Observation.passed(probe, **facts).stamped(place, 1.0)


def test_the_path_is_one_row() -> None:
    quality = passed(
        "path.quality", rtt_ms={"min": 38.0, "median": 41.2, "p95": 60.0}, jitter_ms=3.1,
        loss_pct=0.0, samples=14, method="tcp",
    )  # fmt: skip
    mtu = passed("path.mtu", verdict="full", mtu=1500, tested_bytes=1500)
    assert rows(quality, mtu)["Path"] == (
        "ok",
        "RTT 41 ms, jitter 3.1 ms, no loss in 14 samples, full-size packets pass (1500 bytes)",
    )
    assert "Path" not in rows(Observation.not_run("path.quality", "no echo").stamped("dc1", 0.0))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"verdict": "full"}, ["full-size packets pass"]),
        ({"verdict": "smaller", "mtu": 1400}, ["packets pass up to 1400 bytes"]),
        ({"verdict": "black-hole", "mtu": 1400},
         ["packets over 1400 bytes vanish without a word (black hole)"]),
        ({"verdict": "unknown"}, []),
    ],
)  # fmt: skip
def test_what_packets_pass(facts: dict[str, Any], said: list[str]) -> None:
    assert words_path.largest(facts) == said


def test_loss_is_told_with_its_samples() -> None:
    assert words_path.quality({"loss_pct": 14.3, "samples": 14}) == ["14 % lost in 14 samples"]
    assert words_path.quality({}) == []


def test_a_black_hole_that_failed_is_told() -> None:
    hole = Observation.failed("path.mtu", Failure.PATH_BLACK_HOLE, verdict="black-hole", mtu=1400)
    assert "packets over 1400 bytes vanish" in rows(hole.stamped("dc1", 1.0))["Path"][1]


@pytest.mark.parametrize("failure", [None, Failure.UDP_SILENT, Failure.UDP_REFUSED])
def test_udp_is_never_a_fault(failure: Failure | None) -> None:
    if failure is None:
        seen = passed("udp.transport", state="answers")
    else:
        state = failure.value.removeprefix("udp.")
        seen = Observation.failed("udp.transport", failure, state=state).stamped("dc1", 1.0)
    mark, said = rows(seen)["UDP"]
    assert mark == "ok"
    assert ("sessions can use it" if failure is None else "nothing fails for it") in said


def test_two_certificates_on_two_connections_are_both_shown() -> None:
    one = passed("tls.certificate", sha256="aa", not_after="2027-05-19T00:00:00Z", days_left=99.0)
    two = passed("tls.certificate", sha256="bb", not_after="2026-05-19T00:00:00Z", days_left=-9.0)
    assert rows(one, one)["Certificate"][1] == "valid to 19 May 2027"
    assert rows(one, two)["Certificate"][1] == (
        "2 different certificates in turn; "
        "(1) SHA-256 aa: valid to 19 May 2027; (2) SHA-256 bb: expired 19 May 2026"
    )


def test_each_of_several_certificates_is_named() -> None:
    facts: dict[str, Any] = {"not_after": "2027-05-19T00:00:00Z", "days_left": 99.0}
    one = passed("tls.certificate", sha256="aa" * 32, subject="CN=SRV-07", **facts)
    broken = Observation.failed("tls.certificate", Failure.CERT_UNREADABLE, "no DER")
    mark, said = rows(one, broken.stamped("dc1", 1.0))["Certificate"]
    assert (mark, said) == (
        "fault",
        "2 different certificates in turn; (1) SRV-07, SHA-256 aaaaaaaa: "
        "valid to 19 May 2027; (2) the certificate cannot be read: no DER",
    )


def test_of_certificates_with_labels_nobody_reads_a_name_twice() -> None:
    """A card cuts a long row, and what is cut may be the certificate that is bad."""
    facts: dict[str, Any] = {"not_after": "2027-05-19T00:00:00Z", "days_left": 99.0}
    facts |= {"subject": "CN=srv-farm-01.lab.example", "self_signed": True, "matches_host": True}
    one, two = (passed("tls.certificate", sha256=each * 64, **facts) for each in "ab")
    said = rows(one, two)["Certificate"][1]
    assert said.count("srv-farm-01.lab.example") == said.count("; self-signed") == 2
    assert len(said) <= 200


@pytest.mark.parametrize(
    ("failure", "detail", "said"),
    [
        (Failure.CERT_UNREADABLE, "not a certificate", "the certificate cannot be read"),
        (Failure.TLS_ALERT, "internal error", "answers with a TLS alert"),
    ],
)
def test_a_certificate_that_cannot_be_had_is_a_fault(
    failure: Failure, detail: str, said: str
) -> None:
    hello = passed("tls.hello", versions=["TLSv1.2"], modern_client="agrees")
    broken = Observation.failed("tls.certificate", failure, detail).stamped("dc1", 1.0)
    assert rows(hello, broken)["Certificate"] == ("fault", f"{said}; {detail}")


def test_a_certificate_that_came_too_late_is_no_fault() -> None:
    late = Observation.failed("tls.certificate", Failure.PROBE_DEADLINE).stamped("dc1", 1.0)
    assert rows(late)["Certificate"] == ("not checked", "not finished in time")


def test_the_certificate_that_windows_makes_is_told_as_such() -> None:
    one = passed("tls.certificate", sha256="aa", subject="CN=SRV-APP-07", self_signed=True)
    states = {"certificate-issuer": "windows-made"}
    assert words_security.certificates([one], states) == ["self-signed, as Windows makes it"]
    assert words_security.certificates([one], {}) == ["self-signed by SRV-APP-07"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (0x1F, ["requires NLA (restricted admin, Remote Credential Guard)"]),
        (0x08, ["requires NLA (restricted admin)"]),
        (0x07, ["requires NLA"]),
    ],
)
def test_flags_of_the_negotiation(flags: int, said: list[str]) -> None:
    assert words_security.rdp({"security": "nla-required", "flags": flags}, "") == said


def test_flags_mean_nothing_without_nla() -> None:
    told = words_security.rdp({"security": "rdp-only", "server": "windows", "flags": 0x1F}, "")
    assert told == ["offers plain RDP security only", "Windows"]


def test_a_clock_is_told_with_what_it_may_be_off() -> None:
    right = {"clock_skew_s": 0.2, "clock_skew_error_s": 0.2}
    assert words_security.sign_in(right, "")[-1] == "clock right to 0.4 s"
    wrong = {"clock_skew_s": -600.0, "clock_skew_error_s": 2.0}
    assert words_security.sign_in(wrong, "")[-1] == "clock 10 minutes behind (give or take 2 s)"
    unknown = {"clock_skew_s": 0.2, "clock_skew_error_s": 900.0}
    assert words_security.sign_in(unknown, "")[-1] == "clock known to 15 minutes only"


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (299.0, "4 minutes 59 s ahead"),
        (-301.4, "5 minutes 1 s behind"),
        (19800.0, "5 hours 30 minutes ahead"),
        (-3600.0, "1 hour behind"),
        (129600.2, "1 day 12 hours ahead"),
    ],
)
def test_a_wrong_clock_is_told_as_exactly_as_decides(skew: float, said: str) -> None:
    assert words_security.sign_in({"clock_skew_s": skew}, "")[-1] == f"clock {said}"


def test_a_name_that_netbios_cannot_tell_apart_is_told() -> None:
    own = {"computer": "APPLICATION-SER", "dns_computer": "application-server-02"}
    assert words_security.sign_in(own, "application-server-02.corp.example") == ["answers"]
    said = words_security.sign_in(own, "application-server-01.corp.example")
    assert said == ["answers as application-server-02"]


def test_a_name_in_another_script_is_the_name_that_was_typed() -> None:
    facts = {"computer": "MÜLLER-PC", "dns_computer": "müller-pc.corp.example", "ntlm": "none"}
    said = words_security.sign_in(facts, "xn--mller-pc-65a.corp.example")
    assert said == ["answers", "NTLM is not offered"]


def test_the_same_link_speaks_for_the_host() -> None:
    said = words_path.companions({"ping": "silence", "neighbour": "answers"}, "")
    assert said == ["no answer to ping", "its network card answers on the same link"]


def test_an_address_that_does_not_open_is_named_beside_one_that_does() -> None:
    dead = Observation.failed(
        "port.tcp", Failure.TCP_TIMEOUT, state="timeout", address="10.1.2.4"
    ).stamped("dc1", 1.0)
    live = passed("port.tcp", state="open", address="10.1.2.3", connect_ms=41.0)
    assert rows(dead, live)["Port 3389"] == (
        "ok",
        "open in 41 ms at 10.1.2.3, 10.1.2.4 times out",
    )


def test_what_places_share_is_said_once() -> None:
    first = passed("nla.challenge", patched=True, os="Windows 10 1809", clock_skew_s=0.3)
    other = passed("nla.challenge", "direct", patched=True, os="Windows 10 1809", clock_skew_s=0.5)
    assert rows(first, other)["Sign-in (NLA)"][1] == (
        "answers, patched, Windows 10 1809; "
        "clock right to 0.3 s (from dc1); clock right to 0.5 s (from here)"
    )


def test_a_clock_that_is_wrong_is_named_where_it_is_not_the_hosts() -> None:
    said = "the clock of dc1 is 900.0 s behind the bot's (to 0.5 s) and the host's"
    seen = replace(passed("nla.challenge", patched=True, clock_skew_s=0.3), detail=said)
    assert rows(seen)["Sign-in (NLA)"] == ("ok", f"answers, patched, clock right to 0.3 s, {said}")


def test_a_place_that_did_not_get_so_far_is_silent_on_the_rest() -> None:
    shut = Observation.failed("port.tcp", Failure.TCP_TIMEOUT, state="timeout")
    rest = Observation.not_run("tls.hello", "the port does not open")
    seen = [*o.healthy("dc1"), passed("tls.hello", versions=["TLSv1.2"])]
    found = rows(*seen, shut.stamped("direct", 1.0), rest.stamped("direct", 0.0))
    assert found["TLS"] == ("ok", "TLS 1.2 only (from dc1)")


def test_jump_boxes_are_named_where_one_of_them_failed() -> None:
    found = rows(passed("jumpbox.session", "dc1", connect_ms=20.0), *o.healthy("dc1"),
                 *o.box_down("dc2"))  # fmt: skip
    mark, said = found["Jump box"]
    assert mark == "fault"
    assert "dc2: the jump box does not answer" in said
    assert "dc1: reached" in said


def test_what_a_place_saw_before_it_was_lost_is_still_told() -> None:
    lost = Observation.failed("jumpbox.session", Failure.JUMPBOX_TIMEOUT, state="timeout")
    rest = Observation.not_run("tls.hello", "the jump box failed")
    seen = [*o.healthy("dc1")[1:3], lost.stamped("dc1", 1.0), rest.stamped("dc1", 0.0)]
    found = rows(*seen)
    assert found["Port 3389"] == ("ok", "open in 41 ms")
    assert found["TLS"] == ("not checked", "")


def test_the_reason_of_a_failed_handshake_stands_beside_it() -> None:
    shut = Observation.failed("tls.hello", Failure.TLS_CLOSED, "every hello is met by\na close")
    assert rows(shut.stamped("dc1", 1.0))["TLS"][1] == (
        "closes right after the client's first message; every hello is met by a close"
    )


def test_a_state_that_is_no_fault_is_told_all_the_same() -> None:
    quality = passed("path.quality", rtt_ms={"median": 300.0}, samples=9)
    rung = next(each for each in RUNGS if each.title == "Path")
    assert say(rung, [quality], o.HOST, {"path-quality": "slow"}) == [
        "RTT 300 ms", "9 samples", "so far away that a desktop feels slow",
    ]  # fmt: skip
