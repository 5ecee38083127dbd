"""What is wrong with a knowledge file, and where: one line for each problem."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem; ``line`` and ``column`` count from 1, ``file`` is relative to the folder."""

    file: str
    line: int
    column: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        """``file:line:column: message``; a warning or note says that it is one."""
        mark = "" if self.level == "error" else f"{self.level}: "
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.message}"


class KnowledgeError(Exception):
    """The knowledge base cannot be used; ``problems`` lists every error of every file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'usually'?`` for a near miss, else nothing."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
