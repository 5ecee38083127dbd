"""Raw facts in a terminal: exact, aligned, in the order of the path, and harmless."""

import pytest

from bot.cli.details import details
from bot.evidence import Failure, Observation


def test_facts_stand_by_place_and_in_the_order_of_the_path() -> None:
    hello = Observation.passed(
        "tls.hello",
        shapes={"wide": {"result": "server-hello", "version": "TLSv1.2"}},
        versions=["TLSv1.2", "TLSv1.3"],
    ).stamped("dc1", 12.5)
    rdp = Observation.passed("rdp.negotiation", flags=31, answers={"tls": "failure:5"})
    shut = Observation.failed("port.tcp", Failure.TCP_REFUSED, state="refused")
    spared = Observation.not_run("tls.hello", "the port does not open")
    seen = [
        hello,
        rdp.stamped("dc1", 3.0),
        shut.stamped("direct", 1.0),
        spared.stamped("direct", 0),
    ]
    assert details(seen).splitlines() == [
        "Details, seen from dc1:",
        "  rdp.negotiation   passed, took 3 ms",
        "    answers",
        "      tls                failure:5",
        "    flags                31 (0x1f)",
        "  tls.hello         passed, took 12.5 ms",
        "    shapes",
        "      wide               server-hello, TLSv1.2",
        "    versions             TLSv1.2, TLSv1.3",
        "",
        "Details, seen from here:",
        "  port.tcp          failed: tcp.refused, took 1 ms",
        "    state                refused",
        "  tls.hello         not run: the port does not open",
    ]


def test_what_a_target_sent_stays_in_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    evil = "SRV\x1b[2J\nok  all fine\u202e" + "A" * 5000
    seen = Observation.passed(
        "tls.certificate", subject=evil, names=[evil], matches_host=True, extra={evil: evil}
    ).stamped("dc1", 1.0)
    made = details([seen])
    assert all(char.isprintable() or char == "\n" for char in made)
    assert not any(line.startswith("ok") for line in made.splitlines())
    assert len(made) < 5000
    assert "matches_host         true" in made
