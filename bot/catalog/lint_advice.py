"""Linter rules about safety: what advice may never contain, and what risky advice must have.

Rule R3: some advice is never given (firewall off, NLA off for good, a password in a chat).  A
sentence that forbids it ("never rename ...") is allowed; the negation must stand in the same
clause, before the words it forbids.
"""

import re
from collections.abc import Iterator

from bot.catalog.entries import Catalog, Fix
from bot.catalog.places import Places, file_of
from bot.catalog.problems import Problem

PLACEHOLDERS = ("{host}", "{address}")
"""The only things that the program writes into a command; both are grammar-checked."""

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_CLAUSE = re.compile(r"(?:(?![.;!?,]\s|\n).)+")
_WRAPPED = re.compile(r"(?<=\S)\n(?=\s*\S)(?!\s*(?:\d+\.|[-*#`]|[\w-]+:\s))")
"""A line break inside a sentence: the next line opens no list item, field or block."""
_NEGATION = re.compile(r"\b(never|do not|don't|must not)\b", re.IGNORECASE)
_HOLE = re.compile(r"\{[A-Za-z0-9_.-]+\}|<[A-Za-z][A-Za-z0-9 _-]*>|%[A-Za-z0-9_]+_HERE%")


def advice_problems(catalog: Catalog, places: Places) -> Iterator[Problem]:
    """Breaches of the safety rules in any text that people may follow."""
    for cause in catalog.causes.values():
        yield from _forbidden(catalog, places, file_of("cause", cause.id, cause.layer), False)
    for question in catalog.questions.values():
        yield from _forbidden(catalog, places, file_of("question", question.id), False)
    for fix in catalog.fixes.values():
        file = file_of("fix", fix.id)
        yield from _forbidden(catalog, places, file, fix.temporary)
        yield from _risk(fix, places, file)
        yield from _placeholders(fix, places, file)


def _forbidden(catalog: Catalog, places: Places, file: str, temporary: bool) -> Iterator[Problem]:
    settings = catalog.settings
    patterns = [(pattern, "never advised") for pattern in settings.forbidden]
    if not temporary:
        patterns += [(p, "only advised in a temporary fix") for p in settings.only_temporary]
    text = _WRAPPED.sub(" ", places.files.get(file, ""))  # of equal length: places stay
    for clause in _CLAUSE.finditer(text):
        for pattern, why in patterns:
            found = re.search(pattern, clause[0], re.IGNORECASE)
            if found and not _NEGATION.search(clause[0][: found.start()]):
                place = clause.start() + found.start()
                yield places.at_offset(file, place, f"{why}: {found[0]!r}")


def _risk(fix: Fix, places: Places, file: str) -> Iterator[Problem]:
    if fix.risk >= 1 and not (fix.undo or "").strip():
        yield places.problem(file, ("risk",), f"a fix of risk {fix.risk} says how to undo it")
    if fix.temporary and fix.risk < 3:
        yield places.problem(file, ("temporary",), "a temporary test has risk 3")
    if fix.risk < 3:
        return
    needed = {
        "temporary": fix.temporary,
        "limit_minutes": fix.limit_minutes,
        "approver": fix.approver,
        "permanent_fix": fix.permanent_fix,
    }
    for field, value in needed.items():
        if not value:
            yield places.problem(file, ("risk",), f"a fix of risk 3 needs {field!r}")


def _placeholders(fix: Fix, places: Places, file: str) -> Iterator[Problem]:
    """Commands are copied into a shell: nothing but host and address is ever put into one."""
    for text in (fix.text, fix.undo or ""):
        for code in _CODE.findall(text):
            for hole in _HOLE.findall(code):
                if hole not in PLACEHOLDERS:
                    message = (
                        f"{hole} in a command; only {' and '.join(PLACEHOLDERS)} are filled in"
                    )
                    yield places.in_text(file, hole, message)
