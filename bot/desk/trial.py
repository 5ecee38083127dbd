"""Two versions of the knowledge side by side: which proof cases and sessions end elsewhere.

Strategy: beliefs are cheap, plans are not.  Every case and every simulated session is believed
under both versions; steps are planned only where the versions can differ (``reach``), the most
moved cases first and the sessions as they were drawn, so that the shares are fair.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.catalog import ProofCase, catalog_cases
from bot.catalog.entries import OTHER
from bot.desk.cases import read_case, situation_of
from bot.desk.differing import Difference, difference
from bot.desk.leading import Met, Pair, Step, Task, played
from bot.desk.proof import complaint
from bot.desk.simworld import World
from bot.engine import Model, Situation, Verdict, verdict
from bot.engine.belief import posterior

LEAST = 0.01
"""From this reach on a next step is planned under both versions."""

MOST_PLANNED = 20
"""Of the cases, and of the sessions: so that it ends while somebody waits for it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How much to compare; ``most`` bounds the cases and the sessions that are planned."""

    sessions: int = 1000
    seed: int = 1
    most: int = MOST_PLANNED
    depth: int = 2
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What one version says of a case; ``step`` is None where it was not planned."""

    state: str
    cause: str
    probability: float
    step: Step | None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A proof case that the versions judge differently."""

    case: ProofCase
    before: Judged
    after: Judged
    complaint: str | None
    """Why the case does not hold with the new version."""

    @property
    def verdict(self) -> bool:
        """Whether state or first cause differ."""
        return (self.before.state, self.before.cause) != (self.after.state, self.after.cause)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Simulated sessions: how many may be touched, how many were planned, what became of those."""

    count: int
    seed: int
    touched: int
    planned: int
    first: int
    """Planned ones whose first step differs."""
    later: int
    ways: tuple[tuple[Step, Step, int], ...]
    """(step before, step after, how often), the commonest first."""

    def share(self, changed: int) -> float:
        """Of all sessions, estimated from those planned."""
        return changed / self.planned * self.touched / self.count if self.planned else 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """The comparison."""

    before: str
    after: str
    difference: Difference
    cases: int
    planned: int
    """Cases whose next step was planned."""
    left: int
    """Cases that may be touched and were not planned."""
    changes: tuple[CaseChange, ...]
    sessions: Sessions


def compare(before: Model, after: Model, wish: Wish) -> Trial:
    """Compare two versions; raises BadCase where a proof case cannot be read."""
    pair, found = (before, after), difference(before.catalog, after.catalog)
    cases = catalog_cases(after.catalog.files)
    believed = [_believed(pair, found, case) for case in cases]
    asked = sorted((each for each in believed if each.reach >= LEAST), key=_Case.rank)
    tasks, touched = _drawn(pair, found, wish)
    chosen = [each.task for each in asked[: wish.most]]
    met = played(pair, [*chosen, *tasks[: wish.most]], wish.workers)
    steps = {each.task.key: each_met for each, each_met in zip(asked, met, strict=False)}
    changes = [change for each in believed if (change := each.change(steps)) is not None]
    return Trial(
        before.catalog.hash,
        after.catalog.hash,
        found,
        len(cases),
        len(chosen),
        len(asked) - len(chosen),
        tuple(changes),
        _sessions(wish, touched, met[len(chosen) :]),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    case: ProofCase
    task: Task
    verdicts: tuple[Verdict, Verdict]
    reach: float

    def rank(self) -> tuple[bool, float, str, int]:
        """Cases with another verdict first, then those that moved most."""
        before, after = (_first(each) for each in self.verdicts)
        return before[:2] == after[:2], -self.reach, self.case.file, self.case.line

    def change(self, steps: Mapping[str, Met]) -> CaseChange | None:
        """What differs, if anything does."""
        _, *planned = steps.get(self.task.key, (0, None, None))
        before, after = (
            Judged(*_first(judged), step)
            for judged, step in zip(self.verdicts, planned, strict=True)
        )
        broken = complaint(self.case, self.verdicts[1])
        change = CaseChange(self.case, before, after, broken)
        return change if change.verdict or before.step != after.step else None


def _first(judged: Verdict) -> tuple[str, str, float]:
    first = next(each for each in judged.causes if each.id != OTHER)
    return judged.state, first.id, first.probability


def _believed(pair: Pair, found: Difference, case: ProofCase) -> _Case:
    read = read_case(case.input, f"{case.file}:{case.line}")
    after = situation_of(pair[1].catalog, read)
    same = pair[0].catalog.evidence == pair[1].catalog.evidence
    before = after if same else situation_of(pair[0].catalog, read)
    before, after = _known(pair[0], before), _known(pair[1], after)
    verdicts = verdict(pair[0], before), verdict(pair[1], after)
    return _Case(case, Task(before, after), verdicts, found.reach(*map(_shares, verdicts)))


def _shares(judged: Verdict) -> dict[str, float]:
    return {each.id: each.probability for each in judged.causes}


def _known(model: Model, situation: Situation) -> Situation:
    """The part of a situation that a version has entries for."""
    seen, told = situation.evidence, situation.answers
    return replace(
        situation,
        evidence={
            item: state
            for item, state in seen.items()
            if item in model.evidence and state in model.evidence[item].rows
        },
        answers={each: state for each, state in told.items() if each in model.question_index},
    )


def _drawn(pair: Pair, found: Difference, wish: Wish) -> tuple[list[Task], int]:
    """The sessions that may be touched, as they are drawn from the new version."""
    tasks = []
    for number in range(wish.sessions):
        seed = f"{wish.seed}:{number}"
        world = World(pair[1], seed)
        look = world.look()
        before = _known(pair[0], look.start)
        was = dict(zip(pair[0].causes, posterior(pair[0], before), strict=True))
        now = dict(zip(pair[1].causes, look.weights, strict=True))
        if found.reach(was, now) >= LEAST:
            cause = world.cause(look.weights)
            tasks.append(Task(before, look.start, cause, seed, wish.depth))
    return tasks, len(tasks)


def _sessions(wish: Wish, touched: int, met: Sequence[Met]) -> Sessions:
    apart = [each for each in met if each[1] != each[2]]
    ways = Counter((before, after) for _, before, after in apart)
    ranked = sorted(ways.items(), key=lambda way: (-way[1], way[0]))
    first = sum(number == 0 for number, _, _ in apart)
    return Sessions(
        wish.sessions,
        wish.seed,
        touched,
        len(met),
        first,
        len(apart) - first,
        tuple((before, after, count) for (before, after), count in ranked),
    )
