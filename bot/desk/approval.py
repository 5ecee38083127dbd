"""Steps of risk 3: asked for, then allowed by an approver who is somebody else, for 15 minutes.

Strategy: an approval lets the engine offer such steps at all; it runs out by itself.
"""

from dataclasses import replace

from bot.desk.body import ALLOWED_FOR, Approval
from bot.desk.move import Move, OutOfPlace, event, onward, with_body
from bot.desk.scene import Scene


def ask(scene: Scene) -> Move:
    """Ask for a step of risk 3."""
    offer = scene.body.offer
    if offer is None or not offer.unlocks:
        raise OutOfPlace("There is nothing to allow.")
    if scene.ticket.channel != scene.helpdesk or not scene.helpdesk:
        raise OutOfPlace("Share the card to the helpdesk channel first, where an approver sees it.")
    title = scene.catalog.fixes[offer.unlocks].title
    body = replace(
        scene.body, approval=Approval(scene.by), notice=f"Waits for an approver: {title}"
    )
    return Move(
        with_body(scene.ticket, body), (event("asked", scene.by, scene.now, fix=offer.unlocks),)
    )


def allow(scene: Scene) -> Move:
    """An approver allows it for a while."""
    approval = scene.body.approval
    if approval is None:
        raise OutOfPlace("Nobody has asked for an approval.")
    if scene.by in {approval.asked_by, scene.ticket.asked_by}:
        raise OutOfPlace("Somebody other than the person who asked has to allow this step.")
    given = replace(approval, by=scene.by, until=scene.now + ALLOWED_FOR)
    situation = replace(scene.body.situation, approved=True)
    body = onward(scene.body, situation, approval=given)
    said = event("answered", scene.by, scene.now, allowed=True)
    return Move(with_body(scene.ticket, body), (said,), "plan")


def deny(scene: Scene) -> Move:
    """An approver says no."""
    if scene.body.approval is None:
        raise OutOfPlace("Nobody has asked for an approval.")
    body = replace(scene.body, approval=None, notice="The approver said no.")
    said = event("answered", scene.by, scene.now, allowed=False)
    return Move(with_body(scene.ticket, body), (said,))
