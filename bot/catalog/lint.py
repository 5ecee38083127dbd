"""The linter: is the knowledge base complete, safe to follow, and worth its length?

``load`` has already refused what cannot work at all (unknown names, wrong words).  Errors here are
breaches of policy; warnings are things that an editor may have reasons for.  Rules that need
sampling or the engine (does a question ever change the next step?) belong to simulation; the
forms here are cheap and conservative.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from bot.catalog.entries import Catalog
from bot.catalog.lint_advice import advice_problems
from bot.catalog.lint_complete import completeness_problems
from bot.catalog.lint_worth import twin_problems, worth_problems
from bot.catalog.places import Places, file_of
from bot.catalog.problems import Problem

Rule = Callable[[Catalog, Places], Iterator[Problem]]
ERRORS: tuple[Rule, ...] = (completeness_problems, advice_problems, twin_problems)
WARNINGS: tuple[Rule, ...] = (worth_problems,)


def errors(catalog: Catalog, today: date | None = None) -> list[Problem]:
    """What keeps knowledge out of use, sorted by place; the same as ``check`` without warnings."""
    places = Places(catalog.files)
    problems = [problem for rule in ERRORS for problem in rule(catalog, places)]
    problems += _stale(catalog, places, today or datetime.now(UTC).date())
    return sorted(problem for problem in problems if problem.level == "error")


def check(catalog: Catalog, today: date | None = None) -> list[Problem]:
    """Errors and warnings, sorted by place; reviews are stale or not as of ``today`` (UTC)."""
    places = Places(catalog.files)
    problems = [problem for rule in (*ERRORS, *WARNINGS) for problem in rule(catalog, places)]
    problems += _stale(catalog, places, today or datetime.now(UTC).date())
    return sorted(problems)


def _stale(catalog: Catalog, places: Places, today: date) -> Iterator[Problem]:
    for file, entry in entries(catalog):
        age = (today - date.fromisoformat(entry)).days
        if age > catalog.settings.review_days:
            message = f"reviewed {age} days ago, more than {catalog.settings.review_days}"
            yield places.problem(file, ("reviewed",), message, "warning")
        elif age < -1:  # today is over already east of here
            yield places.problem(file, ("reviewed",), f"the review of {entry} lies ahead")


def entries(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """File and review date of every entry."""
    for cause in catalog.causes.values():
        yield file_of("cause", cause.id, cause.layer), cause.reviewed.on
    for fix in catalog.fixes.values():
        yield file_of("fix", fix.id), fix.reviewed.on
    for question in catalog.questions.values():
        yield file_of("question", question.id), question.reviewed.on
    for item in catalog.evidence.values():
        yield file_of("evidence", item.id), item.reviewed.on
