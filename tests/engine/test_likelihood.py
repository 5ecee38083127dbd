"""Words to likelihoods: the rest is spread, floors hold, rows stay distributions."""

from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.likelihood import distribution, floored, spread, tempered


def test_what_is_left_goes_to_the_unlisted_states_as_they_are_seen_otherwise() -> None:
    otherwise = {"ok": 0.5, "slow": 0.3, "dead": 0.2}
    row = distribution(("ok", "slow", "dead"), {"dead": 0.6}, otherwise, 0.005)
    assert row == pytest.approx((0.4 * 0.5 / 0.8, 0.4 * 0.3 / 0.8, 0.6))


def test_a_cause_that_is_not_listed_sees_the_base_rate() -> None:
    assert distribution(("a", "b"), {}, {"a": 0.7, "b": 0.3}, 0.005) == pytest.approx((0.7, 0.3))


def test_unlisted_states_never_seen_otherwise_share_evenly() -> None:
    row = distribution(("a", "b", "c"), {"a": 0.6}, {"a": 1.0}, 0.005)
    assert row == pytest.approx((0.6, 0.2, 0.2))


def test_lists_that_say_too_much_are_scaled() -> None:
    assert distribution(("a", "b"), {"a": 0.9, "b": 0.9}, {"a": 1.0}, 0.02) == (0.5, 0.5)


def test_certainty_is_cut() -> None:
    assert distribution(("a", "b"), {"a": 1.0}, {}, 0.02) == pytest.approx((0.98, 0.02))
    assert distribution(("a", "b"), {"a": 1.0}, {}, 0.005) == pytest.approx((0.995, 0.005))


def test_nothing_said_at_all_is_even() -> None:
    assert floored((0.0, 0.0), 0.02) == (0.5, 0.5)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda row: sum(row) > 1e-6),
    st.sampled_from([0.005, 0.02]),
)
def test_rows_are_distributions_above_the_floor(values: list[float], floor: float) -> None:
    row = floored(values, floor)
    assert sum(row) == pytest.approx(1.0, abs=1e-12)
    assert min(row) >= floor * (1 - 1e-12)


def test_shaky_items_count_half_their_decibels() -> None:
    row = (0.8, 0.2)
    firm, normal, shaky = (spread(tempered(row, trust)) for trust in ("firm", "normal", "shaky"))
    assert firm == pytest.approx(log(4))
    assert shaky == pytest.approx(log(4) / 2)
    assert shaky < normal < firm
