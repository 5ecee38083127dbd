"""The escalation packet: what the second line gets, so that it starts halfway in.

Strategy: one frozen value, made anew from the ticket each time; Slack shows it as a message that
is edited in place, the command line prints it as Markdown.  Every string that a person typed or a
target sent passes ``redact`` and ``clean`` here, once.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.catalog.entries import OTHER, Catalog
from bot.desk import rdp_file, saying
from bot.desk.body import Body
from bot.desk.buttons import packet_tools
from bot.desk.ladder import by_place, rows
from bot.desk.showing import meanings, state_of
from bot.desk.timeline import WHY
from bot.desk.view import Packet, TicketView
from bot.desk.words import place
from bot.redact import clean, redact
from bot.store.base import Event, Parcel, Ticket

LONGEST = 1_000
RESULTS = {
    "worked": "seemed to work",
    "failed": "did not help",
    "cannot": "could not be done",
    "unsure": "not certain",
    "different": "changed something, yet not enough",
    "came-back": "helped, but the trouble came back",
    "undone": "undone",
    "verified": "helped, seen by the probes",
}
NO_VERDICT = "Look again: there is no verdict yet."
NOTHING_LEFT = "No step is left for the likely causes: look at the host itself and its event logs."
MOST_CAUSES, MOST_FIXES = 3, 2
LIKELY_FROM = 0.05


def packet_parcel(number: int) -> Parcel:
    """The parcel that brings the latest state of a ticket's packet."""
    return Parcel("card", f"packet:{number}", number, {"packet": True})


def stands_at(events: Sequence[Event]) -> tuple[str, str] | None:
    """The channel and name of the message that holds the packet; None before its first post."""
    for each in reversed(events):
        if "packet" in each.data:
            channel, message = each.data["packet"]
            return str(channel), str(message)
    return None


def packet_of(
    ticket: Ticket, view: TicketView, catalog: Catalog, events: Sequence[Event]
) -> Packet:
    """The packet of a ticket as it is now; ``view`` is its card, ``events`` all that happened."""
    body = Body.of(ticket)
    handed = next((each for each in reversed(events) if each.kind == "escalated"), None)
    chapters = (
        ("Still in force, to be undone first", _in_force(body, catalog)),
        ("They say", _reason(handed)),
        *_seen(ticket, body, catalog, events),
        ("Tried", _tried(catalog, events) or ("nothing yet",)),
        ("Answered", _answered(body, catalog)),
        ("Ruled out", (", ".join(view.ruled_out),) if view.ruled_out else ()),
        ("Try next", _next(body, catalog)),
        ("Error as reported", _reported(ticket, body, catalog)),
    )
    return Packet(
        number=ticket.number,
        version=ticket.version,
        host=view.host,
        state=state_of(ticket, body),
        by=handed.by if handed is not None else "",
        to=body.handed or "",
        owner=ticket.owner or "",
        after=saying.took(ticket, handed.at if handed is not None else None),
        sentence=_one_line(view),
        chapters=tuple((title, _lines(lines)) for title, lines in chapters if lines),
        buttons=packet_tools(ticket),
    )


def _one_line(view: TicketView) -> str:
    said = " ".join(filter(None, (view.sentence, view.likelihood, view.elsewhere)))
    return clean(redact(said or view.notice or "Nothing was found yet."), LONGEST)


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean(redact(line), LONGEST) for line in lines)


def _in_force(body: Body, catalog: Catalog) -> tuple[str, ...]:
    fix = catalog.fixes.get(body.situation.in_force or "")
    return (f"{fix.title} Undo: {fix.undo or 'see the step'}",) if fix is not None else ()


def _reason(handed: Event | None) -> tuple[str, ...]:
    said = str(handed.data.get("reason", "")).strip() if handed is not None else ""
    return tuple(said.splitlines())


def _seen(
    ticket: Ticket, body: Body, catalog: Catalog, events: Sequence[Event]
) -> list[tuple[str, tuple[str, ...]]]:
    """The rungs as each place saw them, and when that was."""
    looks = [each.at for each in events if each.kind == "observed"]
    at = f" at {_clock(looks[-1])}" if looks else ""
    made = []
    for vantage, seen in by_place(body.now).items():
        rungs = rows(catalog, seen, (ticket.host, ticket.port), live=False)
        told = tuple(
            f"{row.mark}: {row.title}{', ' if row.detail else ''}{row.detail}" for row in rungs
        )
        made.append((f"Seen from {place(vantage)}{at}", told))
    return made


def _tried(catalog: Catalog, events: Sequence[Event]) -> tuple[str, ...]:
    """Each step that was tried: when, by whom, what came of it."""
    tries: list[tuple[Event, str]] = []
    for each in events:
        fix, result = each.data.get("fix"), each.data.get("result")
        if each.kind == "tried" and fix:
            tries.append((each, str(result or each.data.get("said", ""))))
        elif each.kind in ("observed", "verified") and fix and tries:
            last, _ = tries[-1]
            if last.data.get("fix") == fix:
                tries[-1] = (last, "verified" if each.kind == "verified" else str(result or ""))
    return tuple(
        f"{_clock(each.at)}, {_fix(catalog, str(each.data['fix']))}: {_result(each, result)}"
        for each, result in tries
    )


def _result(tried: Event, result: str) -> str:
    """What came of a step, and why where it could not be done."""
    why = WHY.get(str(tried.data.get("why", "")), "") if result == "cannot" else ""
    return f"{RESULTS.get(result, result)}{f' ({why})' if why else ''}"


def _fix(catalog: Catalog, fix: str) -> str:
    entry = catalog.fixes.get(fix)
    return entry.title.rstrip(".") if entry is not None else fix


def _answered(body: Body, catalog: Catalog) -> tuple[str, ...]:
    known = catalog.questions
    return tuple(
        f"{known[question].title}: {known[question].answers.get(state, state.replace('-', ' '))}"
        for question, state in sorted(body.situation.answers.items())
        if question in known
    )


def _next(body: Body, catalog: Catalog) -> tuple[str, ...]:
    """The step that was about to come, and what mends the likeliest causes and was not tried."""
    if body.offer is None:
        return (NO_VERDICT,)
    step, tried = body.offer.step, {each.fix for each in body.situation.tries}
    lines = []
    if step.kind in ("fix", "question", "undo"):
        lines.append(step.title)
    for cause in body.offer.verdict.causes[:MOST_CAUSES]:
        if cause.id == OTHER or cause.probability < LIKELY_FROM:
            continue
        fixes = _cures(catalog, cause.id, tried | {step.id})
        share = f"{round(cause.probability * 100)} in 100"
        lines += [f"If it is “{saying.clause(cause.title)}” ({share}): {fix}" for fix in fixes]
    return tuple(lines) or (NOTHING_LEFT,)


def _cures(catalog: Catalog, cause: str, without: set[str]) -> list[str]:
    """Lasting fixes of a cause, the surest first; what weakens protection is not recommended."""
    found = [
        (-cure.well.value, fix.title)
        for fix in catalog.fixes.values()
        for cure in fix.cures
        if cure.cause == cause and fix.id not in without and not fix.temporary and fix.risk < 3
    ]
    return [title for _, title in sorted(found)[:MOST_FIXES]]


def _reported(ticket: Ticket, body: Body, catalog: Catalog) -> tuple[str, ...]:
    found = meanings(catalog, ticket.codes)
    codes = tuple(f"{each.code}: {' '.join(each.lines)}" for each in found)
    told = tuple(f"{key}: {state}" for key, state in sorted(body.report.items()))
    file = rdp_file.said(catalog, rdp_file.filed_of(ticket, body), body.now)
    return tuple(filter(None, (*codes, ticket.message, *told, file)))


def _clock(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(packet: Packet) -> str:
    """The packet as a Markdown page in which nothing foreign is markup or a link."""
    title = f"# #{packet.number} {escaped(packet.host)}: {escaped(packet.state)}"
    by = f"Handed over by {packet.by}" if packet.by else ""
    to = f" to {packet.to}" if packet.to else ""
    head = f"{by}{to}, {packet.after} in." if by else ""
    owner = f"Claimed by {packet.owner}." if packet.owner else ""
    parts = [title, escaped(f"{head} {owner}".strip()), escaped(packet.sentence)]
    for heading, lines in packet.chapters:
        listed = "\n".join(f"- {escaped(line)}" for line in lines)
        parts.append(f"## {escaped(heading)}\n\n{listed}")
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Text in which Markdown finds nothing to render; addresses are broken, so none is a link."""
    return _SPECIAL.sub(r"\\\1", text.replace("://", ": //").replace("www.", "www ."))
