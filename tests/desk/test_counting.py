"""Statistics in words: numbers with their samples, and nothing claimed of a few."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.counting import interval, share, span, tally
from bot.store.base import FixRecord, Pace, Stats
from tests.desk import small

TODAY = date(2026, 11, 20)
NOTHING = Stats(0, {}, {}, {}, {})


@pytest.mark.parametrize(
    ("worked", "tried", "low", "high"),
    # Newcombe, Statistics in Medicine 17, 1998, p. 861, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_literature(
    worked: int, tried: int, low: float, high: float
) -> None:
    found = interval(worked, tried)
    assert found[0] == pytest.approx(low, abs=1e-4)
    assert found[1] == pytest.approx(high, abs=1e-4)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_share_seen_lies_within_it(one: int, other: int) -> None:
    worked, tried = sorted((one, other))
    low, high = interval(worked, tried)
    assert 0 <= low <= high <= 1
    if tried:
        assert low - 1e-9 <= worked / tried <= high + 1e-9


def test_few_are_said_to_be_too_few() -> None:
    assert share(2, 3) == "2 of 3 (too few to tell)"
    assert share(7, 9) == "7 of 9 (78 in 100; likely 45 to 94)"
    assert share(1_200, 2_400) == "1,200 of 2,400 (50 in 100; likely 48 to 52)"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.84, "0.8 s"), (6.1, "6.1 s"), (660, "11 min"), (9_000, "2.5 h"), (2e5, "2.3 days")],
)
def test_spans_are_short(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_nothing_at_all_is_said_plainly() -> None:
    found = tally(NOTHING, small.catalog(), 30, TODAY)
    assert (found.title, found.lines, found.charts, found.fixes) == (
        "0 tickets in 30 days",
        (),
        (),
        (),
    )


def test_everything_stands_there_with_its_sample() -> None:
    stats = Stats(
        128,
        {"resolved": 97, "open": 31},
        {"verified": 61, "word": 36},
        {"certificate-expired": 40, "gone-since": 3},
        {},
        {"2026-11-01": 100, "2026-11-20": 28},
        {"fix-a": FixRecord(3, 3), "fix-b": FixRecord(70, 90), "fix-c": FixRecord(0, 9)},
        Pace(128, 6.2, 11.4),
        Pace(3, 600, 900),
    )
    found = tally(stats, small.catalog(), 30, TODAY)
    assert found.title == "128 tickets in 30 days"
    assert found.lines == (
        "Repair seen by the probes: 61 of 97 (63 in 100; likely 53 to 72) of those resolved.",
        "From asking to the first verdict: half within 6.2 s, 9 of 10 within 11 s (128 tickets).",
        "From asking to resolved: 3 tickets, too few to tell.",
    )
    volume, states, causes = found.charts
    assert [count for count, _ in volume.bars] == [100, 28]
    assert states.bars == ((97, "resolved"), (31, "open"))
    assert causes.bars[1] == (3, "gone since")
    # 70 of 90 is surer than 3 of 3, and what never worked is no fix that works.
    assert found.fixes == (
        "70 of 90 (78 in 100; likely 68 to 85)  fix b",
        "3 of 3 (too few to tell)  fix a",
    )


@given(
    st.dictionaries(st.dates(date(2020, 1, 1), TODAY), st.integers(1, 10_000), min_size=1),
    st.sampled_from([1, 7, 30, 90, 365, 3_650, None]),
)
def test_no_ticket_is_missing_from_the_volume_of_its_span(
    counts: dict[date, int], days: int | None
) -> None:
    since = None if days is None else date.fromordinal(TODAY.toordinal() - days)
    kept = {f"{day}": n for day, n in sorted(counts.items()) if since is None or day >= since}
    charts = tally(Stats(1, {}, {}, {}, {}, kept), small.catalog(), days, TODAY).charts
    shown = [count for chart in charts for count, _ in chart.bars]
    assert sum(shown) == sum(kept.values())
    assert len(shown) <= 15
