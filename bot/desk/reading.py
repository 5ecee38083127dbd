"""What people read without changing anything: a ticket, its raw facts, the history, codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.desk.balance import chapters as chapters_of
from bot.desk.body import Body
from bot.desk.counting import tally, title_of
from bot.desk.ladder import by_place
from bot.desk.library import Library
from bot.desk.saying import share, took
from bot.desk.showing import meanings
from bot.desk.timeline import timeline
from bot.desk.view import Happening, Meaning, Past, PastPage, Story, Suspects, Tally
from bot.evidence import Observation, Status
from bot.redact import clean
from bot.store.base import Event, Page, Query, Store, Tenant, Ticket

LONGEST = 400
STATS = timedelta(days=30)
MOST_SHEETS = 2
"""Causes whose balance sheets stand under Details."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads tickets and makes views of them."""

    store: Store
    library: Library

    async def story(self, number: int, tenant: Tenant) -> Story | None:
        """Everything that is known of a ticket: what each place saw, why, what happened."""
        ticket = await self.store.ticket(number)
        if ticket is None or ticket.tenant != tenant:
            return None
        body = Body.of(ticket)
        chapters = [
            (f"Seen from {place}", tuple(_fact(each) for each in seen))
            for place, seen in by_place(body.now).items()
        ]
        if body.offer is not None:
            shares = tuple(
                f"{share(each.probability)}  {each.title}"
                for each in body.offer.verdict.causes
                if each.probability >= 0.01
            )
            chapters.append(("Causes", shares))
            model = await self.library.of(ticket.knowledge, ticket.epoch)
            chapters += chapters_of(model, body.situation, MOST_SHEETS)
            chapters.append(("Held back by a rule", body.offer.held_back))
        told = await self.store.events(number)
        chapters.append(("What happened", tuple(_happened(each) for each in told)))
        chapters.append(("Knowledge", (f"{ticket.knowledge[:12]}, epoch {ticket.epoch}",)))
        kept = tuple((title, lines) for title, lines in chapters if lines)
        return Story(number, ticket.host, kept)

    async def timeline(self, number: int, tenant: Tenant) -> tuple[Happening, ...]:
        """What happened to a ticket, in the words of the knowledge that it is pinned to."""
        ticket = await self.store.ticket(number)
        if ticket is None or ticket.tenant != tenant:
            return ()
        catalog = await self.library.catalog(ticket.knowledge)
        return timeline(await self.store.events(number), catalog)

    async def suspects(self, number: int, tenant: Tenant) -> Suspects | None:
        """Every cause of the knowledge that a ticket is pinned to, its own likeliest first."""
        ticket = await self.store.ticket(number)
        if ticket is None or ticket.tenant != tenant:
            return None
        causes = (await self.library.catalog(ticket.knowledge)).causes
        offer = Body.of(ticket).offer
        found = offer.verdict.causes if offer is not None else ()
        likely = [each.id for each in found if each.id in causes and each.probability >= 0.01]
        rest = sorted(causes.keys() - set(likely), key=lambda each: causes[each].title)
        return Suspects(
            tuple((each, causes[each].title) for each in likely),
            tuple((each, causes[each].title) for each in rest),
        )

    async def history(self, query: Query, title: str) -> PastPage:
        """One page of tickets, newest first."""
        page: Page = await self.store.search(query)
        lines = [self.past(ticket) for ticket in page.tickets]
        older = page.tickets[-1].number if page.more and page.tickets else None
        return PastPage(title, tuple(lines), older)

    def past(self, ticket: Ticket) -> Past:
        """One line of a list of tickets."""
        cause = self.library.current.catalog.causes.get(ticket.cause or "")
        outcome = {"verified": ", verified", "word": " on word"}.get(ticket.outcome or "", "")
        return Past(
            ticket.number,
            ticket.host,
            ticket.opened_at,
            _cause(ticket) if cause is None else cause.title,
            ticket.state + outcome,
            took(ticket) if ticket.closed_at else "",
            ticket.asked_by,
        )

    async def stats(self, tenant: Tenant, now: datetime, days: int | None, today: date) -> Tally:
        """How the last days went; all there are without a number."""
        since = None if days is None else now - timedelta(days=days)
        return tally(
            await self.store.stats(tenant, since), self.library.current.catalog, days, today
        )

    def causes(self) -> tuple[tuple[str, str], ...]:
        """Every cause of the newest knowledge as (id, title), by title."""
        causes = self.library.current.catalog.causes
        return tuple(sorted(((each, causes[each].title) for each in causes), key=lambda it: it[1]))

    def named(self, cause: str) -> str:
        """A cause by its title."""
        return title_of(self.library.current.catalog.causes, cause)

    def codes(self, text: str) -> tuple[Meaning, ...]:
        """What the codes in a text mean; raises BadCode."""
        return meanings(self.library.current.catalog, text)


def _cause(ticket: Ticket) -> str:
    """The cause of a ticket that the knowledge base does not name; open ones have none yet."""
    if ticket.state in ("open", "escalated"):
        return ""
    return (ticket.cause or "cause not known").replace("-", " ")


def _fact(seen: Observation) -> str:
    """One observation as a line: probe, status, facts."""
    failure = f" {seen.failure.value}" if seen.failure is not None else ""
    said = f" ({clean(seen.detail, LONGEST)})" if seen.detail else ""
    facts = ", ".join(f"{key} {_plain(value)}" for key, value in sorted(seen.facts.items()))
    took = f" in {seen.duration_ms:g} ms" if seen.status is not Status.NOT_RUN else ""
    line = f"{seen.probe}: {seen.status.value}{failure}{took}{said}"
    return f"{line}; {facts}" if facts else line


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_plain(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_plain(each) for each in value) + "]"
    return clean(str(value), LONGEST)


def _happened(event: Event) -> str:
    said = ", ".join(
        f"{key} {_plain(value)}"
        for key, value in sorted(event.data.items())
        if key != "evidence" and value not in (None, "")
    )
    who = f" by {event.by}" if event.by else ""
    return f"{_clock(event.at)} {event.kind}{who}" + (f": {said}" if said else "")


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"
