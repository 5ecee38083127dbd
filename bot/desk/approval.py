"""Steps of risk 3: asked for, then allowed by an approver who is somebody else, for 15 minutes.

Strategy: an approval lets the engine offer such steps at all; it runs out by itself.  It is for
the step that was asked for: where another one would come, it has to be asked for anew.
"""

from dataclasses import replace
from datetime import datetime

from bot.desk.body import ALLOWED_FOR, Approval, Body
from bot.desk.move import Move, OutOfPlace, event, onward, with_body
from bot.desk.scene import Scene
from bot.engine import Model, Step


def ask(scene: Scene) -> Move:
    """Ask for a step of risk 3."""
    offer = scene.body.offer
    if offer is None or not offer.unlocks:
        raise OutOfPlace("There is nothing to allow.")
    if scene.ticket.channel != scene.helpdesk or not scene.helpdesk:
        raise OutOfPlace("Share the card to the helpdesk channel first, where an approver sees it.")
    title = scene.catalog.fixes[offer.unlocks].title
    body = replace(
        scene.body,
        approval=Approval(scene.by, fix=offer.unlocks),
        notice=f"Waits for an approver: {title}",
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
    offer = scene.body.offer
    if offer is None or offer.unlocks != approval.fix:
        raise OutOfPlace("What was asked for is not what would come now. Somebody asks again.")
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


def stands(body: Body, approvers: frozenset[str], now: datetime) -> bool:
    """Whether an approval was given, has not run out, and by somebody who still may."""
    given = body.approval
    return given is not None and given.holds(now) and given.by in approvers


def exceeded(model: Model, body: Body, step: Step) -> bool:
    """Whether a step is of risk 3 and not the one that was allowed."""
    given = body.approval
    return risky(model, step) and (given is None or given.fix != step.id)


def withdrawn(body: Body) -> Body:
    """The ticket without its approval."""
    return replace(body, situation=replace(body.situation, approved=False), approval=None)


def risky(model: Model, step: Step) -> bool:
    """Whether a step is a fix of risk 3, which needs an approval."""
    return step.kind == "fix" and model.catalog.fixes[step.id].risk == 3
