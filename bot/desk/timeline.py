"""What happened to a ticket, in sentences: asked, looked, verdict, each step and how it ended.

Strategy: pure; one function a kind of event, in one table.  What nobody would miss (a verdict that
is still the same) is not said again; the raw events stay under Details.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.catalog.entries import OTHER, Catalog
from bot.desk.saying import clause
from bot.desk.view import Happening
from bot.desk.words import clean, listed, place
from bot.store.base import Event

_SAID = {
    "worked": "it worked",
    "failed": "it did not help",
    "cannot": "it cannot be done here",
    "unsure": "not sure",
    "undone": "it is undone again",
}
_SEEN = {
    "worked": "it helped",
    "failed": "it did not help",
    "different": "something changed, and the fault is another one now",
    "unsure": "nobody can tell whether it helped",
    "undone": "it is undone again",
}
WHY = {"access": "no rights or no access for it", "other": "not now, or not possible here"}
_ENDS = {
    "verified": "Resolved, verified",
    "word": "Resolved on the word of a person",
    "cancelled": "Cancelled",
    "abandoned": "Closed as abandoned: nobody touched it any more",
}


def timeline(events: Iterable[Event], catalog: Catalog) -> tuple[Happening, ...]:
    """The events of a ticket, oldest first, as sentences."""
    telling = _Telling(catalog)
    told = ((event, telling.of(event)) for event in events)
    return tuple(
        Happening(event.at, event.by, said, str(event.data.get("channel") or ""))
        for event, said in told
        if said
    )


class _Telling:
    """Remembers the last verdict, so that it is told when it changes."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._verdict = ("", "")
        self._kinds: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
            "opened": self._opened,
            "observed": self._observed,
            "offered": self._planned,
            "asked": self._planned,
            "answered": self._answered,
            "tried": self._tried,
            "verified": lambda data: f"The probes saw the repair: {self._fix(data)}.",
            "escalated": self._escalated,
            "closed": self._closed,
            "reopened": self._reopened,
            "shared": self._shared,
            "refused": lambda data: f"Refused: {_text(data.get('why') or data.get('reason'))}",
        }

    def of(self, event: Event) -> str:
        """One sentence, or nothing."""
        return self._kinds[event.kind](event.data)

    def _opened(self, data: Mapping[str, Any]) -> str:
        places = listed([place(str(each)) for each in data.get("places", ())])
        said = f"Asked for a look from {places}." if places else "Asked for a look."
        back = [self._title(self._catalog.fixes, each) for each in data.get("came_back", ())]
        return f"{said} What helped last time did not last: {listed(back)}." if back else said

    def _observed(self, data: Mapping[str, Any]) -> str:
        if data.get("blind"):
            return "The probes could not look: the jump box is at fault, not the host."
        result = str(data.get("result") or "")
        if not result:
            return "Looked."
        return f"Looked again after {self._fix(data)}: {_SEEN.get(result, result)}."

    def _planned(self, data: Mapping[str, Any]) -> str:
        if "step" not in data:  # a step of risk 3 that somebody must allow
            return f"Asked to be allowed: {self._fix(data)}."
        verdict = (str(data.get("verdict", "")), str(data.get("first", "")))
        said = "" if verdict == self._verdict else self._found(*verdict)
        self._verdict = verdict
        return f"{said}Next: {self._step(str(data['step']), str(data.get('id', '')))}."

    def _found(self, state: str, first: str) -> str:
        cause = self._title(self._catalog.causes, first) if first and first != OTHER else ""
        if state == "found":
            return f"Found: {cause}. "
        likely = f"; likeliest: {cause}" if cause else ""
        return f"Verdict: {state}{likely}. "

    def _step(self, kind: str, name: str) -> str:
        if kind == "question":
            return f"the question {self._title(self._catalog.questions, name)}".rstrip("?") + "?"
        if kind in ("fix", "undo"):
            title = self._title(self._catalog.fixes, name)
            return f"undo {title}" if kind == "undo" else title
        return {"recheck": "look again", "escalate": "hand it over"}.get(kind, kind)

    def _answered(self, data: Mapping[str, Any]) -> str:
        if data.get("back"):
            return "Went one step back."
        if "allowed" in data:
            return "Allowed the step." if data["allowed"] else "Did not allow the step."
        question = self._catalog.questions.get(str(data.get("question", "")))
        state = str(data.get("state", ""))
        if question is None:
            return f"Answered: {_text(state)}."
        answer = question.answers.get(state, state.replace("-", " "))
        return f"Answered {question.title.rstrip('?.')}: {answer}."

    def _tried(self, data: Mapping[str, Any]) -> str:
        said = str(data.get("said") or "")
        why = WHY.get(str(data.get("why", "")), "")
        more = f" ({why})" if why else ""
        return f"{self._fix(data)}: {_SAID.get(said, said)}{more}."

    def _escalated(self, data: Mapping[str, Any]) -> str:
        to, reason = _text(data.get("to")), _text(data.get("reason"))
        said = f"Handed over to {to}" if to else "Handed over to the second line"
        return f"{said}: {reason}" if reason else f"{said}."

    def _closed(self, data: Mapping[str, Any]) -> str:
        cause = str(data.get("cause") or "")
        title = self._title(self._catalog.causes, cause) if cause else ""
        if data.get("second_line"):
            return f"The second line found the cause: {title}."
        reason = _text(data.get("reason"))
        parts = [
            _ENDS.get(str(data.get("outcome")), "Closed"),
            *([f"cause: {title}"] if title else []),
            *([f"fixed by {self._fix(data)}"] if data.get("fix") else []),
            *([reason.rstrip(".")] if reason else []),
        ]
        return "; ".join(parts) + "."

    def _reopened(self, data: Mapping[str, Any]) -> str:
        return "Handed back by the second line." if data.get("handed_back") else "Opened again."

    def _shared(self, data: Mapping[str, Any]) -> str:
        if data.get("claimed"):
            return "Claimed."
        if "hop" in data:
            return f"Fails at the same place as #{data.get('first')}: {_text(data['hop'])}."
        return "Shared the card."

    def _fix(self, data: Mapping[str, Any]) -> str:
        return f"“{self._title(self._catalog.fixes, str(data.get('fix') or ''))}”"

    @staticmethod
    def _title(entries: Mapping[str, Any], name: str) -> str:
        return clause(entries[name].title) if name in entries else name.replace("-", " ")


def _text(said: Any) -> str:
    """What a person or a target wrote, as one printable line."""
    return clean(str(said)) if said else ""
