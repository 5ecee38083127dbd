"""From what was learned to an epoch: what changed in words, what waits for a lead, what is kept.

Strategy: a value that moves two words or more from the expert's waits for approval; until then the
expert's holds (or what was approved before).  Ids of values: ``cause:ID``, ``fix:ID/CAUSE``,
``item:ID/CAUSE``.  An epoch's hash names its knowledge base and its values: equal hashes, equal
decisions.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from json import dumps

from bot.catalog.entries import OTHER, Catalog
from bot.catalog.words import HOW_COMMON, HOW_OFTEN, HOW_WELL, Scale
from bot.engine.compiling import listed
from bot.engine.learning import Learned
from bot.engine.values import Epoch

FAR = 2
"""Words between the expert's value and the learned one from which on a lead is asked."""

DIGITS = 6
"""Digits behind the point that an epoch keeps: the same on every machine."""

NOTHING = Epoch("")


@dataclass(frozen=True, slots=True)
class Change:
    """A learned value beside the one that held before, in words and numbers.

    ``tickets`` of ``among`` speak for it: with that cause, cured by that fix, seen in that state.
    """

    id: str
    what: str
    state: str
    before: float
    now: float
    before_word: str
    now_word: str
    tickets: float
    among: float
    held: bool = False

    @property
    def told(self) -> bool:
        """Whether its word changes: only then are people told."""
        return self.before_word != self.now_word


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an epoch would be, what it changes, and what waits.

    ``unknown`` are approvals that name no value.
    """

    epoch: Epoch
    changes: tuple[Change, ...]
    cases: int
    unknown: tuple[str, ...] = ()


def propose(
    learned: Learned, before: Epoch | None = None, approve: Collection[str] = ()
) -> Proposal:
    """Judge what was learned against the expert's words and the epoch in force."""
    old = before or NOTHING
    values = dict(_values(learned, old))
    far = {name for name, value in values.items() if value.far}
    accepted = {name for name in far if name in approve or values[name].known}
    changes = tuple(
        replace(change, held=name in far and name not in accepted)
        for name, value in sorted(values.items())
        for change in value.changes
    )
    held = far - accepted
    made = Epoch(
        "",
        _kept(learned.epoch.priors, old.priors, held, "cause:{}"),
        {
            fix: row
            for fix, causes in learned.epoch.solves.items()
            if (row := _kept(causes, old.solves.get(fix, {}), held, f"fix:{fix}/{{}}"))
        },
        {
            item: rows
            for item, states in learned.epoch.seen.items()
            if (rows := _kept_rows(states, old.seen.get(item, {}), held, f"item:{item}/{{}}"))
        },
        tuple(sorted(accepted | (held & set(old.approved)))),
    )
    unknown = tuple(sorted(set(approve) - set(values)))
    return Proposal(named(learned.expert.catalog, made), changes, learned.counts.cases, unknown)


@dataclass(frozen=True, slots=True)
class _Value:
    """Everything about one id: its changes by state, whether it is far, and approved already."""

    changes: tuple[Change, ...]
    far: bool
    known: bool


def _values(learned: Learned, old: Epoch) -> Iterator[tuple[str, _Value]]:
    yield from _of_priors(learned, old)
    yield from _of_solves(learned, old)
    yield from _of_seen(learned, old)


def _of_priors(learned: Learned, old: Epoch) -> Iterator[tuple[str, _Value]]:
    counts, catalog = learned.counts, learned.expert.catalog
    for cause, now in sorted(learned.epoch.priors.items()):
        if cause == OTHER:
            expert, title = catalog.settings.other_prior, "something not listed here"
        else:
            expert, title = catalog.causes[cause].prior.value, catalog.causes[cause].title
        tickets = counts.tickets[learned.expert.cause_index[cause]]
        name = f"cause:{cause}"
        yield _value(
            HOW_COMMON, old, (expert, old.priors.get(cause)),
            Change(name, title, "", 0.0, now, "", "", tickets, counts.cases),
        )  # fmt: skip


def _of_solves(learned: Learned, old: Epoch) -> Iterator[tuple[str, _Value]]:
    catalog = learned.expert.catalog
    for fix, causes in sorted(learned.epoch.solves.items()):
        for cause, now in sorted(causes.items()):
            expert = next(c.well.value for c in catalog.fixes[fix].cures if c.cause == cause)
            *_, cured, missed = learned.counts.tries[fix, cause]
            title = f"{catalog.fixes[fix].title} / {catalog.causes[cause].title}"
            yield _value(
                HOW_WELL, old, (expert, old.solves.get(fix, {}).get(cause)),
                Change(f"fix:{fix}/{cause}", title, "", 0.0, now, "", "", cured, cured + missed),
            )  # fmt: skip


def _of_seen(learned: Learned, old: Epoch) -> Iterator[tuple[str, _Value]]:
    catalog = learned.expert.catalog
    for item, causes in sorted(learned.epoch.seen.items()):
        entry = catalog.evidence.get(item) or catalog.questions[item]
        for cause, states in sorted(causes.items()):
            tickets = learned.counts.seen_tickets[item, cause]
            among = sum(tickets[state] for state in sorted(tickets))
            title = f"{entry.title} / {catalog.causes[cause].title}"
            before = old.seen.get(item, {}).get(cause, {})
            each = [
                _value(
                    HOW_OFTEN, old, (learned.pairs[item][cause][state], before.get(state)),
                    Change(
                        f"item:{item}/{cause}", title, state, 0.0, now, "", "",
                        tickets.get(state, 0.0), among,
                    ),
                )
                for state, now in states.items()
            ]  # fmt: skip
            changes = tuple(change for _, value in each for change in value.changes)
            far, known = (any(v.far for _, v in each), all(v.known for _, v in each))
            yield f"item:{item}/{cause}", _Value(changes, far, known)


def _value(
    scale: Scale, old: Epoch, before: tuple[float, float | None], change: Change
) -> tuple[str, _Value]:
    """Measure a change in words, from the expert's value and from the one in force."""
    expert, in_force = before
    approved = change.id in old.approved and in_force is not None
    held = in_force if in_force is not None else expert
    made = replace(
        change,
        before=held,
        before_word=scale.nearest(held),
        now_word=scale.nearest(change.now),
    )
    far = _steps(scale, expert, change.now) >= FAR
    known = approved and _steps(scale, held, change.now) < FAR
    return change.id, _Value((made,), far, known)


def _steps(scale: Scale, one: float, other: float) -> int:
    words = list(scale.words)
    return abs(words.index(scale.nearest(one)) - words.index(scale.nearest(other)))


def _kept(
    learned: Mapping[str, float], old: Mapping[str, float], held: Collection[str], form: str
) -> dict[str, float]:
    """The learned values; where one is held back the former one, if there is any."""
    kept = {}
    for key, value in sorted(learned.items()):
        if form.format(key) not in held:
            kept[key] = round(value, DIGITS)
        elif key in old:
            kept[key] = old[key]
    return kept


def _kept_rows(
    learned: Mapping[str, Mapping[str, float]],
    old: Mapping[str, Mapping[str, float]],
    held: Collection[str],
    form: str,
) -> dict[str, dict[str, float]]:
    kept: dict[str, dict[str, float]] = {}
    for key, row in sorted(learned.items()):
        if form.format(key) not in held:
            kept[key] = {state: round(value, DIGITS) for state, value in row.items()}
        elif key in old:
            kept[key] = dict(old[key])
    return kept


def named(catalog: Catalog, epoch: Epoch) -> Epoch:
    """The epoch with its hash: of the knowledge base and the values."""
    values = {**epoch.to_json(), "hash": catalog.hash}
    return replace(epoch, hash=sha256(dumps(values, sort_keys=True).encode()).hexdigest()[:16])


def carried(catalog: Catalog, epoch: Epoch) -> Epoch:
    """An epoch for a changed knowledge base: what no longer exists there is dropped."""
    pairs = listed(catalog)
    cures = {name: {cure.cause for cure in fix.cures} for name, fix in catalog.fixes.items()}
    solves = {
        fix: {cause: value for cause, value in row.items() if cause in cures.get(fix, ())}
        for fix, row in epoch.solves.items()
    }
    seen = {
        item: {
            cause: dict(row)
            for cause, row in causes.items()
            if set(row) == set(pairs.get(item, {}).get(cause, ()))
        }
        for item, causes in epoch.seen.items()
    }
    kept = Epoch(
        "",
        {c: v for c, v in epoch.priors.items() if c == OTHER or c in catalog.causes},
        {fix: row for fix, row in solves.items() if row},
        {item: causes for item, causes in seen.items() if causes},
    )
    ids = {f"cause:{cause}" for cause in kept.priors}
    ids |= {f"fix:{fix}/{cause}" for fix, row in kept.solves.items() for cause in row}
    ids |= {f"item:{item}/{cause}" for item, rows in kept.seen.items() for cause in rows}
    return named(catalog, replace(kept, approved=tuple(sorted(ids & set(epoch.approved)))))
