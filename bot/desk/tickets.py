"""What people do with a ticket as a whole: look again, close, reopen, claim, share.

Strategy: pure, one function a verb.
"""

from dataclasses import replace

from bot.desk.move import Ending, Move, OutOfPlace, closed, event, with_body
from bot.desk.places import broken
from bot.desk.saying import clause
from bot.desk.scene import Scene, look
from bot.engine import Try


def recheck(scene: Scene) -> Move:
    """Look again at everything."""
    return look(scene)


def look_from(scene: Scene) -> Move:
    """Look from one more place, and again from those before, so that the two can be compared.

    The first place is the one that the evidence is taken from: where none could look so far, the
    new one comes first.
    """
    place, before = scene.click.detail, scene.ticket.vantages
    if place in before:
        raise OutOfPlace("That place is among those looked from; Re-check looks again.")
    if place not in scene.places:
        raise OutOfPlace("There is no such place to look from any more (settings, [[jumpbox]]).")
    blind = set(before) <= set(broken(scene.body.now))
    vantages = (place, *before) if blind else (*before, place)
    move = look(scene)
    return replace(move, ticket=replace(move.ticket, vantages=vantages))


def close(scene: Scene) -> Move:
    """Close on the word of a person."""
    return closed(scene.ticket, replace(scene.body, notice=""), Ending("word", scene.by, scene.now))


def cancel(scene: Scene) -> Move:
    """End the ticket without an outcome."""
    body = replace(scene.body, phase="closed", trial=None, notice="")
    said = event("closed", scene.by, scene.now, outcome="cancelled")
    return Move(with_body(scene.ticket, body, state="cancelled", closed_at=scene.now), (said,))


def reopen(scene: Scene) -> Move:
    """The trouble is back: look again and go on, beginning with another fix than the last one."""
    back = (Try(scene.ticket.fix, "came-back"),) if scene.ticket.fix else ()
    situation = replace(
        scene.body.situation, tries=(*scene.body.situation.tries, *back), steps=0, rechecked=False
    )
    body = replace(
        scene.body, phase="looking", situation=situation, trial=None, notice="", proof=()
    )
    ticket = with_body(
        scene.ticket, body, state="open", outcome=None, cause=None, fix=None, closed_at=None
    )
    return Move(ticket, (event("reopened", scene.by, scene.now),), "look")


def claim(scene: Scene) -> Move:
    """Somebody takes the ticket on."""
    ticket = replace(scene.ticket, owner=scene.by)
    return Move(ticket, (event("shared", scene.by, scene.now, claimed=True),))


def named(scene: Scene) -> Move:
    """The second line writes down the cause; a later one replaces it."""
    cause = scene.catalog.causes.get(scene.click.detail)
    if cause is None:
        raise OutOfPlace("The knowledge that this ticket is pinned to has no such cause.")
    body = replace(scene.body, notice=f"Found by the second line: {clause(cause.title)}.")
    closed_at = scene.ticket.closed_at or scene.now
    ticket = with_body(scene.ticket, body, cause=cause.id, closed_at=closed_at)
    said = event("closed", scene.by, scene.now, second_line=True, cause=cause.id)
    return Move(ticket, (said,))


def handback(scene: Scene) -> Move:
    """The second line gives it back; what it wrote down as the cause was not the end then."""
    body = replace(scene.body, phase="waiting", notice="Handed back by the second line.")
    ticket = with_body(scene.ticket, body, state="open", cause=None, closed_at=None)
    return Move(ticket, (event("reopened", scene.by, scene.now, handed_back=True),), "plan")


def back(scene: Scene) -> Move:
    """Return to the situation before the last step; what was seen since stays."""
    body = scene.body
    if not body.history:
        raise OutOfPlace("There is no step to go back to.")
    if body.situation.in_force is not None:
        raise OutOfPlace("A temporary measure is in force; it is undone before anything else.")
    earlier = replace(body.history[-1], evidence=body.situation.evidence)
    body = replace(body, situation=earlier, history=body.history[:-1], notice="One step back.")
    return Move(
        with_body(scene.ticket, body), (event("answered", scene.by, scene.now, back=True),), "plan"
    )


def share(scene: Scene) -> Move:
    """Let the card stand in the helpdesk channel."""
    if not scene.helpdesk:
        raise OutOfPlace("No helpdesk channel is set, so there is no place to share it to.")
    if scene.ticket.channel == scene.helpdesk:
        raise OutOfPlace("The card stands in the helpdesk channel already.")
    said = event("shared", scene.by, scene.now, channel=scene.helpdesk)
    return Move(replace(scene.ticket, channel=scene.helpdesk, card=""), (said,))
