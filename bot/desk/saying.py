"""The sentences of a card: what is wrong, how likely, what ended it.

Strategy: sentences name the thing, not the bot; a number stands beside its word.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address

from bot.catalog.entries import OTHER, Catalog
from bot.desk import gateway, members, places
from bot.desk.body import Body
from bot.desk.words import day, duration, listed, place
from bot.engine import Verdict
from bot.evidence import Observation
from bot.store.base import Ticket

LIKELY = ((0.9, "Very likely"), (0.5, "Likely"), (0.25, "Possible"), (0.0, "Unlikely"))
SHOWN_FROM = 0.1
"""Causes less likely than this are not named in an inconclusive verdict."""

MOST_RULED_OUT = 6
LADDER = "ladder"
_ABSENT = "not-offered"
"""What a host does not offer is not fine, though it is no fault either."""
_FINE = (
    ("tls-hello", "TLS"),
    ("certificate-validity", "certificate"),
    ("nla-answer", "sign-in"),
    ("clock", "clock"),
)


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def clause(title: str) -> str:
    """The first clause of a cause's title, to stand inside a sentence."""
    return title.split(";", maxsplit=1)[0].rstrip(".")


def minutes(effort: float) -> str:
    """The effort of a step: 10 seconds, about 5 min."""
    return f"about {effort:g} min" if effort >= 1 else f"{effort * 60:.0f} seconds"


def share(probability: float) -> str:
    """A probability with its word: Likely: 62 in 100."""
    word = next(word for least, word in LIKELY if probability >= least)
    return f"{word}: {min(99, max(1, round(probability * 100)))} in 100"


def filled(text: str, host: str, seen: Sequence[Observation]) -> str:
    """A text of the knowledge base with the typed host and the address that was found.

    Both are grammar-checked; nothing else that a target sent ever stands in an instruction.
    """
    return text.replace("{host}", host).replace("{address}", _address(host, seen))


def _address(host: str, seen: Sequence[Observation]) -> str:
    for each in seen:
        for address in each.facts.get("addresses", ()) if each.probe == "name.lookup" else ():
            try:
                return str(ip_address(address))
            except ValueError:
                continue
    return host


def likelihood(body: Body) -> str:
    """How likely the first cause is; empty unless one was found."""
    if body.offer is None or body.phase == "looking" or body.offer.verdict.state != "found":
        return ""
    return share(body.offer.verdict.causes[0].probability)


def sentence(ticket: Ticket, body: Body, catalog: Catalog) -> tuple[str, str]:
    """The first sentence of the card, and what else there is to say of the places looked from."""
    if body.phase in ("looking", "closed") and ticket.state in ("open", "cancelled"):
        return "", ""
    if body.situation.in_force is not None:
        return in_force(ticket, body, catalog), ""
    if body.offer is None:
        return places.blind(body.now, ticket.host), ""
    target = (ticket.host, ticket.port)
    return headline(body.offer.verdict, body.situation.evidence, catalog, (target, body.now))


def headline(
    verdict: Verdict,
    evidence: Mapping[str, str],
    catalog: Catalog,
    sight: tuple[tuple[str, int], Sequence[Observation]],
) -> tuple[str, str]:
    """The verdict in a sentence, and what else to know of the places looked from, if anything.

    ``sight`` is a (host, port) and what was seen of it.  A place that could not look, or that sees
    less than another, is named; it is never the host's fault.
    """
    target, seen = sight
    blind = places.blind(seen, target[0])
    if blind:
        return blind, ""
    hop = places.apart(seen, target, catalog)
    besides = (gateway.apart(seen), members.told(seen, target[0]), places.hindered(seen, target[0]))
    hindered = " ".join(filter(None, besides))
    said = judged(verdict, evidence, catalog, places.looked(seen))
    if hop and (verdict.state != "found" or _of_the_way(verdict, catalog)):
        open_yet = verdict.state != "found" and not looks_fine(catalog, evidence)
        return f"{hop} {said}" if open_yet else hop, hindered
    return said, " ".join(filter(None, (hop, hindered)))


def _of_the_way(verdict: Verdict, catalog: Catalog) -> bool:
    """Whether the first cause lies on the way to the host; then the hop says the same, exactly."""
    return catalog.causes[verdict.causes[0].id].layer in ("network", "name", "port")


def judged(verdict: Verdict, evidence: Mapping[str, str], catalog: Catalog, looked: str) -> str:
    """The verdict in a sentence: the cause, that all is fine, or what is likeliest so far."""
    if verdict.state == "found":
        return catalog.causes[verdict.causes[0].id].title
    return all_fine(looked, evidence) if looks_fine(catalog, evidence) else unsettled(verdict)


def all_fine(looked: str, evidence: Mapping[str, str]) -> str:
    """Everything visible from where was ``looked`` is fine: where the cause must lie then."""
    fine = [word for item, word in _FINE if evidence.get(item, _ABSENT) != _ABSENT]
    seen = listed(["name", "port", "RDP", *fine])
    return (
        f"Everything that can be seen without a password is fine from {looked}: {seen}. "
        "So the cause is most likely behind the password (rights, account, licence), "
        "on the PC, or on the way to the host."
    )


def looks_fine(catalog: Catalog, evidence: Mapping[str, str]) -> bool:
    """Whether every rung is ok and nothing that a probe saw of the host is abnormal."""
    return evidence.get(LADDER) == "ok" and places.normal(catalog, evidence)


def unsettled(verdict: Verdict) -> str:
    """Nothing was found: what is likeliest so far, with its numbers."""
    likely = [
        f"{each.title.rstrip('.')} ({round(each.probability * 100)} in 100)"
        for each in verdict.causes
        if each.id != OTHER and each.probability >= SHOWN_FROM
    ]
    if not likely:
        return "What was seen does not settle it, and no known cause stands out."
    return "What was seen does not settle it. Most likely so far: " + "; ".join(likely[:2]) + "."


def ruled_out(verdict: Verdict, catalog: Catalog) -> tuple[str, ...]:
    """What was ruled out, the commonest causes first; the rest is counted."""
    known = [catalog.causes[each] for each in verdict.ruled_out if each in catalog.causes]
    known.sort(key=lambda cause: (-cause.prior.value, cause.id))
    named = [cause.id.replace("-", " ") for cause in known[:MOST_RULED_OUT]]
    more = len(known) - len(named)
    return (*named, *([f"and {more} more"] if more else []))


def in_force(ticket: Ticket, body: Body, catalog: Catalog) -> str:
    """Said while a temporary measure stands."""
    fix = catalog.fixes[body.situation.in_force or ""]
    limit = f" for at most {fix.limit_minutes} minutes" if fix.limit_minutes else ""
    return (
        f"In force on {ticket.host} as a test{limit}: {fix.title.rstrip('.')}. "
        "It is undone before anything else; until then the ticket cannot be closed."
    )


def last_time(body: Body) -> str:
    """What the last solved ticket of this host was, or the last one that looked the same."""
    last = body.last
    if last is None:
        return ""
    same = body.offer is not None and body.offer.verdict.causes[0].id == last["cause"]
    cause = "same cause" if same else f'"{clause(str(last["title"]))}"'
    offered = body.offer is not None and body.offer.step.id == last.get("fix_id")
    fix = "this step" if offered else f'"{last["fix"]}"'
    fixed = f", fixed by {fix}" if last["fix"] else ""
    host = last.get("host")
    where = f"Last time it looked like this: {host}," if host else "Last time here:"
    said = (
        f"{where} {day(last['closed_at'])}, {cause}{fixed} "
        f"in {duration(last['seconds'])} (#{last['number']})."
    )
    tried = last.get("tried", 0)
    if last["fix"] and tried > 1:
        said += f" Everywhere: it worked {last['worked']} of {tried} times."
    return said


def closing(ticket: Ticket, body: Body, catalog: Catalog) -> str:
    """What ended the ticket."""
    fix = catalog.fixes[ticket.fix].title if ticket.fix and ticket.fix in catalog.fixes else ""
    if ticket.state == "resolved" and ticket.outcome == "verified":
        return f'Fixed by "{fix}": seen by the probes.' if fix else "Seen to be right again."
    if ticket.state == "resolved":
        said = f'Closed on the word of a person: "{fix}" helped.' if fix else "Closed on word."
        same = body.situation.evidence == body.before_evidence
        return f"{said} Nothing visible from {_places(ticket)} has changed." if same else said
    if ticket.state == "escalated":
        return "Handed over to the second line."
    return "Cancelled." if ticket.state == "cancelled" else "Closed without an answer."


def took(ticket: Ticket, now: datetime | None = None) -> str:
    """How long a ticket took, or has been open."""
    end = ticket.closed_at or now or ticket.opened_at
    return duration(max(0.0, (end - ticket.opened_at).total_seconds()))


def _places(ticket: Ticket) -> str:
    return listed([place(each) for each in ticket.vantages]) or "here"
