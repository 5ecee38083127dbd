"""What a click does to a ticket: a pure state machine, one table of verbs.

Strategy: (ticket, click) gives a ``Move``; no clock, no store, no network.  A fix is believed
only after the probes looked again (``outcome``); a temporary measure blocks every way of closing
until it is undone.  What is not in the table for a state is refused, whatever a card shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.desk import approval, steps, tickets
from bot.desk.intents import Verb
from bot.desk.move import Move, OutOfPlace
from bot.desk.scene import Scene, escalate


@dataclass(frozen=True, slots=True)
class Rule:
    """In which ticket states a verb applies.

    ``always``: also while probes look.  ``ends``: not while a temporary measure is in force.
    """

    act: Callable[[Scene], Move]
    states: frozenset[str] = frozenset({"open"})
    always: bool = False
    ends: bool = False


RULES: Mapping[Verb, Rule] = {
    Verb.WORKED: Rule(steps.worked),
    Verb.FAILED: Rule(steps.failed),
    Verb.CANNOT: Rule(steps.cannot),
    Verb.UNSURE: Rule(steps.unsure),
    Verb.UNDONE: Rule(steps.undone),
    Verb.ANSWER: Rule(steps.answer),
    Verb.RECHECK: Rule(tickets.recheck),
    Verb.LOOK: Rule(tickets.look_from),
    Verb.ESCALATE: Rule(escalate),
    Verb.CLOSE: Rule(tickets.close, ends=True),
    Verb.CANCEL: Rule(tickets.cancel, always=True, ends=True),
    Verb.REOPEN: Rule(tickets.reopen, frozenset({"resolved", "cancelled", "abandoned"})),
    Verb.CLAIM: Rule(tickets.claim, frozenset({"open", "escalated"}), always=True),
    Verb.HANDBACK: Rule(tickets.handback, frozenset({"escalated"})),
    Verb.CAUSE: Rule(tickets.named, frozenset({"escalated"}), ends=True),
    Verb.BACK: Rule(tickets.back),
    Verb.SHARE: Rule(tickets.share, always=True),
    Verb.ASK: Rule(approval.ask),
    Verb.ALLOW: Rule(approval.allow),
    Verb.DENY: Rule(approval.deny),
}


def clicked(scene: Scene) -> Move:
    """What the click does; raises OutOfPlace."""
    ticket, body, verb = scene.ticket, scene.body, scene.click.verb
    rule = RULES.get(verb)
    if rule is None:
        raise OutOfPlace("That button does nothing.")
    if ticket.state not in rule.states:
        raise OutOfPlace(f"#{ticket.number} is {ticket.state}, so that does not apply.")
    if ticket.state == "open" and body.phase != "waiting" and not rule.always:
        raise OutOfPlace(f"#{ticket.number} is being looked at; that comes when it is done.")
    if rule.ends and body.situation.in_force is not None:
        raise OutOfPlace(
            "A temporary measure is in force. It is undone first; then the ticket can be closed."
        )
    return rule.act(scene)
