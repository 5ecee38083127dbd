"""What is counted, under which names, and that two bots in one process count apart."""

import logging
import re

from bot.evidence import Failure, Observation, Status
from bot.wiring.meters import Meters

FORM = re.compile(
    rb'^(# (HELP|TYPE) .*|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+|)$'
)


def value(meters: Meters, line: str) -> float | None:
    """The number that stands behind a name and its labels."""
    for each in meters.text().decode().splitlines():
        name, _, number = each.rpartition(" ")
        if name == line:
            return float(number)
    return None


def seen(probe: str, failure: Failure | None = None) -> Observation:
    status = Status.PASSED if failure is None else Status.FAILED
    return Observation(probe, "dc1", status, failure)


def test_everything_is_in_the_text_format_from_the_start() -> None:
    meters = Meters()
    lines = meters.text().splitlines()
    assert [line for line in lines if not FORM.match(line)] == []
    for name in (
        *("ack_seconds_count", "verdict_seconds_count", "look_seconds_count", "looks_running"),
        *("plan_seconds_count", "store_write_seconds_count", "store_failures_total", "ready"),
        *("slack_connected", "slack_silence_seconds", "intents_pending", "parcels_waiting"),
    ):
        assert value(meters, f"rdp_triage_{name}") == 0
    assert value(meters, "process_resident_memory_bytes")
    assert value(meters, "process_open_fds")


def test_what_happens_is_counted() -> None:
    meters = Meters()
    meters.acknowledged(0.02, 200)
    meters.acknowledged(0.7, 503)
    meters.looked(1.0, [seen("port.tcp"), seen("port.tcp", Failure.TCP_TIMEOUT)])
    meters.reloaded("settings", "taken")
    meters.tickets([("open", 3)])
    wanted = {
        'rdp_triage_ack_seconds_bucket{le="0.025"}': 1,
        'rdp_triage_ack_seconds_bucket{le="0.3"}': 1,
        "rdp_triage_ack_seconds_count": 2,
        'rdp_triage_deliveries_total{status="503"}': 1,
        'rdp_triage_probes_total{outcome="passed",probe="port.tcp",vantage="dc1"}': 1,
        'rdp_triage_probes_total{outcome="tcp.timeout",probe="port.tcp",vantage="dc1"}': 1,
        'rdp_triage_reloads_total{result="taken",what="settings"}': 1,
        'rdp_triage_tickets{state="open"}': 3,
        'rdp_triage_tickets{state="resolved"}': 0,
    }
    assert {line: value(meters, line) for line in wanted} == wanted


def test_only_the_versions_in_use_are_shown() -> None:
    meters = Meters()
    meters.versions("1", "old", "e")
    meters.versions("1", "new", "e")
    assert b"old" not in meters.text()
    assert value(meters, 'rdp_triage_info{epoch="e",knowledge="new",version="1"}') == 1


def test_two_bots_in_one_process_count_apart() -> None:
    one, other = Meters(), Meters()
    one.failed()
    assert value(one, "rdp_triage_store_failures_total") == 1
    assert value(other, "rdp_triage_store_failures_total") == 0


def test_warnings_and_worse_are_counted() -> None:
    meters, log = Meters(), logging.getLogger("tests.wiring")
    handler = meters.handler()
    log.addHandler(handler)
    try:
        log.info("fine")
        log.warning("not so fine")
    finally:
        log.removeHandler(handler)
    assert value(meters, 'rdp_triage_log_lines_total{level="warning"}') == 1
    assert value(meters, 'rdp_triage_log_lines_total{level="info"}') is None
