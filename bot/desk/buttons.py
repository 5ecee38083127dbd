"""Which buttons a ticket has in each state, as one table and few rules.

Strategy: what is not offered is refused as well; the flow does not rely on a button being hidden.
"""

from collections.abc import Callable, Mapping, Sequence

from bot.catalog.entries import NOT_SURE, Catalog
from bot.desk.body import Body
from bot.desk.intents import Verb
from bot.desk.view import Button
from bot.desk.words import place
from bot.engine.values import StepKind
from bot.store.base import Ticket

MOST_LOOKS = 3
"""Other places that a card offers to look from."""


def _value(ticket: Ticket, step: str = "") -> str:
    return f"{ticket.number}:{ticket.version}:{step}"


def buttons_of(ticket: Ticket, body: Body, catalog: Catalog) -> tuple[Button, ...]:
    """The answers to the step that stands on the card."""
    if ticket.state != "open" or body.phase != "waiting" or body.offer is None:
        return ()
    step = body.offer.step
    return _STEPS[step.kind](_value(ticket, step.id), catalog, step.id)


def _question(value: str, catalog: Catalog, step: str) -> tuple[Button, ...]:
    answers = catalog.questions[step].answers.items()
    return (
        *(
            Button(Verb.ANSWER, label, value, state)
            for state, label in answers
            if state != NOT_SURE
        ),
        Button(Verb.UNSURE, "Not sure", value),
    )


def _fix(value: str, catalog: Catalog, step: str) -> tuple[Button, ...]:
    return (
        Button(Verb.WORKED, "It worked", value, style="primary"),
        Button(Verb.FAILED, "Did not help", value),
        Button(Verb.CANNOT, "Cannot do this…", value),
        Button(Verb.UNSURE, "Not sure", value),
    )


def _undo(value: str, catalog: Catalog, step: str) -> tuple[Button, ...]:
    return (
        Button(Verb.UNDONE, "It is undone", value, style="primary"),
        Button(Verb.CANNOT, "Cannot do this…", value),
    )


def _recheck(value: str, catalog: Catalog, step: str) -> tuple[Button, ...]:
    return (Button(Verb.RECHECK, "Look again", value, style="primary"),)


def _escalate(value: str, catalog: Catalog, step: str) -> tuple[Button, ...]:
    return (Button(Verb.ESCALATE, "Hand over", value, style="primary"),)


_STEPS: Mapping[StepKind, Callable[[str, Catalog, str], tuple[Button, ...]]] = {
    "question": _question,
    "fix": _fix,
    "undo": _undo,
    "recheck": _recheck,
    "escalate": _escalate,
}


def tools_of(ticket: Ticket, body: Body) -> tuple[Button, ...]:
    """What can be done besides answering."""
    value = _value(ticket)
    details = Button(Verb.DETAILS, "Details", value)
    if ticket.state == "escalated":
        cause = Button(Verb.CAUSE, "Cause found…", value)
        return (cause, Button(Verb.HANDBACK, "Hand back", value), details)
    if ticket.state != "open":
        return (Button(Verb.REOPEN, "Reopen", value), details)
    if body.phase != "waiting":
        return (Button(Verb.CANCEL, "Cancel", value),)
    kind = body.offer.step.kind if body.offer is not None else ""
    made = [details]
    if kind != "recheck":
        made.append(Button(Verb.RECHECK, "Re-check", value))
    if kind != "escalate":
        made.append(Button(Verb.ESCALATE, "Escalate", value))
    if body.approval is not None and body.approval.until is None:
        made.append(Button(Verb.ALLOW, "Allow for 15 minutes", value, style="primary"))
        made.append(Button(Verb.DENY, "Deny", value, style="danger"))
    elif body.offer is not None and body.offer.unlocks:
        made.append(Button(Verb.ASK, "Ask for approval", value))
    return tuple(made)


def looks_of(ticket: Ticket, body: Body, places: Sequence[str]) -> tuple[Button, ...]:
    """The places that could be looked from as well; ``places`` are all that there are."""
    if ticket.state != "open" or body.phase != "waiting":
        return ()
    others = [each for each in places if each not in ticket.vantages][:MOST_LOOKS]
    value = _value(ticket)
    return tuple(Button(Verb.LOOK, f"Look from {place(each)}", value, each) for each in others)


def packet_tools(ticket: Ticket) -> tuple[Button, ...]:
    """What stands under the packet of a ticket: where the second line works."""
    value = _value(ticket)
    reads = (Button(Verb.DETAILS, "Details", value), Button(Verb.PACKET, "As Markdown", value))
    if ticket.state != "escalated":
        return reads
    claim = () if ticket.owner else (Button(Verb.CLAIM, "Claim", value, style="primary"),)
    cause = Button(Verb.CAUSE, "Cause found…", value)
    return (*claim, cause, Button(Verb.HANDBACK, "Hand back", value), *reads)


def more_of(ticket: Ticket, body: Body) -> tuple[Button, ...]:
    """What stands behind the overflow menu, most usual first."""
    value = _value(ticket)
    if ticket.state == "escalated":
        return (Button(Verb.CLAIM, "Claim", value),)
    if ticket.state != "open" or body.phase != "waiting":
        return ()
    made = [Button(Verb.CLAIM, "Claim", value), Button(Verb.SHARE, "Share", value)]
    if body.history:
        made.append(Button(Verb.BACK, "Back one step", value))
    if body.situation.in_force is None:
        made.append(Button(Verb.CLOSE, "Close: it works", value))
    return tuple(made)
