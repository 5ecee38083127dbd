"""From entries to rows: priors, likelihoods, prices, masks.

Strategy: one function for each kind of entry; ids become indices by one ``Index``.  What was
learned (an epoch) takes the place of what the expert wrote, before any floor is applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.catalog.entries import OTHER, Catalog, Evidence, Fix, Question
from bot.engine.advice import ban
from bot.engine.items import floor_of, item_of, said_of, states_of
from bot.engine.likelihood import distribution
from bot.engine.parts import Cost, Item, ModelFix, ModelQuestion, Row, UnknownEntry
from bot.engine.values import Epoch

SOLVES = (0.02, 0.98)
"""Bounds of P(fix cures | cause)."""

LEAST_PRIOR = 1e-6
"""No cause is impossible, whatever its entry says."""

NO_LEARNING = Epoch("")


@dataclass(frozen=True, slots=True)
class Index:
    """Where each id stands; all in sorted order."""

    causes: Mapping[str, int]
    fixes: Mapping[str, int]
    questions: Mapping[str, int]
    groups: Mapping[str, int]

    @classmethod
    def of(cls, catalog: Catalog) -> Self:
        """Number the catalog's entries; ``other`` is a cause like any."""
        return cls(
            _numbered({*catalog.causes, OTHER}),
            _numbered(set(catalog.fixes)),
            _numbered(set(catalog.questions)),
            _numbered(set(catalog.settings.access_groups)),
        )


def _numbered(ids: set[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(ids))}


def _place(index: Mapping[str, int], name: str, where: str) -> int:
    if name not in index:
        raise UnknownEntry(f"{where} names {name!r}, which does not exist")
    return index[name]


def prior(catalog: Catalog, index: Index, epoch: Epoch | None) -> Row:
    """P(cause) in index order; ``other`` has the settings' share unless it was learned."""
    learned = (epoch or NO_LEARNING).priors
    weights = {
        name: max(learned.get(name, cause.prior.value), LEAST_PRIOR)
        for name, cause in catalog.causes.items()
        if name != OTHER
    }
    total = sum(weights[name] for name in sorted(weights))
    other = learned.get(OTHER, catalog.settings.other_prior) if weights else 1.0
    return tuple(
        other if name == OTHER else weights[name] / total * (1.0 - other) for name in index.causes
    )


def evidence(catalog: Catalog, index: Index, epoch: Epoch | None) -> dict[str, Item]:
    """Every evidence item as rows, tempered by its trust."""
    return {
        name: item_of(entry, entry.origin, index.causes, _seen(epoch, name))
        for name, entry in sorted(catalog.evidence.items())
    }


def listed(catalog: Catalog) -> dict[str, dict[str, dict[str, float]]]:
    """Item or question -> cause -> state -> P(state | cause), of the pairs that entries list."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    entries: dict[str, Evidence | Question] = {**catalog.evidence, **catalog.questions}
    for name in sorted(entries):
        entry = entries[name]
        states, floor = tuple(states_of(entry)), floor_of(entry)
        pairs = said_of(entry)
        found[name] = {
            cause: dict(
                zip(states, distribution(states, pairs[cause], entry.otherwise, floor), strict=True)
            )
            for cause in sorted(pairs)
        }
    return found


def _seen(epoch: Epoch | None, name: str) -> Mapping[str, Mapping[str, float]]:
    return (epoch or NO_LEARNING).seen.get(name, {})


def fixes(catalog: Catalog, index: Index, epoch: Epoch | None) -> tuple[ModelFix, ...]:
    """Every fix in index order."""
    waits, learned = _waits(catalog, index), (epoch or NO_LEARNING).solves
    return tuple(
        _fix(catalog, index, catalog.fixes[name], (waits[name], learned.get(name, {})))
        for name in index.fixes
    )


def _fix(
    catalog: Catalog, index: Index, entry: Fix, more: tuple[int, Mapping[str, float]]
) -> ModelFix:
    waits, learned = more
    cures = {}
    for cure in entry.cures:
        well = learned.get(cure.cause, cure.well.value)
        cures[_place(index.causes, cure.cause, entry.id)] = min(max(well, SOLVES[0]), SOLVES[1])
    cost, able = _fix_cost(catalog, entry), catalog.settings.able.get(entry.who_can, 1.0)
    return ModelFix(
        id=entry.id,
        cures=tuple(sorted(cures.items())),
        planned=tuple((cause, solves * able) for cause, solves in sorted(cures.items())),
        able=able,
        cost=cost,
        price=able * cost.total + (1.0 - able) * catalog.settings.skip_cost,
        tier=entry.risk,
        group=_group(index, entry),
        temporary=entry.temporary,
        waits=waits,
        banned=ban(entry, catalog.settings),
    )


def _fix_cost(catalog: Catalog, entry: Fix) -> Cost:
    settings = catalog.settings
    weight = 1.0 if entry.who_can == "user" else settings.helper_weight
    return Cost(
        effort=entry.effort.value * weight,
        waiting=entry.waiting * settings.waiting_weight,
        disruption=settings.disruption if entry.disturbs_others else 0.0,
        risk=settings.risk_price[entry.risk],
        minutes=entry.effort.value + entry.waiting,
    )


def _group(index: Index, entry: Fix | Question) -> int:
    access = entry.needs_access
    return -1 if access is None else _place(index.groups, access, entry.id)


def _waits(catalog: Catalog, index: Index) -> dict[str, int]:
    """Per fix the mask of those that its ``after`` or their ``before`` put ahead of it."""
    waits = dict.fromkeys(index.fixes, 0)
    for name, entry in catalog.fixes.items():
        for earlier in entry.after:
            waits[name] |= 1 << _place(index.fixes, earlier, name)
        for later in entry.before:
            _place(index.fixes, later, name)
            waits[later] |= 1 << index.fixes[name]
    return waits


def questions(catalog: Catalog, index: Index, epoch: Epoch | None) -> tuple[ModelQuestion, ...]:
    """Every question in index order."""
    return tuple(
        _question(catalog, index, catalog.questions[name], epoch) for name in index.questions
    )


def _question(
    catalog: Catalog, index: Index, entry: Question, epoch: Epoch | None
) -> ModelQuestion:
    item = item_of(entry, "question", index.causes, _seen(epoch, entry.id))
    unsure = min(max(entry.not_sure_share, 0.0), 0.95)
    annoyance = catalog.settings.annoyance.get(entry.annoyance, 0.0)
    cost = Cost(entry.effort.value, 0.0, annoyance, minutes=entry.effort.value)
    return ModelQuestion(
        item=item,
        cost=cost,
        price=cost.total,
        group=_group(index, entry),
        not_sure=unsure,
        answers=tuple(
            (state, tuple(value * (1.0 - unsure) for value in row))
            for state, row in item.rows.items()
        ),
        closes=tuple(
            (
                _closed(catalog.fixes, index.fixes, entry.id, state),
                _closed(catalog.questions, index.questions, entry.id, state),
            )
            for state in item.rows
        ),
    )


def _closed(
    entries: Mapping[str, Fix] | Mapping[str, Question],
    index: Mapping[str, int],
    item: str,
    state: str,
) -> int:
    """The mask of entries whose conditions rule them out once ``item`` is in ``state``."""
    known, out = {item: state}, 0
    for name, each in entries.items():
        if (item in each.only_if or item in each.not_if) and not fits(each, known):
            out |= 1 << index[name]
    return out


def fits(entry: Fix | Question, known: Mapping[str, str]) -> bool:
    """Whether ``only_if`` and ``not_if`` leave an entry open, given the known states."""
    return all(
        known[item] in states for item, states in entry.only_if.items() if item in known
    ) and not any(known.get(item) in states for item, states in entry.not_if.items())
