"""The sentences of a card: what is wrong, how likely, what ended it.

Strategy: sentences name the thing, not the bot; a number stands beside its word.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address

from bot.catalog.entries import OTHER, Catalog
from bot.desk.body import Body
from bot.desk.ladder import BOX, by_place
from bot.desk.words import FAILURES, day, duration, listed, place
from bot.engine import Verdict
from bot.evidence import Failure, Observation
from bot.store.base import Ticket

LIKELY = ((0.9, "Very likely"), (0.5, "Likely"), (0.25, "Possible"), (0.0, "Unlikely"))
SHOWN_FROM = 0.1
"""Causes less likely than this are not named in an inconclusive verdict."""

MOST_RULED_OUT = 6
LADDER = "ladder"


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


def sentence(ticket: Ticket, body: Body, catalog: Catalog) -> str:
    """The first sentence of the card."""
    if body.phase in ("looking", "closed") and ticket.state in ("open", "cancelled"):
        return ""
    if body.situation.in_force is not None:
        return in_force(ticket, body, catalog)
    if body.offer is None:
        return blind(body.now, ticket.host)
    return blind(body.now, ticket.host) or judged(
        body.offer.verdict, body.situation.evidence, catalog, _places(ticket)
    )


def judged(verdict: Verdict, evidence: Mapping[str, str], catalog: Catalog, places: str) -> str:
    """The verdict in a sentence: the cause, that all is fine, or what is likeliest so far."""
    if verdict.state == "found":
        return catalog.causes[verdict.causes[0].id].title
    return all_fine(places) if looks_fine(catalog, evidence) else unsettled(verdict)


def all_fine(places: str) -> str:
    """Everything visible from ``places`` is fine: where the cause must lie then."""
    return (
        f"Everything that can be seen without a password is fine from {places}: "
        "name, port, RDP, TLS, certificate, sign-in, clock. So the cause is most likely behind "
        "the password (rights, account, licence), on the PC, or on the way to the host."
    )


def looks_fine(catalog: Catalog, evidence: Mapping[str, str]) -> bool:
    """Whether every rung is ok and nothing that a probe saw is abnormal, whatever was reported."""
    return evidence.get(LADDER) == "ok" and not any(
        state in catalog.evidence[item].abnormal
        for item, state in evidence.items()
        if catalog.evidence[item].origin == "probe"
    )


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


def blind(observations: Sequence[Observation], host: str) -> str:
    """Said when no place could look at all: a fault of the jump box is never the host's."""
    seen = by_place(observations)
    broken: dict[str, Observation] = {}
    for vantage, found in seen.items():
        for each in found:
            if each.probe == BOX and each.failure is not None:
                broken[vantage] = each
    if not broken or len(broken) < len(seen):
        return ""
    box, fault = next(iter(broken.items()))
    failure = fault.failure or Failure.PROBE_INTERNAL
    words = FAILURES.get(failure, failure.value).replace("the jump box", f"Jump box {box}", 1)
    said = f"{words}. Nothing was sent to {host}, so this says nothing about it."
    if failure is Failure.JUMPBOX_HOST_KEY:
        said += (
            f" {capital(fault.detail.rstrip('.'))}. An administrator compares the fingerprint "
            "with the machine and only then puts its key into the known_hosts file of the settings."
        )
    return said


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
