"""A catalog compiled for arithmetic: tuples by index instead of entries by name.

Strategy: everything that does not depend on a situation is worked out once, in ``compiling``;
this is the value that the rest of the engine reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.catalog.entries import NOT_SURE, OTHER, UNKNOWN, Catalog
from bot.engine import compiling
from bot.engine.parts import Item, ModelFix, ModelQuestion, Row, UnknownEntry
from bot.engine.values import Epoch

EXPERT = "expert"
"""The epoch's name while nothing was learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The knowledge base as the engine computes with it; make one with ``Model.of``."""

    catalog: Catalog
    epoch: str
    """Hash of the learned probabilities, or ``expert``."""
    learned: Epoch | None
    """The epoch itself, None while nothing was learned."""
    causes: tuple[str, ...]
    cause_index: Mapping[str, int]
    prior: Row
    other: int
    evidence: Mapping[str, Item]
    fixes: tuple[ModelFix, ...]
    fix_index: Mapping[str, int]
    questions: tuple[ModelQuestion, ...]
    question_index: Mapping[str, int]
    groups: tuple[str, ...]
    entry: Row

    @classmethod
    def of(cls, catalog: Catalog, epoch: Epoch | None = None) -> Self:
        """Compile a catalog; raises UnknownEntry where entries name what is not there."""
        index = compiling.Index.of(catalog)
        fixes = compiling.fixes(catalog, index, epoch)
        return cls(
            catalog=catalog,
            epoch=EXPERT if epoch is None else epoch.hash,
            learned=epoch,
            causes=tuple(index.causes),
            cause_index=index.causes,
            prior=compiling.prior(catalog, index, epoch),
            other=index.causes[OTHER],
            evidence=compiling.evidence(catalog, index, epoch),
            fixes=fixes,
            fix_index=index.fixes,
            questions=compiling.questions(catalog, index, epoch),
            question_index=index.questions,
            groups=tuple(index.groups),
            entry=tuple(catalog.settings.access_groups[each].entry for each in index.groups),
        )

    def fix(self, fix: str) -> ModelFix:
        """The fix of that id; raises UnknownEntry."""
        if fix not in self.fix_index:
            raise UnknownEntry(f"unknown fix {fix!r}")
        return self.fixes[self.fix_index[fix]]

    def question(self, question: str) -> ModelQuestion:
        """The question of that id; raises UnknownEntry."""
        if question not in self.question_index:
            raise UnknownEntry(f"unknown question {question!r}")
        return self.questions[self.question_index[question]]

    def known(self, item: str, state: str, *, asked: bool) -> Item | None:
        """The evidence item or (asked) question; None if the state says nothing.

        Raises UnknownEntry.
        """
        if asked:
            found = self.question(item).item
        elif item in self.evidence:
            found = self.evidence[item]
        else:
            raise UnknownEntry(f"unknown evidence {item!r}")
        if state in (UNKNOWN, NOT_SURE):
            return None
        if state not in found.rows:
            states = ", ".join(found.rows)
            raise UnknownEntry(f"{item!r} has no state {state!r}; it has: {states}")
        return found

    def is_abnormal(self, item: str, state: str) -> bool:
        """Whether that state of an evidence item is a fault; raises UnknownEntry."""
        found = self.known(item, state, asked=False)
        return found is not None and state in found.abnormal
