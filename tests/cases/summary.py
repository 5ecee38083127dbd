"""Figures of a set of scored cases: shares with intervals, losses, targets beside them.

Strategy: the interval is the middle 95 % of means of resampled cases (bootstrap, percentile form),
with a fixed seed for each set and figure, so that equal input prints equal text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from tests.cases.scoring import Loss, Row, Score

SAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be: at least this much, or (``most``) at most."""

    bound: float
    most: bool = False

    def verdict(self, value: float) -> str:
        """``met`` or ``missed``."""
        return "met" if (value <= self.bound if self.most else value >= self.bound) else "missed"

    def __str__(self) -> str:
        return f"{'<=' if self.most else '>='} {self.bound:.0%}".replace("%", " %")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases with its 95 % interval, and the strict one, without kin tags."""

    name: str
    value: float
    low: float
    high: float
    strict: float
    strict_low: float
    strict_high: float
    target: Target | None


@dataclass(frozen=True, slots=True)
class Losses:
    """A mean loss of the engine and of the priors alone; the strict ones without kin tags."""

    name: str
    value: float
    prior: float
    strict: float
    strict_prior: float

    @property
    def verdict(self) -> str:
        """Whether the evidence made the probabilities better than the priors are."""
        return "met" if self.value < self.prior else "missed"


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one set of cases."""

    name: str
    count: int
    shares: tuple[Share, ...]
    losses: tuple[Losses, ...]
    mistakes: tuple[Row, ...]


TARGETS: Mapping[tuple[str, str], Target] = {
    ("wire", "top-1"): Target(0.90),
    ("wire+told", "top-1"): Target(0.65),
    ("wire+told", "top-3"): Target(0.85),
    ("all", "top-3"): Target(0.55),
    ("all", "true layer first"): Target(0.60),
    ("all", "confident mistakes"): Target(0.03, most=True),
    ("open", "open honest"): Target(0.90),
}

SETS: Mapping[str, frozenset[str]] = {
    "wire": frozenset({"wire"}),
    "told": frozenset({"told"}),
    "wire+told": frozenset({"wire", "told"}),
    "open": frozenset({"open"}),
}

MEASURES: Mapping[str, Callable[[Score], bool]] = {
    "top-1": lambda score: score.rank == 1,
    "top-3": lambda score: score.rank is not None and score.rank <= 3,
    "true layer first": lambda score: score.layer,
    "confident mistakes": lambda score: score.mistake,
}


def summaries(rows: Sequence[Row]) -> list[Summary]:
    """All cases, then each set of groups that has any."""
    sets = {"all": list(rows)}
    for name, groups in SETS.items():
        sets[name] = [row for row in rows if row.group in groups]
    return [_summary(name, chosen) for name, chosen in sets.items() if chosen]


def _summary(name: str, rows: Sequence[Row]) -> Summary:
    shares = [
        _share((name, measure), [(hit(row.kind), hit(row.strict)) for row in rows])
        for measure, hit in MEASURES.items()
    ]
    if name == "open":
        shares.append(_share((name, "open honest"), [(row.honest, row.honest) for row in rows]))
    return Summary(
        name,
        len(rows),
        tuple(shares),
        (
            _losses("log-loss", rows, lambda loss: loss.log),
            _losses("Brier", rows, lambda loss: loss.brier),
        ),
        tuple(row for row in rows if row.kind.mistake),
    )


def _losses(name: str, rows: Sequence[Row], value: Callable[[Loss], float]) -> Losses:
    return Losses(
        name,
        fmean(value(row.kind.loss) for row in rows),
        fmean(value(row.kind.prior) for row in rows),
        fmean(value(row.strict.loss) for row in rows),
        fmean(value(row.strict.prior) for row in rows),
    )


def _share(what: tuple[str, str], hits: Sequence[tuple[bool, bool]]) -> Share:
    kind, strict = [each for each, _ in hits], [each for _, each in hits]
    low, high = interval(kind, " ".join(what))
    strict_low, strict_high = interval(strict, " ".join(what))
    return Share(
        what[1], fmean(kind), low, high, fmean(strict), strict_low, strict_high, TARGETS.get(what)
    )


def interval(hits: Sequence[bool], seed: str) -> tuple[float, float]:
    """The 95 % bootstrap interval of a share of cases."""
    draw = Random(seed)  # noqa: S311  resampling, nothing secret
    means = sorted(sum(draw.choices(hits, k=len(hits))) / len(hits) for _ in range(SAMPLES))
    return means[round(0.025 * SAMPLES)], means[round(0.975 * SAMPLES) - 1]
