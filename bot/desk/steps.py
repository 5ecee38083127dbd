"""What people say about the step on the card: it worked, did not, cannot be done, an answer.

Strategy: pure.  Where probes could see a difference the answer waits for them (``outcome``).
"""

from dataclasses import replace
from datetime import timedelta

from bot.catalog.entries import NOT_SURE, Fix
from bot.desk.move import Move, OutOfPlace, event, onward, with_body
from bot.desk.scene import Scene, escalate, look
from bot.desk.surface import Note
from bot.engine import progress
from bot.engine.values import TryResult


def worked(scene: Scene) -> Move:
    """A fix is said to have helped: the probes look before anybody believes it."""
    fix = scene.fix()
    if not fix.temporary:
        return look(scene, fix.id)
    return _temporary(scene, fix, "worked")


def _temporary(scene: Scene, fix: Fix, result: TryResult) -> Move:
    """A test was made and stands: whatever it showed, its undoing comes next."""
    body = onward(scene.body, progress.tried(scene.model, scene.body.situation, fix.id, result))
    said = event("tried", scene.by, scene.now, fix=fix.id, said=result, result=result)
    return Move(with_body(scene.ticket, body), (said,), "plan", _reminders(scene, fix))


def _reminders(scene: Scene, fix: Fix) -> tuple[Note, ...]:
    minutes = fix.limit_minutes
    if minutes is None:
        return ()
    text = f"#{scene.ticket.number} {scene.ticket.host}: the time for a test is over. Undo it now: "
    due = scene.now + timedelta(minutes=minutes)
    who = {scene.by, scene.ticket.owner or scene.ticket.asked_by}
    if scene.body.approval is not None:
        who.add(scene.body.approval.by)
    return tuple(
        Note(
            text + fix.title,
            user,
            not_before=due,
            while_in_force=fix.id,
            ticket=scene.ticket.number,
        )
        for user in sorted(who - {""})
    )


def failed(scene: Scene) -> Move:
    """A fix is said to have changed nothing; if it could show, the probes look."""
    fix = scene.fix()
    if fix.temporary:
        return _temporary(scene, fix, "failed")
    if fix.changes:
        return look(scene, fix.id)
    body = onward(scene.body, progress.tried(scene.model, scene.body.situation, fix.id, "failed"))
    said = event("tried", scene.by, scene.now, fix=fix.id, said="failed", result="failed")
    return Move(with_body(scene.ticket, body), (said,), "plan")


def cannot(scene: Scene) -> Move:
    """Nobody here can do the step; ``access`` as the reason closes the whole access group."""
    kind = scene.body.offer.step.kind if scene.body.offer is not None else ""
    fix = scene.fix("undo" if kind == "undo" else "fix")
    if kind == "undo":
        why = f"The temporary measure cannot be undone here: {fix.title}"
        return escalate(replace(scene, click=replace(scene.click, detail=why)))
    access = scene.click.detail == "access"
    body = onward(scene.body, progress.cannot(scene.model, scene.body.situation, fix.id, access))
    why = scene.click.detail
    told = {"fix": fix.id, "said": "cannot", "result": "cannot", "why": why}
    said = event("tried", scene.by, scene.now, **told)
    return Move(with_body(scene.ticket, body), (said,), "plan")


def unsure(scene: Scene) -> Move:
    """Not sure: of a question an answer, of a fix a reason to look."""
    offer = scene.body.offer
    if offer is not None and offer.step.kind == "question":
        return answer(replace(scene, click=replace(scene.click, detail=NOT_SURE)))
    fix = scene.fix()
    if fix.temporary:
        return _temporary(scene, fix, "unsure")
    if fix.changes:
        return look(scene, fix.id)
    body = onward(scene.body, progress.tried(scene.model, scene.body.situation, fix.id, "unsure"))
    said = event("tried", scene.by, scene.now, fix=fix.id, said="unsure", result="unsure")
    return Move(with_body(scene.ticket, body), (said,), "plan")


def answer(scene: Scene) -> Move:
    """A question is answered with one of its states."""
    offer, state = scene.body.offer, scene.click.detail
    if offer is None or offer.step.kind != "question" or offer.step.id != scene.click.step:
        raise OutOfPlace("That question is not the one on the card any more.")
    question = scene.catalog.questions[offer.step.id]
    if state != NOT_SURE and state not in question.answers:
        raise OutOfPlace("That is not an answer to the question on the card.")
    body = onward(
        scene.body, progress.answered(scene.model, scene.body.situation, question.id, state)
    )
    said = event("answered", scene.by, scene.now, question=question.id, state=state)
    return Move(with_body(scene.ticket, body), (said,), "plan")


def undone(scene: Scene) -> Move:
    """A temporary measure is said to be undone."""
    fix = scene.fix("undo")
    if fix.changes:
        return look(scene, fix.id)
    body = onward(
        scene.body,
        progress.tried(scene.model, scene.body.situation, fix.id, "undone"),
        approval=None,
    )
    said = event("tried", scene.by, scene.now, fix=fix.id, said="undone", result="undone")
    return Move(with_body(scene.ticket, body), (said,), "plan")
