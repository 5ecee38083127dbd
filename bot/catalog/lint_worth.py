"""Linter rules about worth: entries that cannot be told apart, or that change nothing."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from bot.catalog.entries import Catalog, Evidence, Fix, Question
from bot.catalog.places import Places, file_of
from bot.catalog.problems import Problem

SEPARATES = 1.5
"""A finding tells two causes apart when it is this many times likelier with one of them."""

_LEAST = 0.02

Item = Evidence | Question


def worth_problems(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Warnings: inseparable causes, dominated fixes, questions that cannot matter."""
    yield from _inseparable(catalog, places)
    yield from _dominated(catalog, places)
    yield from _useless(catalog, places)


def twin_problems(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Two causes with the same likelihoods and the same cures are one cause written twice."""
    items: list[Item] = [*catalog.evidence.values(), *catalog.questions.values()]
    tables = [(item, rows(item)) for item in items]
    cures: dict[str, list[tuple[str, float]]] = {}
    for fix in catalog.fixes.values():
        for cure in fix.cures:
            cures.setdefault(cure.cause, []).append((fix.id, cure.well.value))
    first: dict[object, str] = {}
    for cause in sorted(catalog.causes):
        likelihoods = tuple(
            tuple(round(share, 6) for _, share in sorted(table.get(cause, item.otherwise).items()))
            for item, table in tables
        )
        twin = first.setdefault((likelihoods, tuple(sorted(cures.get(cause, [])))), cause)
        if twin != cause:
            message = (
                f"the same findings and cures as {twin!r}: write what tells them apart, or keep one"
            )
            yield places.problem(file_of("cause", cause, catalog.causes[cause].layer), (), message)


def rows(item: Item) -> dict[str, dict[str, float]]:
    """P(state | cause) of the causes that an item lists; what is left goes as in otherwise."""
    listed: dict[str, dict[str, float]] = {}
    for row in item.says:
        listed.setdefault(row.cause, {})[row.state] = row.often.value
    return {cause: _filled(said, item.otherwise) for cause, said in listed.items()}


def separation(item: Item, one: str, two: str) -> float:
    """The largest ratio between two causes over the states of an item."""
    table = rows(item)
    first, second = table.get(one, item.otherwise), table.get(two, item.otherwise)
    ratios = [max(first[state], _LEAST) / max(second[state], _LEAST) for state in item.otherwise]
    return max(*ratios, 1 / min(ratios))


def _filled(said: Mapping[str, float], otherwise: Mapping[str, float]) -> dict[str, float]:
    left = max(0.0, 1.0 - sum(said.values()))
    base = sum(share for state, share in otherwise.items() if state not in said)
    return {
        state: said.get(state, left * share / base if base else 0.0)
        for state, share in otherwise.items()
    }


def _inseparable(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Two causes with different best fixes that nothing tells apart."""
    items: list[Item] = [*catalog.evidence.values(), *catalog.questions.values()]
    telling: dict[str, list[Item]] = {cause: [] for cause in catalog.causes}
    for item in items:
        for cause in {row.cause for row in item.says}:
            telling[cause].append(item)
    best = _best_fixes(catalog)
    for one, two in combinations(sorted(catalog.causes), 2):
        if best.get(one) == best.get(two):
            continue
        candidates = {item.id: item for item in (*telling[one], *telling[two])}
        if not any(separation(item, one, two) >= SEPARATES for item in candidates.values()):
            message = f"nothing tells it apart from {two!r} by {SEPARATES} times"
            file = file_of("cause", one, catalog.causes[one].layer)
            yield places.problem(file, (), message, "warning")


def _best_fixes(catalog: Catalog) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for fix in catalog.fixes.values():
        for cure in fix.cures:
            rank = (-cure.well.value, fix.id)
            if not fix.temporary and rank < best.get(cure.cause, (0.0, "")):
                best[cure.cause] = rank
    return {cause: fix for cause, (_, fix) in best.items()}


def _dominated(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """A fix that another beats in cures, minutes, risk and access at once."""
    for fix in catalog.fixes.values():
        for other in catalog.fixes.values():
            if fix.id != other.id and _beats(other, fix):
                message = f"{other.id!r} cures the same, costs no more and is as safe"
                yield places.problem(file_of("fix", fix.id), (), message, "warning")
                break


def _beats(other: Fix, fix: Fix) -> bool:
    mine = {cure.cause: cure.well.value for cure in fix.cures}
    theirs = {cure.cause: cure.well.value for cure in other.cures}
    if not mine or fix.temporary or other.temporary or other.only_if or other.after:
        return False
    no_worse = (
        all(theirs.get(cause, 0.0) >= well for cause, well in mine.items())
        and other.effort.value + other.waiting <= fix.effort.value + fix.waiting
        and other.risk <= fix.risk
        and other.needs_access in (None, fix.needs_access)
    )
    return no_worse and (theirs, other.effort.value) != (mine, fix.effort.value)


def _useless(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """A question whose answers are all as likely whatever is wrong."""
    for question in catalog.questions.values():
        table = rows(question)
        spread = max(
            (
                max(row[state], _LEAST) / max(question.otherwise[state], _LEAST)
                for row in table.values()
                for state in row
            ),
            default=1.0,
        )
        if spread < SEPARATES:
            message = "no answer makes any cause much likelier: the question cannot matter"
            yield places.problem(file_of("question", question.id), ("says",), message, "warning")
