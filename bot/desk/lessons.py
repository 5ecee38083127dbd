"""From a closed ticket's events to a raw case for learning; pure.

Strategy: the events are played again in order.  What a look saw after a fix counts for the fault
only once it is known that the fix did not end it; where the belief restarted, an episode was over
and only the last one is a case.  "Back" takes the last step back here as well.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.catalog.entries import Catalog
from bot.engine import Try
from bot.engine.lessons import Case, Ending
from bot.store.base import Event, Lesson

DAY = 86_400.0


@dataclass(slots=True)
class _Episode:
    """What is known of the present fault while the events are played."""

    temporary: Collection[str]
    evidence: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] | None = None
    """What the latest look saw, not yet known to show the fault."""
    answers: dict[str, str] = field(default_factory=dict)
    tries: tuple[Try, ...] = ()
    in_force: str = ""
    before: list[tuple[dict[str, str], tuple[Try, ...]]] = field(default_factory=list)
    """What "back" returns to."""
    ending: Ending | None = None
    cause: str | None = None

    def take(self, event: Event) -> None:
        """Play one event."""
        act = _ACTS.get(event.kind)
        if act is not None:
            act(self, event.data)

    def _opened(self, data: Mapping[str, Any]) -> None:
        self.tries = tuple(Try(fix, "came-back") for fix in data.get("came_back", ()))

    def _observed(self, data: Mapping[str, Any]) -> None:
        if data.get("blind"):
            return
        self._settle()
        result = data.get("result")
        if data.get("restarted"):
            self.evidence, self.answers, self.tries = data["evidence"], {}, ()
            return
        if result is not None:
            self._tried(data)
        if not self.in_force:
            self.seen = data["evidence"]

    def _settle(self) -> None:
        """The case went on, so what was seen last shows the fault too."""
        if self.seen is not None:
            self.evidence, self.seen = self.seen, None

    def _answered(self, data: Mapping[str, Any]) -> None:
        self._settle()
        if data.get("back") and self.before:
            self.answers, self.tries = self.before.pop()
        elif "question" in data:
            self._step()
            self.answers[data["question"]] = data["state"]
        elif data.get("allowed"):
            self._step()

    def _step(self) -> None:
        self.before.append((dict(self.answers), self.tries))

    def _tried(self, data: Mapping[str, Any]) -> None:
        if "result" not in data:  # it is said to have helped or not; a look will show
            return
        fix, result = data["fix"], data["result"]
        self._settle()
        self._step()
        if result == "undone":
            self.in_force = ""
        elif fix in self.temporary and result != "cannot":
            self.in_force = fix
        self.tries = (*self.tries, Try(fix, result))

    def _escalated(self, data: Mapping[str, Any]) -> None:
        self._settle()
        self.ending = "unknown"

    def _reopened(self, data: Mapping[str, Any]) -> None:
        self.ending = None
        if data.get("handed_back"):
            return
        self.seen = None
        self.tries = tuple(
            Try(each.fix, "came-back")
            if each.result == "worked" and each.fix not in self.temporary
            else each
            for each in self.tries
        )

    def _closed(self, data: Mapping[str, Any]) -> None:
        # Once a fault was seen, what the last look saw is perhaps the repaired host.
        if not self.evidence:
            self._settle()
        if data.get("second_line"):
            self.ending, self.cause = "second-line", data.get("cause")
        elif data.get("outcome") in ("cancelled", "abandoned"):
            self.ending = "abandoned"
        elif data.get("fix"):
            self.tries = (*self.tries, Try(data["fix"], "worked"))
            self.ending = "verified" if data.get("outcome") == "verified" else "word"
        else:
            self.ending = "unknown"


_ACTS: Mapping[str, Callable[[_Episode, Mapping[str, Any]], None]] = {
    "opened": _Episode._opened,
    "observed": _Episode._observed,
    "answered": _Episode._answered,
    "tried": _Episode._tried,
    "escalated": _Episode._escalated,
    "reopened": _Episode._reopened,
    "closed": _Episode._closed,
}


def case_of(lesson: Lesson, catalog: Catalog, now: datetime) -> Case | None:
    """The raw case of a ticket, None where it is not over."""
    temporary = {name for name, fix in catalog.fixes.items() if fix.temporary}
    episode = _Episode(temporary)
    for event in lesson.events:
        episode.take(event)
    if episode.ending is None:
        return None
    ended = lesson.ticket.closed_at or max(
        (each.at for each in lesson.events), default=lesson.ticket.opened_at
    )
    return Case(
        ending=episode.ending,
        days=float(int(max(0.0, (now - ended).total_seconds()) // DAY)),
        evidence=episode.evidence,
        answers=episode.answers,
        tries=episode.tries,
        cause=episode.cause,
    )
