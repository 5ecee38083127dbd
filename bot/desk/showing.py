"""From a stored ticket to what people see of it; pure, the same ticket gives the same view.

Strategy: one function a part of the card (sentence, step, buttons, proof), put together in
``view_of``.  Nothing here decides; it only says.
"""

from collections.abc import Callable, Sequence

from bot.catalog.codes import explain
from bot.catalog.entries import Catalog, Fix
from bot.desk import rdp_file, saying
from bot.desk.body import Body
from bot.desk.buttons import buttons_of, more_of, tools_of
from bot.desk.ladder import changes, rows
from bot.desk.rungs import RUNGS
from bot.desk.view import Meaning, Proof, StepView, TicketView
from bot.desk.words import duration, listed, place
from bot.engine import Step
from bot.evidence import Observation
from bot.store.base import Ticket

WHO = {"user": "the user", "helper": "helpdesk", "admin": "server administrator"}
RISK = (
    "changes nothing",
    "can be undone",
    "restarts something or disturbs others",
    "weakens protection for a while",
)
DISTURBING = 2
"""The risk whose words say already that others notice it."""


def view_of(
    ticket: Ticket, catalog: Catalog, live: Sequence[Observation] | None = None
) -> TicketView:
    """The view of a ticket; ``live`` are observations of a look that is still going on."""
    body = Body.of(ticket)
    looking = body.phase in ("looking", "rechecking")
    seen = body.now if live is None else tuple(live)
    target = (ticket.host, ticket.port)
    ended = ticket.state not in ("open", "escalated")
    sentence, besides = saying.sentence(ticket, body, catalog)
    return TicketView(
        number=ticket.number,
        version=ticket.version,
        host=ticket.host if ticket.port == 3389 else f"{ticket.host} port {ticket.port}",
        state=state_of(ticket, body),
        asked_by=ticket.asked_by,
        verdict=body.offer.verdict.state if body.offer is not None else "",
        owner=ticket.owner or "",
        opened_at=ticket.opened_at,
        sentence=sentence,
        likelihood=saying.likelihood(body),
        besides=besides,
        notice=body.notice,
        codes=() if ended else _codes(ticket, body, catalog),
        rows=rows(catalog, seen, target, live=looking and live is not None),
        ruled_out=() if ended else _ruled_out(body, catalog),
        last_time=saying.last_time(body),
        proof=_proof(ticket, body, catalog),
        step=_step(ticket, body, catalog),
        buttons=buttons_of(ticket, body, catalog),
        tools=tools_of(ticket, body),
        more=more_of(ticket, body),
    )


def meanings(catalog: Catalog, codes: str | Sequence[str]) -> tuple[Meaning, ...]:
    """What each code means, every reading that a table has; raises BadCode."""
    return tuple(
        Meaning(
            reading.code,
            tuple(f"{entry.meaning.rstrip('.')}. {entry.says}".strip() for entry in reading.entries)
            or ("in none of the published tables.",),
        )
        for reading in (explain(catalog, codes) if codes else ())
    )


def state_of(ticket: Ticket, body: Body) -> str:
    """The state in a few words: looking from dc1; open; resolved, verified after 11 minutes."""
    places = listed([place(each) for each in ticket.vantages])
    if ticket.state == "open":
        if body.phase == "looking":
            return f"looking from {places}"
        return f"looking again from {places}" if body.phase == "rechecking" else "open"
    if ticket.state == "resolved":
        how = "resolved, verified" if ticket.outcome == "verified" else "resolved on word"
        return f"{how} after {saying.took(ticket)}"
    return ticket.state


def _codes(ticket: Ticket, body: Body, catalog: Catalog) -> tuple[str, ...]:
    """What the codes mean, and what the .rdp file says."""
    codes = (f"{each.code}: {' '.join(each.lines)}" for each in meanings(catalog, ticket.codes))
    file = rdp_file.said(catalog, rdp_file.filed_of(ticket, body), body.now)
    return (file, *codes) if file else tuple(codes)


def _ruled_out(body: Body, catalog: Catalog) -> tuple[str, ...]:
    if body.offer is None or body.phase == "looking":
        return ()
    return saying.ruled_out(body.offer.verdict, catalog)


def _step(ticket: Ticket, body: Body, catalog: Catalog) -> StepView | None:
    if body.offer is None or body.phase != "waiting":
        return None
    return step_of(
        body.offer.step, catalog, lambda text: saying.filled(text, ticket.host, body.now)
    )


def step_of(step: Step, catalog: Catalog, fill: Callable[[str], str]) -> StepView:
    """A step with its effort and how it is done; ``fill`` puts the host into a text."""
    if step.kind == "question":
        question = catalog.questions[step.id]
        facts = (saying.minutes(question.effort.value),)
        return StepView(question.ask, facts, step.why, fill(question.where_to_look))
    if step.kind in ("fix", "undo"):
        return _fix(step, catalog.fixes[step.id], fill)
    return StepView(step.title, why=step.why)


def _fix(step: Step, fix: Fix, fill: Callable[[str], str]) -> StepView:
    who = WHO[fix.who_can]
    if step.kind == "undo":
        facts = (saying.minutes(fix.effort.value), who)
        return StepView(step.title, facts, step.why, fill(fix.undo or ""))
    words = [saying.minutes(fix.effort.value), who, RISK[fix.risk]]
    if fix.disturbs_others and fix.risk != DISTURBING:
        words.append("other people notice it")
    if fix.waiting:
        words.append(f"then wait {duration(fix.waiting * 60)}")
    undo = fill(fix.undo or "")
    return StepView(fix.title, tuple(words), step.why, fill(fix.text), undo)


def _proof(ticket: Ticket, body: Body, catalog: Catalog) -> Proof | None:
    if ticket.state == "open":
        return None
    before, now = _compared(ticket, body, catalog)
    return Proof(before, now, saying.closing(ticket, body, catalog))


def _compared(
    ticket: Ticket, body: Body, catalog: Catalog
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What proves the repair, as its rungs read before and now; by its states where they do not."""
    target = (ticket.host, ticket.port)
    was, now = (
        {row.title: row.detail for row in rows(catalog, seen, target, live=False)}
        for seen in (body.before, body.now)
    )
    titles = [rung.title for rung in RUNGS if set(rung.items) & set(body.proof)]
    named = [f"Port {ticket.port}" if title == "Port" else title for title in titles]
    if not all(was.get(name) and now.get(name) for name in named) or not named:
        return changes(catalog, body.before_evidence, body.situation.evidence, body.proof)
    return (
        tuple(f"{name}: {was[name]}" for name in named),
        tuple(f"{name}: {now[name]}" for name in named),
    )
