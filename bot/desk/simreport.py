"""What simulated tickets came to, in numbers and findings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from bot.catalog.entries import OTHER
from bot.desk.simulating import Batch, Run, Wish
from bot.engine import Model, answered
from bot.engine.decision import decide
from bot.engine.safety import permitted

CHECKED = 200
"""Tickets for each look at which the questions that nobody was asked are tried."""

OFTEN = 0.005
"""Share of the tickets from which on a pair of causes that stay undecided is named."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures over the tickets; costs are the planner's minutes, shares 0 to 1."""

    tickets: int
    looks: int
    seed: int
    two_faults: bool
    steps_median: float
    steps_p90: float
    questions_median: float
    solved: float
    cost: float
    article_cost: float
    saved: float
    """Share of the article's cost that is saved; the article escalates at the best moment."""
    breaches: dict[str, int]
    useless_questions: tuple[str, ...]
    """Never asked, and at no look that was tried did two answers lead to different steps."""
    undecided: tuple[tuple[str, str, int], ...]
    """(true cause, the one held likelier, tickets) where the ticket had to be handed over."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"schema": 1, **asdict(self)}


def report(model: Model, wish: Wish, batches: Sequence[Batch]) -> Report:
    """Count it all up."""
    runs = [run for batch in batches for run in batch.runs]
    steps = sorted(run.steps for run in runs)
    cost = fmean(run.cost for run in runs)
    article = fmean(batch.article for batch in batches for _ in batch.runs)
    return Report(
        tickets=len(runs),
        looks=len(batches),
        seed=wish.seed,
        two_faults=wish.two_faults,
        steps_median=median(steps),
        steps_p90=steps[min(len(steps) - 1, int(len(steps) * 0.9))],
        questions_median=median(run.questions for run in runs),
        solved=fmean(run.solved for run in runs),
        cost=cost,
        article_cost=article,
        saved=1.0 - cost / article,
        breaches=dict(sorted(Counter(each for run in runs for each in run.breaches).items())),
        useless_questions=_useless(model, wish, batches),
        undecided=_undecided(runs),
    )


def _undecided(runs: Sequence[Run]) -> tuple[tuple[str, str, int], ...]:
    pairs = Counter((run.cause, run.runner) for run in runs if run.runner not in ("", OTHER))
    least = max(2, round(OFTEN * len(runs)))
    often = [
        (*pair, count) for pair, count in pairs.items() if count >= least and OTHER not in pair
    ]
    return tuple(sorted(often, key=lambda row: (-row[2], row[0], row[1])))


def _useless(model: Model, wish: Wish, batches: Sequence[Batch]) -> tuple[str, ...]:
    """Questions that were never asked are put at some looks, to see whether they would matter."""
    left = set(model.question_index) - {each for batch in batches for each in batch.asked}
    for batch in batches[: max(1, wish.tickets // CHECKED)]:
        start = batch.look.start
        open_ = permitted(model, start, batch.look.weights).questions
        for question in sorted(left):
            if open_ >> model.question_index[question] & 1 and _matters(model, batch, question):
                left.remove(question)
    return tuple(sorted(left))


def _matters(model: Model, batch: Batch, question: str) -> bool:
    steps = set()
    for state, _ in model.question(question).answers:
        made = decide(model, answered(model, batch.look.start, question, state))
        steps.add((made.kind, made.id))
        if len(steps) > 1:
            return True
    return False
