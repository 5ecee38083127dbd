"""Rules R2 and R3: what is never offered, whatever it might cure.

Strategy: the linter refuses a knowledge base that advises such things; the engine does not rely
on it and leaves these fixes out by itself.  A sentence that warns of something is not advice.
"""

import re
from collections.abc import Sequence

from bot.catalog.entries import Fix, Settings

_CLAUSE = re.compile(r"(?<=[.;!?,])\s+|\n")
_NEGATION = re.compile(r"\b(never|do not|don't|must not)\b", re.IGNORECASE)


def ban(fix: Fix, settings: Settings) -> str | None:
    """The name of the rule by which a fix is never offered, None where there is none."""
    if fix.risk >= 3 and not (fix.temporary and fix.undo):
        return "R2"
    if fix.temporary and not fix.undo:
        return "R2"
    patterns = settings.forbidden
    if not fix.temporary:
        patterns += settings.only_temporary
    clauses = _CLAUSE.split(f"{fix.title}\n{fix.text}")
    return "R3" if any(advise(clauses, pattern) for pattern in patterns) else None


def advise(clauses: Sequence[str], pattern: str) -> bool:
    """Whether a clause tells people to do what the pattern describes."""
    expression = re.compile(pattern, re.IGNORECASE)
    for clause in clauses:
        found = expression.search(clause)
        if found and not _NEGATION.search(clause[: found.start()]):
            return True
    return False
