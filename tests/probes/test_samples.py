"""Round trip times, jitter and loss from made-up handshakes and echoes."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.probes.line import Opened
from bot.probes.samples import facts, measure
from bot.vantage.base import Echo

HOST = IPv4Address("192.0.2.7")
LOST = Echo(84, "silence")
TIMES = st.floats(0.1, 400, allow_nan=False)


def opened(*times: float, alone: bool = False) -> list[Opened]:
    return [Opened(HOST, each, alone) for each in times]


def echoes(*times: float) -> list[Echo]:
    return [Echo(84, "reply", each) for each in times]


def test_handshakes_alone() -> None:
    found = facts(measure(opened(50, 44, 46, 42), 2.0, ()))
    assert found == {
        "rtt_ms": {"min": 40, "median": 43, "p95": 48},
        "jitter_ms": 4.0,
        "loss_pct": 0.0,
        "samples": 4,
        "method": "tcp handshakes",
    }


def test_one_sample_has_no_jitter() -> None:
    found = facts(measure(opened(41), 1.0, ()))
    assert found == {
        "rtt_ms": {"min": 40, "median": 40, "p95": 40},
        "loss_pct": 0.0,
        "samples": 1,
        "method": "tcp handshakes",
    }


def test_a_step_from_handshakes_to_pings_is_no_jitter() -> None:
    found = facts(measure(opened(50, 50), 0.0, echoes(40, 40)))
    assert found["jitter_ms"] == 0
    assert found["method"] == "tcp handshakes and ping"
    assert found["samples"] == 4


def test_without_the_leg_only_pings_tell() -> None:
    found = facts(measure(opened(90, 90), None, echoes(40, 42)))
    assert (found["rtt_ms"]["min"], found["samples"], found["method"]) == (40, 2, "ping")
    assert not measure(opened(90, 90), None, ()).rtts_ms


def test_a_leg_that_was_slower_than_all_gives_no_negative_time() -> None:
    assert facts(measure(opened(3, 5), 4.0, ()))["rtt_ms"]["min"] == 0


def test_p95_is_a_sample_and_not_the_worst_of_many() -> None:
    found = facts(measure(opened(*range(1, 21)), 0.0, ()))
    assert found["rtt_ms"]["p95"] == 19


@pytest.mark.parametrize(
    ("late", "lost"),
    [(1040, 1), (1000, 1), (1300, 1), (2040, 2), (3040, 2), (3300, 2)],
)
def test_a_syn_that_was_sent_again(late: float, lost: int) -> None:
    found = measure(opened(40, late, alone=True), 0.0, ())
    assert (found.lost, found.counted) == (lost, 2 + lost)
    assert facts(found)["samples"] == 1, "what was sent again measures nothing"
    assert facts(found)["loss_pct"] == round(100 * lost / (2 + lost), 1)


@pytest.mark.parametrize("late", [640, 900, 1500, 1800])
def test_a_slow_handshake_is_no_loss(late: float) -> None:
    found = measure(opened(40, late, alone=True), 0.0, ())
    assert (found.lost, found.counted) == (0, 2)
    assert facts(found)["samples"] == 2


def test_a_short_queue_at_the_host_is_no_loss() -> None:
    found = measure(opened(1, 1, 1003, 1, alone=False), 0.0, echoes(1, 1))
    assert (found.lost, found.counted) == (0, 3 + 2)
    assert facts(found)["loss_pct"] == 0
    assert facts(found)["rtt_ms"]["p95"] == 1
    assert found.note.startswith("1 of 4 handshakes")


def test_a_queue_or_loss_that_no_echo_tells_apart_is_no_number() -> None:
    """Half of the handshakes a second late may well be loss: it is not "no loss"."""
    found = measure(opened(1, 1003, 1, 1002, 3001, alone=False), 0.0, [LOST] * 2)
    assert "loss_pct" not in facts(found)
    assert found.note.startswith("3 of 5 handshakes")
    proven = measure([*opened(1, 1003, 1), *opened(1002, alone=True)], 0.0, ())
    assert facts(proven)["loss_pct"] == 25.0


def test_echoes_that_were_lost_as_well_turn_it_into_loss() -> None:
    found = measure(opened(1, 1, 1003, 1, alone=False), 0.0, [*echoes(1, 1, 1), LOST])
    assert (found.lost, found.counted) == (2, 3 + 2 + 4)
    assert not found.note


def test_the_ping_tells_how_late_a_single_handshake_is() -> None:
    assert measure(opened(1040, alone=True), 0.0, ()).lost == 0
    assert measure(opened(1040, alone=True), 0.0, echoes(40)).lost == 1


def test_silence_of_all_echoes_says_nothing() -> None:
    found = measure(opened(40, 41), 0.0, [LOST] * 8)
    assert (found.lost, found.counted, found.method) == (0, 2, "tcp handshakes")


def test_some_echoes_lost() -> None:
    found = facts(measure(opened(40), 0.0, [*echoes(*[40] * 7), LOST]))
    assert found["loss_pct"] == 11.1


@given(
    st.lists(st.tuples(st.floats(0, 8000, allow_nan=False), st.booleans()), max_size=15),
    st.none() | TIMES,
    st.lists(st.builds(Echo, st.just(84), st.sampled_from(["reply", "silence"]), TIMES)),
)
def test_any_samples_give_sound_numbers(
    times: list[tuple[float, bool]], leg: float | None, burst: list[Echo]
) -> None:
    found = measure([Opened(HOST, *one) for one in times], leg, burst)
    assert 0 <= found.lost <= found.counted
    assert all(found.rtts_ms)
    if found.rtts_ms:
        told = facts(found)
        rtt = told["rtt_ms"]
        assert 0 <= rtt["min"] <= rtt["median"] <= rtt["p95"]
        assert told.get("jitter_ms", 0) >= 0
        assert 0 <= told.get("loss_pct", 0) <= 100
        assert told["samples"] == sum(map(len, found.rtts_ms))
