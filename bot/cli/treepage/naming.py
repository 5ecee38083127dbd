"""What a node of the tree is called: its kind, how one gets there, effort, who, marks in words."""

from dataclasses import dataclass

from bot.catalog.entries import NOT_SURE, Catalog
from bot.desk.saying import minutes
from bot.desk.showing import RISK, WHO
from bot.engine import Node

KINDS = {
    "fix": "Do",
    "question": "Ask",
    "recheck": "Look again",
    "escalate": "Hand over",
    "undo": "Undo",
    "solved": "Solved",
    "cut": "Rare",
}
_OUTCOMES = {
    "worked": "It worked",
    "failed": "Did not help",
    "undone": "It is undone",
    "unchanged": "Nothing has changed",
}
START = "Start"
DISTURBING, WEAKENING = 2, 3


@dataclass(frozen=True, slots=True)
class Names:
    """Names nodes by the entries of one catalog."""

    catalog: Catalog

    def outcome(self, parent: Node | None, outcome: str) -> str:
        """How one comes from the parent to a node."""
        if parent is None or parent.step is None:
            return START
        if parent.kind == "question":
            if outcome == NOT_SURE:
                return "Not sure"
            return self.catalog.questions[parent.step.id].answers[outcome]
        return _OUTCOMES.get(outcome, outcome)

    def title(self, node: Node) -> str:
        """What is done there."""
        if node.step is None:
            return KINDS[node.kind]
        if node.kind == "undo":
            return self.catalog.fixes[node.step.id].title
        return (
            "to the second line, with what was seen" if node.kind == "escalate" else node.step.title
        )

    def effort(self, node: Node) -> str:
        """How long it takes; empty where that is not known."""
        match node.kind, node.step:
            case "fix" | "undo", step if step is not None:
                fix = self.catalog.fixes[step.id]
                wait = f" and {fix.waiting:g} min of waiting" if fix.waiting else ""
                return minutes(fix.effort.value) + wait
            case "question", step if step is not None:
                return minutes(self.catalog.questions[step.id].effort.value)
            case _:
                return ""

    def who(self, node: Node) -> str:
        """Who does it, with the access that it takes."""
        if node.step is None or node.kind in ("recheck", "escalate"):
            return ""
        groups = self.catalog.settings.access_groups
        if node.kind == "question":
            access = self.catalog.questions[node.step.id].needs_access
            return groups[access].title if access else "whoever has the ticket"
        return WHO[self.catalog.fixes[node.step.id].who_can]

    def risk(self, node: Node) -> str:
        """What it may do to others, in words with the tier beside them."""
        if node.step is None or node.kind not in ("fix", "undo"):
            return "changes nothing" if node.kind == "question" else ""
        tier = 0 if node.kind == "undo" else self.catalog.fixes[node.step.id].risk
        return f"{RISK[tier]} (risk {tier} of 3)" if node.kind == "fix" else "takes a change back"

    def mark(self, node: Node) -> str:
        """What nobody may overlook; empty for most nodes."""
        if node.step is None or node.kind not in ("fix", "undo"):
            return ""
        fix = self.catalog.fixes[node.step.id]
        if node.kind == "undo":
            return "always, whatever came out"
        if fix.temporary:
            return "temporary test; its undo comes next"
        if fix.risk == DISTURBING:
            return "restarts or disturbs others"
        return "weakens protection" if fix.risk == WEAKENING else ""

    def sentence(self, node: Node, parent: Node | None, outcome: str) -> str:
        """A node in one line, for who does not see the picture."""
        lead = f"{self.outcome(parent, outcome)}: " if parent is not None else ""
        what = KINDS[node.kind]
        title = f": {self.title(node).rstrip('.')}" if node.step is not None else ""
        if node.kind == "cut":
            title = ", planned when somebody gets there"
        mark = f", {self.mark(node)}" if self.mark(node) else ""
        return f"{lead}{what}{title}{mark} ({cases(node.reach)})"


def cases(reach: float) -> str:
    """How many cases come this way: 39.6 of 100 cases."""
    return f"{reach * 100:.1f} of 100 cases"


def short(cause: str) -> str:
    """A cause's id as words, where its title would be too long."""
    return cause.replace("-", " ") if cause != "other" else "something else"
