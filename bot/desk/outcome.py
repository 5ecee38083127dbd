"""What a finished look does to a ticket: the proof, the second fault, or the first verdict.

Strategy: pure, like ``flow``.  What was seen before and what is seen now decide, never the word
of a person alone: a fix that "worked" while the evidence that it should have changed is still
abnormal is not believed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.catalog.entries import Catalog, Fix
from bot.desk.body import Body, Offer, merged
from bot.desk.intents import Verb
from bot.desk.ladder import by_place
from bot.desk.move import Ending, Move, closed, event, onward, with_body
from bot.desk.places import apart, broken
from bot.desk.sight import Sight
from bot.desk.words import listed, place
from bot.engine import Plan, progress
from bot.engine.values import TryResult
from bot.evidence import Observation
from bot.store.base import Event, Ticket

UNSEEN = "The probes could not look: the jump box is at fault, not the host. Try once more."


def only_of(body: Body, catalog: Catalog) -> frozenset[str] | None:
    """Which probes a look needs: those that the fix may change, or all of them."""
    if body.phase == "looking" or body.trial is None or not body.trial.fix:
        return None
    return frozenset(catalog.fixes[body.trial.fix].changes) or None


def combined(
    body: Body, seen: Sequence[Observation], only: frozenset[str] | None
) -> tuple[Observation, ...]:
    """Everything known of the host after a look."""
    return merged(body.now, seen, only)


def looked(sight: Sight) -> Move:
    """What the look means for the ticket."""
    body, trial = sight.body, sight.body.trial
    sight = replace(sight, ticket=replace(sight.ticket, names=sight.names))
    fix = sight.fix
    if body.phase == "looking":
        move = _opened(sight)
    elif trial is None or fix is None:
        move = _again(sight)
    elif sight.blind:
        move = _blind(sight)
    else:
        move = _CHECKED[Verb(trial.verb)](sight, fix)
    return replace(move, events=(_observed(sight, move), *move.events))


def _observed(sight: Sight, move: Move) -> Event:
    """What was seen, and what it made of the fix that was checked: learning reads it again."""
    before, after = sight.body.situation, Body.of(move.ticket).situation
    told: dict[str, object] = {}
    if len(after.tries) > len(before.tries):
        told = {"fix": after.tries[-1].fix, "result": after.tries[-1].result}
    if after.restarted != before.restarted:
        told["restarted"] = True
    if sight.blind:
        told["blind"] = True
    return event("observed", sight.by, sight.now, evidence=dict(sight.evidence), **told)


def _blind(sight: Sight) -> Move:
    """A fault of the jump box proves and disproves nothing: the step stays as it was."""
    kept = replace(
        sight.body,
        phase="waiting",
        trial=None,
        notice=UNSEEN,
    )
    return Move(with_body(sight.ticket, kept))


def _opened(sight: Sight) -> Move:
    """The first look, or the first after a reopening: what a proof is measured against."""
    body = sight.body
    situation = sight.situation
    if not body.situation.evidence:
        situation = replace(body.situation, evidence=sight.evidence)
    body = sight.settled(
        body, situation=situation, before=sight.seen, before_evidence=sight.evidence
    )
    signature = sight.ticket.signature or sight.signature
    return Move(with_body(sight.ticket, body, signature=signature), then="plan")


def _again(sight: Sight) -> Move:
    """A re-check without a fix."""
    body = sight.settled(sight.body, situation=sight.situation, notice=_found(sight))
    if sight.first:
        body = replace(body, before=sight.seen, before_evidence=sight.evidence)
    return Move(with_body(sight.ticket, body), then="plan")


def _found(sight: Sight) -> str:
    """What a re-check has to say about itself."""
    if beside := _beside(sight):
        return beside
    if sight.blind:
        return UNSEEN
    if sight.first:
        return "Looked again: this time the jump box let the probes through."
    return sight.difference if sight.changed else "Looked again: nothing has changed."


def _beside(sight: Sight) -> str:
    """Whether a place that was not looked from before sees the same; the card says the rest."""
    new = [each for each in by_place(sight.seen) if each not in by_place(sight.body.now)]
    if not new:
        return ""
    target = (sight.ticket.host, sight.ticket.port)
    names = listed([place(each) for each in new])
    if set(new) & set(broken(sight.seen)):
        said = "it could not look."
    elif apart(sight.seen, target, sight.catalog):
        said = "it does not see the same."
    else:
        said = "it sees the same."
    return f"Looked from {names} as well: {said}"


def _worked(sight: Sight, fix: Fix) -> Move:
    body, before = sight.body, sight.body.before_evidence
    if sight.worse:
        return _tried(sight, fix, "different")
    if progress.proves(sight.model, fix.id, before, sight.evidence):
        situation = replace(body.situation, evidence=sight.evidence)
        proof = sight.abnormal(before, fix.check)
        done = sight.settled(body, situation=situation, proof=proof, notice="")
        return closed(sight.ticket, done, Ending("verified", sight.by, sight.now, fix.id))
    still = sight.abnormal(sight.evidence, fix.check)
    if set(still) & set(sight.changed):
        return _tried(sight, fix, "different")
    if still:
        words = "; ".join(sight.reads(item) for item in still)
        body = sight.settled(body, notice=f"Looked again: nothing has changed yet ({words}).")
        return Move(with_body(sight.ticket, body))
    situation = replace(body.situation, evidence=sight.evidence)
    done = sight.settled(body, situation=situation, notice="")
    return closed(sight.ticket, done, Ending("word", sight.by, sight.now, fix.id))


def _failed(sight: Sight, fix: Fix) -> Move:
    return _tried(sight, fix, "failed")


def _unsure(sight: Sight, fix: Fix) -> Move:
    """Nobody knows: if the probes see it mended, the person tries again, else it was not done."""
    if progress.proves(sight.model, fix.id, sight.body.before_evidence, sight.evidence):
        situation = replace(sight.body.situation, evidence=sight.evidence)
        notice = "What this step mends is right now. Connect again and say whether it works."
        body = sight.settled(sight.body, situation=situation, notice=notice)
        return Move(with_body(sight.ticket, body))
    return _tried(sight, fix, "unsure")


def _undone(sight: Sight, fix: Fix) -> Move:
    situation = replace(sight.body.situation, evidence=sight.evidence)
    body = onward(
        sight.body, progress.tried(sight.model, situation, fix.id, "undone"), approval=None
    )
    return Move(with_body(sight.ticket, sight.settled(body)), then="plan")


def _tried(sight: Sight, fix: Fix, result: TryResult) -> Move:
    """It is still broken; if the probes see a change, one fault was mended and another is there."""
    situation = replace(sight.body.situation, evidence=sight.evidence)
    changed = bool(sight.changed)
    after = progress.tried(sight.model, situation, fix.id, result, probes_changed=changed)
    body = sight.settled(
        onward(sight.body, after),
        notice=sight.difference if changed else "",
        before=sight.seen,
        before_evidence=sight.evidence,
    )
    return Move(with_body(sight.ticket, body), then="plan")


_CHECKED = {
    Verb.WORKED: _worked,
    Verb.FAILED: _failed,
    Verb.UNSURE: _unsure,
    Verb.UNDONE: _undone,
}


def planned(move: Move, plan: Plan, now: datetime, unlocks: str = "") -> Move:
    """The move with the planner's verdict and step on the card."""
    ticket = move.ticket
    body = Body.of(ticket)
    offer = Offer.of(plan, unlocks)
    body = replace(body, offer=offer, phase="waiting")
    kind = "asked" if plan.step.kind == "question" else "offered"
    offered = event(
        kind,
        "",
        now,
        step=plan.step.kind,
        id=plan.step.id,
        verdict=plan.verdict.state,
        first=plan.verdict.causes[0].id if plan.verdict.causes else "",
    )
    return replace(
        move, ticket=with_body(ticket, body), events=(*move.events, offered), then="rest"
    )


def broken_off(ticket: Ticket, body: Body, why: str, now: datetime) -> Move:
    """A look that could not be finished: what was there stays, looking again is offered."""
    if body.offer is None:
        step = event("closed", "", now, outcome="cancelled", reason=why)
        done = replace(body, phase="closed", trial=None, notice=why)
        return Move(with_body(ticket, done, state="cancelled", closed_at=now), (step,))
    kept = replace(body, phase="waiting", trial=None, notice=why)
    return Move(with_body(ticket, kept), (event("refused", "", now, reason=why),))
