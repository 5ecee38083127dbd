"""What the second line gets with an escalation."""

from bot.catalog.entries import Catalog
from bot.desk import rdp_file
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
    standing = catalog.fixes.get(body.situation.in_force or "")
    lines = [
        f"#{ticket.number} {view.host} was handed over by {{by}}.",
        f"STILL IN FORCE, to be undone first: {standing.title}" if standing else "",
        f"They say: {reason}" if reason else "",
        f"In one line: {said}" if said else "",
        "Seen: " + "; ".join(f"{row.title}: {row.mark}, {row.detail}" for row in view.rows),
        "Tried: " + "; ".join(tried) if tried else "Tried: nothing yet.",
        "Answered: " + "; ".join(asked) if asked else "",
        "Ruled out: " + ", ".join(view.ruled_out) if view.ruled_out else "",
        f"Reported: {' '.join(ticket.codes)} {ticket.message}".rstrip() if ticket.codes else "",
        rdp_file.said(catalog, rdp_file.filed_of(ticket, body), body.now),
        f"Take it: /rdp ticket {ticket.number}",
    ]
    text = "\n".join(line for line in lines if line)
    return Note(text, by=handed_over.by, ticket=ticket.number)
