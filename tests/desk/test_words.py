"""Facts in words, rows over several places, and what no fact can do to a card."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import ladder, words, words_path, words_security
from bot.evidence import Failure, Observation
from tests.desk import office as o
from tests.desk import small


def rows(*sights: list[Observation], live: bool = False) -> dict[str, tuple[str, str]]:
    seen = [each for sight in sights for each in sight]
    made = ladder.rows(small.catalog(), seen, (o.HOST, 3389), live=live)
    return {row.title: (row.mark, row.detail) for row in made}


def took(cipher: str) -> dict[str, str]:
    return {"result": "server-hello", "cipher": cipher}


def test_every_failure_has_words() -> None:
    assert set(words.FAILURES) == set(Failure)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.4, "1 s"), (12, "12 s"), (60, "1 minute"), (360, "6 minutes"),
     (7200, "2 hours"), (90_000, "1 day"), (400_000, "5 days")],
)  # fmt: skip
def test_spans_of_time(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"days_left": -3.2, "not_after": "2026-11-17T00:00:00+00:00"}, "expired 17 Nov 2026"),
        ({"days_left": 99.0, "not_after": "2027-05-19T00:00:00Z"}, "valid to 19 May 2027"),
        ({"days_left": 9.0, "not_after": "2027-05-19T00:00:00Z"},
         "valid to 19 May 2027, 9 days left"),
        ({"days_left": 179.4, "not_after": "2027-05-19T00:00:00Z",
          "not_before": "2026-11-20T00:00:00Z"}, "valid to 19 May 2027; made today"),
        ({"days_left": 176.0, "not_after": "2027-05-19T00:00:00Z",
          "not_before": "2026-11-20T00:00:00Z"}, "valid to 19 May 2027; made 4 days ago"),
        ({"days_left": 190.0, "not_after": "2027-05-19T00:00:00Z",
          "not_before": "2026-11-20T00:00:00Z"}, "not valid before 20 Nov 2026"),
        ({"matches_host": False, "subject": "CN=other"}, "made out to other"),
        ({"key_type": "rsa", "key_bits": 1024, "signature_hash": "sha1"},
         "1024-bit key; signed with SHA1"),
        ({"key_type": "ec", "key_bits": 192, "signature_hash": "md5"},
         "192-bit key; signed with MD5"),
        ({"key_type": "ec", "key_bits": 256, "signature_hash": "sha256"}, ""),
        ({"self_signed": False, "issuer": "CN=Corp CA"}, "issued by Corp CA"),
        ({}, ""),
    ],
)  # fmt: skip
def test_certificates(facts: dict[str, Any], said: str) -> None:
    assert "; ".join(words_security.certificate(facts)) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"patched": False, "clock_skew_s": 420.0},
            "answers, without the 2018 CredSSP update, clock 7 minutes ahead",
        ),
        ({"patched": True, "clock_skew_s": -0.4}, "answers, patched, clock right to 0.4 s"),
        ({"ntlm": "blocked", "os": "Windows 10 1809"}, "answers, NTLM is blocked, Windows 10 1809"),
        ({"computer": "SRV-APP-07", "patched": True}, "answers, patched"),
        ({"computer": "SRV-APP-07", "dns_computer": "srv-app-07.b.example"}, "answers"),
        (
            {"computer": "SRV-PRINT-03", "dns_computer": "srv-print-03.corp.example"},
            "answers as srv-print-03.corp.example",
        ),
    ],
)
def test_sign_in(facts: dict[str, Any], said: str) -> None:
    assert ", ".join(words_security.sign_in(facts, o.HOST)) == said


@pytest.mark.parametrize(
    ("ports", "ping", "said"),
    [
        ({"445": "open", "135": "open", "22": "refused"}, "reply",
         "445 and 135 open, 22 refused, answers ping"),
        ({"445": "open", "22": "timeout"}, "silence", "445 open, no answer to ping"),
        ({"445": "open", "135": "open", "22": "open"}, "unknown", "445, 135 and 22 open"),
        ({"445": "timeout", "135": "unreachable"}, "silence",
         "silent on every other port and to ping"),
        ({"445": "timeout"}, "reply", "silent on every other port, answers ping"),
        ({"445": "timeout"}, "unknown", "silent on every other port"),
        (None, "reply", "answers ping"),
    ],
)  # fmt: skip
def test_what_else_of_a_host_answers(ports: Any, ping: str, said: str) -> None:
    assert ", ".join(words_path.companions({"ports": ports, "ping": ping}, o.HOST)) == said


def test_the_host_is_a_row_only_where_it_was_looked_at() -> None:
    shut = Observation.failed("port.tcp", Failure.TCP_TIMEOUT, state="timeout").stamped("dc1", 0)
    ports = {"445": "timeout", "135": "timeout"}
    asleep = Observation.passed("host.companions", ports=ports, ping="silence").stamped("dc1", 0)
    awake = Observation.passed("host.companions", ports=ports, ping="reply").stamped("dc1", 0)
    spared = Observation.not_run("host.companions", "the RDP port opens").stamped("dc1", 0)
    assert rows([shut, asleep])["Host"] == ("fault", "silent on every other port and to ping")
    assert rows([shut, awake])["Host"] == ("ok", "silent on every other port, answers ping")
    assert "Host" not in rows([*o.healthy(), spared])


def test_names_and_versions() -> None:
    facts = {"status": "ok", "addresses": ["10.1.2.3", "10.1.2.4", "10.1.2.5"],
             "reverse": {"10.1.2.3": "srv-app-07.corp.example."}}  # fmt: skip
    named = words_path.name(facts, o.HOST)
    assert named == ["10.1.2.3, 10.1.2.4 and 1 more", "reverse name agrees"]
    facts["reverse"] = {"10.1.2.3": "other.corp.example."}
    assert words_path.name(facts, o.HOST)[1:] == ["reverse name is other.corp.example"]
    facts["canonical"] = "other.corp.example"
    assert words_path.name(facts, o.HOST)[1] == "an alias of other.corp.example"
    assert words_path.name({"status": "literal"}, "10.1.2.3") == ["typed as an address"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"versions": ["TLSv1.0", "TLSv1.2", "TLSv1.3"]}, "TLS 1.0, 1.2 and 1.3"),
        ({"versions": ["TLSv1.0"], "modern_client": "refused"},
         "a hardened Windows 11 PC fails: only TLS 1.0"),
        ({"versions": ["TLSv1.2"], "modern_client": "agrees"},
         "TLS 1.2 only, a Windows 11 PC agrees"),
        ({"versions": ["TLSv1.2", "TLSv1.3"], "modern_client": "agrees",
          "shapes": {"windows-11": {"result": "server-hello", "version": "TLSv1.3",
                                    "cipher": "TLS_AES_256_GCM_SHA384"}}},
         "TLS 1.2 and 1.3, a Windows 11 PC agrees with TLS 1.3, TLS_AES_256_GCM_SHA384"),
        ({"versions": ["TLSv1.2"], "modern_client": "refused",
          "shapes": {"wide": {"version": "TLSv1.2", "cipher": "TLS_RSA_WITH_RC4_128_SHA"}}},
         "TLS 1.2 only, a Windows 11 PC fails: no cipher in common "
         "(the host takes TLS_RSA_WITH_RC4_128_SHA)"),
        ({"versions": ["TLSv1.2"], "modern_client": "refused",
          "shapes": {"wide": took("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")}},
         "TLS 1.2 only, a Windows 11 PC fails, though not for the suite "
         "(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)"),
        ({"versions": ["TLSv1.2"], "modern_client": "refused",
          "shapes": {"wide": took("TLS_RSA_WITH_AES_128_CBC_SHA"),
                     "windows-11": took("TLS_RSA_WITH_RC4_128_SHA")}},
         "TLS 1.2 only, a Windows 11 PC fails: no cipher in common "
         "(the host takes TLS_RSA_WITH_RC4_128_SHA)"),
        ({"versions": ["TLSv1.0"], "modern_client": "refused",
          "shapes": {"wide": took("TLS_RSA_WITH_RC4_128_SHA")}},
         "a Windows 11 PC fails: only TLS 1.0, with TLS_RSA_WITH_RC4_128_SHA"),
        ({"versions": ["TLSv1.0"], "modern_client": "refused",
          "shapes": {"wide": took("TLS_RSA_WITH_RC4_128_SHA"),
                     "rsa-cbc": took("TLS_RSA_WITH_AES_128_CBC_SHA")}},
         "a hardened Windows 11 PC fails: only TLS 1.0"),
        ({"versions": ["SSLv3"], "modern_client": "refused"},
         "a Windows 11 PC fails: only SSLv3"),
        ({}, "answers"),
    ],
)  # fmt: skip
def test_versions_and_what_a_current_pc_makes_of_them(facts: dict[str, Any], said: str) -> None:
    assert ", ".join(words_security.tls(facts, "")) == said


def test_a_healthy_host_has_no_fault_and_says_what_was_seen() -> None:
    found = rows(o.healthy())
    assert "fault" not in [mark for mark, _ in found.values()]
    assert found["Port 3389"] == ("ok", "open in 41 ms")
    assert found["RDP security"] == ("ok", "requires NLA, Windows")
    assert found["TLS"] == ("not checked", "")
    assert "Jump box" not in found


def test_what_has_not_come_yet_is_on_its_way() -> None:
    found = rows(o.healthy()[:2], live=True)
    assert found["Name"][0] == "ok"
    assert found["Certificate"] == ("…", "")


def test_two_places_that_differ_are_named() -> None:
    found = rows(o.switched_off("direct"), o.expired("dc1"))
    assert found["Port 3389"] == (
        "fault",
        "refused: nothing listens there (from here); open in 41 ms (from dc1)",
    )
    assert rows(o.expired("dc1"), o.expired("dc2"))["Certificate"][1].count("expired") == 1


def test_a_jump_box_fault_is_a_row_of_its_own_and_said_once() -> None:
    found = rows(o.box_down())
    assert found.pop("Jump box") == ("fault", "the jump box does not answer")
    assert set(found.values()) == {("not checked", "")}


def test_one_reason_for_several_unchecked_rungs_is_said_once() -> None:
    shut = Observation.failed("port.tcp", Failure.TCP_REFUSED, state="refused").stamped("dc1", 0)
    names = ("rdp.negotiation", "tls.hello", "tls.certificate")
    rest = [Observation.not_run(each, "the port does not open").stamped("dc1", 0) for each in names]
    found = rows([shut, *rest])
    assert found["RDP security"] == ("not checked", "the port does not open")
    assert found["TLS"] == found["Certificate"] == ("not checked", "")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH answers, not RDP: SSH-2.0-OpenSSH_9.6"),
        (
            b"HTTP/1.1 400 Bad\r\n",
            "a web server answers, not RDP: HTTP/1.1 400 Bad",
        ),
        (b"220 mail ESMTP\r\n", "something other than RDP answers: 220 mail ESMTP"),
        (
            b"\x4a\x00\x00\x00\x0a8.0.36" + bytes(20),
            "something other than RDP answers: 4a 00 00 00 0a 38 2e 30 2e 33 36 00 00 00 00 00 …",
        ),
        (
            b"220 mail.corp.example ESMTP Postfix\r\n"[:32],
            "something other than RDP answers: 220 mail.corp.example ESMTP Post…",
        ),
        (b"\x15\x03\x01\x00\x02\x02\x46", "TLS answers, not RDP"),
        (b"\x1b[31m\r\n", "something other than RDP answers: 1b 5b 33 31 6d 0d 0a"),
        (b"", "something other than RDP answers"),
    ],
)
def test_a_stranger_on_the_port_is_named(first: bytes, said: str) -> None:
    facts = {"security": "not-rdp", "first_bytes": first.hex()}
    seen = Observation.failed("rdp.negotiation", Failure.RDP_NOT_RDP, **facts).stamped("dc1", 0)
    opened = Observation.passed("port.tcp", state="open", connect_ms=15.0).stamped("dc1", 0)
    found = rows([opened, seen])
    assert found["RDP security"][0] == "fault"
    assert found["RDP security"][1] == said
    assert found["Port 3389"] == ("ok", "open in 15 ms"), "the port is not what is wrong"


def test_answers_that_are_not_those_of_one_host_are_told() -> None:
    answers = {"nla": "selected:nla", "nla_ex": "failure:2"}
    seen = Observation.passed(
        "rdp.negotiation", security="unknown", server="windows", answers=answers
    ).stamped("dc1", 0)
    said = rows([seen])["RDP security"][1]
    assert said == "answers, Windows, not alike on every connection: several machines?"


@given(st.text(max_size=300))
def test_strings_of_a_target_stay_one_short_printable_line(text: str) -> None:
    [said] = words_security.certificate({"issuer": text, "self_signed": False})
    assert "\n" not in said
    assert len(said) <= 140
    assert all(char.isprintable() for char in said)
