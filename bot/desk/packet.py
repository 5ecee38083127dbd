"""What the second line gets with an escalation, and what the next ticket of a host remembers."""

from typing import Any

from bot.catalog.entries import Catalog
from bot.desk.body import Body
from bot.desk.showing import view_of
from bot.desk.surface import Note
from bot.redact import clean
from bot.store.base import Event, Ticket

LONGEST_REASON = 1_000


def note(ticket: Ticket, catalog: Catalog, handed_over: Event) -> Note:
    """The escalation packet: one line first, then why, what was seen, tried and ruled out."""
    reason = clean(str(handed_over.data.get("reason", "")), LONGEST_REASON)
    view, body = view_of(ticket, catalog), Body.of(ticket)
    said = " ".join(part for part in (view.sentence, view.likelihood) if part)
    tried = [
        f"{catalog.fixes[each.fix].title} ({each.result})"
        for each in body.situation.tries
        if each.fix in catalog.fixes
    ]
    asked = [
        f"{catalog.questions[question].title}: {state}"
        for question, state in sorted(body.situation.answers.items())
        if question in catalog.questions
    ]
    lines = [
        f"#{ticket.number} {view.host} was handed over by {{by}}.",
        f"They say: {reason}" if reason else "",
        f"In one line: {said}" if said else "",
        "Seen: " + "; ".join(f"{row.title}: {row.mark}, {row.detail}" for row in view.rows),
        "Tried: " + "; ".join(tried) if tried else "Tried: nothing yet.",
        "Answered: " + "; ".join(asked) if asked else "",
        "Ruled out: " + ", ".join(view.ruled_out) if view.ruled_out else "",
        f"Reported: {' '.join(ticket.codes)} {ticket.message}".rstrip() if ticket.codes else "",
        f"Take it: /rdp ticket {ticket.number}",
    ]
    text = "\n".join(line for line in lines if line)
    return Note(text, by=handed_over.by, ticket=ticket.number)


def remembered(ticket: Ticket, catalog: Catalog) -> dict[str, Any]:
    """A solved ticket, as the next one of the same host tells of it."""
    cause = catalog.causes.get(ticket.cause or "")
    fix = catalog.fixes.get(ticket.fix or "")
    closed = ticket.closed_at or ticket.opened_at
    return {
        "number": ticket.number,
        "cause": ticket.cause,
        "title": cause.title if cause is not None else "cause not known",
        "fix": fix.title if fix is not None else "",
        "closed_at": closed.isoformat(),
        "seconds": max(0.0, (closed - ticket.opened_at).total_seconds()),
    }
