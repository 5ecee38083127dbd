"""What the flow answers: the ticket as it should be written, and what comes after."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.catalog.entries import OTHER
from bot.desk.body import HISTORY, Body
from bot.desk.surface import Note
from bot.engine import Situation
from bot.store.base import Event, Ticket


class OutOfPlace(Exception):
    """The click does not fit the ticket as it is; the text says why, nothing was done."""


@dataclass(frozen=True, slots=True)
class Move:
    """``ticket`` and ``events`` to write.

    Then ``look`` (write first, probe after), ``plan`` (ask the planner, then write) or ``rest``.
    """

    ticket: Ticket
    events: tuple[Event, ...] = ()
    then: Literal["look", "plan", "rest"] = "rest"
    notes: tuple[Note, ...] = ()


def with_body(ticket: Ticket, body: Body, **columns: Any) -> Ticket:
    """The ticket with this body, and the columns that follow from it."""
    return replace(ticket, body=body.to_json(), steps=body.situation.steps, **columns)


def event(kind: str, by: str, now: datetime, **data: Any) -> Event:
    """One event with its data."""
    return Event(kind, by, now, data)


def onward(body: Body, situation: Situation, **fields: Any) -> Body:
    """The body with a new situation; the old one can be returned to."""
    history = (*body.history, body.situation)[-HISTORY:]
    return replace(
        body, situation=situation, history=history, **{"trial": None, "notice": "", **fields}
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """How a ticket was resolved, by whom, and by which fix if one is known."""

    outcome: Literal["verified", "word"]
    by: str
    now: datetime
    fix: str = ""


def closed(ticket: Ticket, body: Body, ending: Ending) -> Move:
    """The ticket resolved; the likeliest cause is written down where one was found."""
    cause = None
    if body.offer is not None and body.offer.verdict.state == "found":
        first = body.offer.verdict.causes[0].id
        cause = first if first != OTHER else None
    by, now, fix = ending.by, ending.now, ending.fix
    done = with_body(
        ticket,
        replace(body, phase="closed", trial=None),
        state="resolved",
        outcome=ending.outcome,
        cause=cause,
        fix=fix or None,
        closed_at=now,
    )
    told: dict[str, Any] = {"outcome": ending.outcome, "fix": fix, "cause": cause}
    told |= {"result": "worked"} if fix else {}
    said = [event("closed", by, now, **told)]
    if ending.outcome == "verified":
        said.insert(0, event("verified", by, now, fix=fix, evidence=list(body.proof)))
    return Move(done, tuple(said))
