"""Linter rules about completeness: contract items, cures, proof cases, lengths, order."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from bot.catalog.contract import ITEMS
from bot.catalog.entries import Catalog, Fix
from bot.catalog.loader import catalog_cases
from bot.catalog.places import Places, file_of
from bot.catalog.problems import Problem, did_you_mean

LONGEST_TITLE = 140
LONGEST_ASK = 140
LONGEST_BUTTON = 75
"""Slack cuts button texts at 75 characters (Block Kit reference, button element)."""

_HALF = 0.5
_KINDS = ("first", "not-first", "inconclusive")


def completeness_problems(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Everything that a complete knowledge base has and this one lacks."""
    yield from _contract(catalog, places)
    yield from _cured(catalog, places)
    yield from _proved(catalog, places)
    yield from _questions(catalog, places)
    yield from _circles(catalog, places)


def _contract(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Items set by probes have exactly the states that the program sets."""
    for name, item in ITEMS.items():
        file = file_of("evidence", name)
        found = catalog.evidence.get(name)
        if found is None:
            yield Problem(file, 1, 1, "the program sets this item, but the file is missing")
            continue
        if found.origin != "probe":
            yield places.problem(file, ("probe",), "the program sets this item: name its probe")
        if set(found.states) != set(item.states):
            wanted = ", ".join(item.states)
            yield places.problem(file, ("states",), f"the program sets the states {wanted}")
        elif found.abnormal != item.abnormal:
            wanted = ", ".join(state for state in item.states if state in item.abnormal)
            yield places.problem(file, ("abnormal",), f"abnormal are {wanted or 'none'}")
    for name, found in catalog.evidence.items():
        if found.origin == "probe" and name not in ITEMS:
            message = f"no probe sets {name!r}{did_you_mean(name, ITEMS)}"
            yield places.problem(file_of("evidence", name), ("probe",), message)


def _cured(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Each cause has a fix of at least "half", or says that it is handed over."""
    best: dict[str, float] = {}
    for fix in catalog.fixes.values():
        for cure in fix.cures:
            if not fix.temporary:
                best[cure.cause] = max(best.get(cure.cause, 0.0), cure.well.value)
    for cause in catalog.causes.values():
        if not cause.escalate_only and best.get(cause.id, 0.0) < _HALF:
            message = "no fix cures it at least half of the time, and escalate_only is not set"
            yield places.problem(file_of("cause", cause.id, cause.layer), (), message)
        if len(cause.title) > LONGEST_TITLE:
            message = f"the title has {len(cause.title)} characters, at most {LONGEST_TITLE}"
            yield places.problem(file_of("cause", cause.id, cause.layer), ("title",), message)


def _proved(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Each cause has a case where it wins, one where a look-alike wins, one with too little."""
    proved: dict[str, set[str]] = {}
    for case in catalog_cases(catalog.files):
        proved.setdefault(case.file, set()).add(case.expect)
    for cause in catalog.causes.values():
        file = file_of("cases", cause.id, cause.layer)
        if file not in proved:
            yield Problem(file, 1, 1, "the proof cases of this cause are missing")
            continue
        for kind in _KINDS:
            if kind not in proved[file]:
                yield places.problem(file, (), f"a case with 'expect: {kind}' is missing")
    layers = {cause.id: cause.layer for cause in catalog.causes.values()}
    for file in proved:
        layer, name = file.split("/")[1], file.rsplit("/", 1)[1].removesuffix(".cases.yaml")
        if name in layers and layers[name] != layer:
            yield Problem(file, 1, 1, f"the cause {name!r} stands in the layer {layers[name]!r}")


def _questions(catalog: Catalog, places: Places) -> Iterator[Problem]:
    for question in catalog.questions.values():
        file = file_of("question", question.id)
        if not 2 <= len(question.answers) <= 5:
            message = f"{len(question.answers)} answers; a question has two to five"
            yield places.problem(file, ("answers",), message)
        if len(question.ask) > LONGEST_ASK:
            message = f"{len(question.ask)} characters, at most {LONGEST_ASK}"
            yield places.problem(file, ("ask",), message)
        for answer, button in question.answers.items():
            if len(button) > LONGEST_BUTTON:
                message = f"the button has {len(button)} characters, at most {LONGEST_BUTTON}"
                yield places.problem(file, ("answers", answer), message)


def _circles(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """``before`` and ``after`` together must leave an order."""
    comes_after: dict[str, set[str]] = {fix: set() for fix in catalog.fixes}
    for fix in catalog.fixes.values():
        comes_after[fix.id] |= set(fix.after)
        for later in fix.before:
            comes_after[later].add(fix.id)
    try:
        TopologicalSorter(comes_after).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        first = catalog.fixes[min(circle)]
        message = f"circular before/after: {' > '.join(circle)}"
        yield places.problem(file_of("fix", first.id), _ordering(first), message)


def _ordering(fix: Fix) -> tuple[str]:
    return ("before",) if fix.before else ("after",)
