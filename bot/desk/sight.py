"""A finished look beside what was known before: what changed, what got worse, what it is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.catalog.entries import Catalog, Fix
from bot.desk.body import Body
from bot.desk.places import unseen
from bot.engine import Model, Situation, progress
from bot.evidence import Observation
from bot.evidence.ladder import UNKNOWN
from bot.redact import clean
from bot.store.base import Ticket

LONGEST_NAME, MOST_NAMES = 253, 20
LONGEST_SIGNATURE = 500

MOST_NAMED = 3
"""Changes that a notice names."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A ticket whose look has just ended, and what was seen."""

    ticket: Ticket
    body: Body
    model: Model
    seen: tuple[Observation, ...]
    evidence: Mapping[str, str]
    now: datetime

    @property
    def catalog(self) -> Catalog:
        """The knowledge that the ticket is pinned to."""
        return self.model.catalog

    @property
    def by(self) -> str:
        """Whose click is being checked."""
        return self.body.trial.by if self.body.trial is not None else self.ticket.asked_by

    @property
    def fix(self) -> Fix | None:
        """The fix that is being checked."""
        trial = self.body.trial
        return self.catalog.fixes[trial.fix] if trial is not None and trial.fix else None

    def abnormal(self, evidence: Mapping[str, str], items: Sequence[str]) -> tuple[str, ...]:
        """Those of ``items`` that are abnormal in ``evidence``."""
        known = self.catalog.evidence
        return tuple(
            item for item in items if item in known and evidence.get(item) in known[item].abnormal
        )

    @property
    def known(self) -> Mapping[str, str]:
        """What the last look that could see knew of the host; empty where none could."""
        body = self.body
        looks = ((body.now, body.situation.evidence), (body.before, body.before_evidence))
        for seen, evidence in looks:
            if seen and not unseen(seen):
                return {item: state for item, state in evidence.items() if item != _WAY}
        return {}

    @property
    def worse(self) -> tuple[str, ...]:
        """Items that were seen normal and are abnormal now."""
        known, was = self.known, self.abnormal(self.known, sorted(self.known))
        return tuple(
            item
            for item in self.abnormal(self.evidence, sorted(self.evidence))
            if known.get(item, UNKNOWN) != UNKNOWN and item not in was and not self.blind
        )

    @property
    def changed(self) -> tuple[str, ...]:
        """Items that a probe sees otherwise now; what one of the two looks missed is no change."""
        return () if self.blind else progress.changed(self.model, self.known, self.evidence)

    @property
    def blind(self) -> bool:
        """Whether the way to every place is broken: then nothing was learned about the host."""
        return bool(unseen(self.seen))

    @property
    def first(self) -> bool:
        """Whether no look could see before: then a proof is measured against this one."""
        if self.blind or self.body.situation.in_force is not None:
            return False
        return bool(unseen(self.body.before))

    @property
    def situation(self) -> Situation:
        """The case as it is seen now; only two looks that could see show a second fault."""
        before = self.body.situation
        if before.in_force is not None:
            return before
        known = {} if self.blind else self.known
        return progress.reprobed(self.model, replace(before, evidence=known), self.evidence)

    @property
    def difference(self) -> str:
        """What changed, in words, the worse first."""
        worse = self.worse
        said = "Worse than before: " if worse else "Changed since the last look: "
        named = (worse or self.changed)[:MOST_NAMED]
        return said + "; ".join(self.reads(item) for item in named) + "."

    def reads(self, item: str) -> str:
        """An item and its state now, as the knowledge base words them."""
        entry, state = self.catalog.evidence[item], self.evidence[item]
        return f"{entry.title}: {entry.states.get(state, state)}"

    @property
    def signature(self) -> str:
        """What is abnormal, and the codes: equal for like cases, empty where nothing is."""
        abnormal = self.abnormal(self.evidence, sorted(self.evidence))
        signs = [f"{item}={self.evidence[item]}" for item in abnormal]
        return clean(" ".join([*signs, *sorted(self.ticket.codes)]), LONGEST_SIGNATURE)

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which the host showed itself, for the search in the history."""
        found: dict[str, None] = {}
        for each in self.seen:
            told = [each.facts.get(key) for key in _NAMING]
            for name in (*told, *each.facts.get("names", ())):
                if name:
                    found[clean(str(name), LONGEST_NAME).removeprefix("CN=")] = None
        return tuple(found)[:MOST_NAMES]

    def settled(self, body: Body, **fields: object) -> Body:
        """The body with what is seen now, nobody waiting for probes any more."""
        return replace(body, now=self.seen, phase="waiting", trial=None, **fields)  # type: ignore[arg-type]


_WAY = "jumpbox"
"""The item that is about the way and not about the host."""

_NAMING = ("canonical", "computer", "dns_computer", "subject")
"""Facts that hold a name of the host."""
