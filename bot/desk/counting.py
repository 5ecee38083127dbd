"""Statistics in words: every number first, with the size of the sample that it comes from.

Strategy: pure.  A share of a few is no rate: up to four it is said to be too few, from five on the
interval stands beside it in which the true share lies 95 times in 100 (Wilson's score interval,
which also holds for small samples and for none or all: E. B. Wilson, JASA 22, 1927, p. 209).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt

from bot.catalog.entries import Catalog, Cause, Fix
from bot.desk.saying import clause
from bot.desk.view import Chart, Tally
from bot.desk.words import number
from bot.store.base import Pace, Stats

ENOUGH = 5
"""Cases from which on a share is told in parts of a hundred."""

MOST_NAMED = 6
MOST_BARS = 14
_Z = 1.959964


def tally(found: Stats, catalog: Catalog, days: int | None, today: date) -> Tally:
    """How it went: volume, ends, times, causes, and the fixes that work."""
    noun = "ticket" if found.tickets == 1 else "tickets"
    span = "since the first one" if days is None else f"in {_days(days)}"
    title = f"{found.tickets:,} {noun} {span}"
    charts = (
        _volume(found.days, days, today),
        Chart("How they stand", tuple((count, state) for state, count in found.states.items())),
        Chart("Causes of the resolved ones", _named(found.causes, catalog.causes)),
    )
    return Tally(title, _lines(found), tuple(c for c in charts if c.bars), _fixes(found, catalog))


def interval(worked: int, tried: int) -> tuple[float, float]:
    """The interval of a share, 95 in 100; (0, 1) where nothing is known."""
    if not tried:
        return 0.0, 1.0
    share, z2 = worked / tried, _Z * _Z
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    reach = _Z * sqrt(share * (1 - share) / tried + z2 / (4 * tried * tried)) / (1 + z2 / tried)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share(worked: int, tried: int) -> str:
    """7 of 9 (78 in 100; likely 45 to 94), or that these are too few to tell."""
    if tried < ENOUGH:
        return f"{worked:,} of {tried:,} (too few to tell)"
    low, high = (round(each * 100) for each in interval(worked, tried))
    return f"{worked:,} of {tried:,} ({round(worked / tried * 100)} in 100; likely {low} to {high})"


def _lines(found: Stats) -> tuple[str, ...]:
    resolved = found.states.get("resolved", 0)
    lines = []
    if resolved:
        verified = found.outcomes.get("verified", 0)
        lines.append(f"Repair seen by the probes: {share(verified, resolved)} of those resolved.")
    for said, pace in (
        ("From asking to the first verdict", found.to_verdict),
        ("From asking to resolved", found.to_outcome),
    ):
        if pace is not None:
            lines.append(f"{said}: {_pace(pace)}.")
    return tuple(lines)


def _pace(pace: Pace) -> str:
    noun = "ticket" if pace.tickets == 1 else "tickets"
    if pace.tickets < ENOUGH:
        return f"{pace.tickets} {noun}, too few to tell"
    return (
        f"half within {span(pace.median)}, 9 of 10 within {span(pace.p90)} "
        f"({pace.tickets:,} {noun})"
    )


def span(seconds: float) -> str:
    """A measured span with two digits: 0.8 s, 6.1 s, 11 min, 3.5 h, 2.1 days."""
    for size, word in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{number(seconds / size)} {word}"
    return f"{number(seconds)} s"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _named(
    counts: Mapping[str, int], entries: Mapping[str, Cause] | Mapping[str, Fix]
) -> tuple[tuple[int, str], ...]:
    some = list(counts.items())[:MOST_NAMED]
    return tuple((count, title_of(entries, each)) for each, count in some)


def title_of(entries: Mapping[str, Cause] | Mapping[str, Fix], name: str) -> str:
    """An entry by its title; one that is not in the knowledge base any more by its id."""
    return clause(entries[name].title) if name in entries else name.replace("-", " ")


def _fixes(found: Stats, catalog: Catalog) -> tuple[str, ...]:
    """Those that worked at all, the surest first: by the lower end of the interval."""
    tried = [(fix, record) for fix, record in found.fared.items() if record.worked]
    tried.sort(key=lambda each: (-interval(each[1].worked, each[1].tried)[0], each[0]))
    return tuple(
        f"{share(record.worked, record.tried)}  {title_of(catalog.fixes, fix)}"
        for fix, record in tried[:MOST_NAMED]
    )


def _volume(counts: Mapping[str, int], days: int | None, today: date) -> Chart:
    """Tickets a day, a week or a month, so that there are few bars; the last one is not over."""
    if not counts:
        return Chart("Volume", ())
    first = min(date.fromisoformat(next(iter(counts))), today)
    if days is not None:
        first = max(first, today - timedelta(days=days))
    length = max(1, (today - first).days + 1)
    size, word = next(
        (
            (size, word)
            for size, word in ((1, "day"), (7, "week"), (30, "30 days"))
            if length <= size * MOST_BARS
        ),
        (365, "year"),
    )
    bars: dict[date, int] = {}
    for day, count in counts.items():
        back = max(0, (today - date.fromisoformat(day)).days) // size
        begin = today - timedelta(days=(back + 1) * size - 1)
        bars[begin] = bars.get(begin, 0) + count
    shown = sorted(bars.items())[-MOST_BARS:]
    label = "on" if size == 1 else f"in the {word} from"
    return Chart(
        f"Volume a {word}" if size != 30 else "Volume in 30 days",
        tuple((count, f"{label} {begin.day} {begin:%b %Y}") for begin, count in shown),
    )
