"""Tickets that one broken hop explains, linked: on their cards, and once in the helpdesk channel.

Strategy: which tickets belong together follows from what they saw, so it is found anew from the
store and written into no ticket: a ticket's version, and with it the buttons that somebody is
about to press, stay as they are.  What was said is an event of each ticket that names the first
one; the channel's note has a key made of that, so that it is said once over restarts and although
tickets come and go.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from bot.desk.courier import card_parcel
from bot.desk.hops import Hop, Sufferer, Trouble, hops_of, troubles
from bot.desk.move import event
from bot.desk.parts import Parts
from bot.desk.surface import Note
from bot.evidence import BadObservation, Observation
from bot.redact import about
from bot.store.base import Query, Tenant, Ticket

log = logging.getLogger(__name__)

AT_REST = 60.0
"""Seconds between two rounds while no look ends."""
GATHER = 2.0
"""Seconds in which the ends of several looks are one reason for a round."""
KEPT = timedelta(days=1)
MOST = 300
"""The latest tickets that are looked through."""


class Linking:
    """Finds them; ``wake_courier`` is called when there is something to bring."""

    def __init__(self, parts: Parts, wake_courier: Callable[[], None], theirs: Tenant) -> None:
        self._parts = parts
        self._wake_courier = wake_courier
        self._theirs = theirs
        self._wake = asyncio.Event()
        self._one = asyncio.Lock()
        self._hops: dict[int, tuple[int, frozenset[Hop]]] = {}
        self._said: Mapping[int, str] = {}
        self._told: dict[tuple[int, Hop], int] = {}

    def said(self, ticket: Ticket) -> str:
        """The sentence for a card; empty for a ticket that stands alone or is over."""
        return self._said.get(ticket.number, "") if _suffers(ticket) else ""

    def wake(self) -> None:
        """A look has ended."""
        self._wake.set()

    async def run(self) -> None:
        """Round after round until cancelled."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("tickets were not linked")
            try:
                async with asyncio.timeout(AT_REST):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER)

    async def settle(self) -> None:
        """Do at once what is due."""
        if self._wake.is_set():
            await self.round()

    async def round(self) -> None:
        """Find what belongs together, have it said, and bring the cards that it changes."""
        async with self._one:
            self._wake.clear()
            query = Query(since=self._parts.clock() - KEPT, limit=MOST)
            found = (await self._parts.store.search(query)).tickets
            mine = [each for each in found if each.tenant != self._theirs and _suffers(each)]
            self._forget({each.number for each in mine})
            said: dict[int, str] = {}
            for _, team in groupby(sorted(mine, key=_tenant), key=_tenant):
                for trouble in troubles([self._sufferer(each) for each in team]):
                    await self._announce(trouble)
                    for number in trouble.numbers:
                        said.setdefault(number, trouble.said_to(number))
            before, self._said = self._said, said
            changed = [
                each.number for each in mine if said.get(each.number) != before.get(each.number)
            ]
            if changed:
                await self._parts.store.queue([card_parcel(each) for each in changed])
                self._wake_courier()

    def _sufferer(self, ticket: Ticket) -> Sufferer:
        """What failed it; looked up once a version, because most tickets stay as they are."""
        known = self._hops.get(ticket.number)
        if known is None or known[0] != ticket.version:
            known = self._hops[ticket.number] = (ticket.version, _hops(ticket))
        return Sufferer(ticket.number, ticket.host, ticket.opened_at, known[1])

    def _forget(self, kept: set[int]) -> None:
        self._hops = {number: it for number, it in self._hops.items() if number in kept}
        self._told = {key: first for key, first in self._told.items() if key[0] in kept}

    async def _announce(self, trouble: Trouble) -> None:
        """Write it down once a ticket, and tell the helpdesk once; the order survives a crash."""
        hop, store = trouble.hop, self._parts.store
        new = [number for number in trouble.numbers if (number, hop) not in self._told]
        if not new:
            return
        written = {number: first for number in new if (first := await self._written(number, hop))}
        keys = [(number, hop) for number in trouble.numbers]
        told = [self._told[key] for key in keys if key in self._told]
        first = min([*written.values(), *told], default=trouble.numbers[0])
        for number in new:
            if number not in written:
                told_now = event("shared", "", self._parts.clock(), hop=hop.said, first=first)
                await store.append(number, [told_now])
        if self._parts.helpdesk:
            # It belongs to the first ticket: a note of none is forgotten once it is sent.
            note = Note(_to_all(trouble), channel=self._parts.helpdesk[0], ticket=first)
            await store.queue([note.parcel(f"hop:{first}:{_digest(hop)}")])
            self._wake_courier()
        self._told |= {(number, hop): written.get(number, first) for number in new}

    async def _written(self, number: int, hop: Hop) -> int:
        """The first ticket of this trouble, as an event of this one names it; 0 if none does."""
        events = await self._parts.store.events(number)
        named = [each.data for each in events if each.kind == "shared"]
        return next((int(data["first"]) for data in named if data.get("hop") == hop.said), 0)


def _suffers(ticket: Ticket) -> bool:
    return ticket.state in ("open", "escalated")


def _tenant(ticket: Ticket) -> tuple[str, str]:
    return ticket.tenant.enterprise_id, ticket.tenant.team_id


def _hops(ticket: Ticket) -> frozenset[Hop]:
    """None of a ticket that is being looked at, or that a newer program wrote otherwise."""
    raw: Sequence[Mapping[str, object]] = ticket.body.get("now", ())
    try:
        return hops_of([Observation.from_json(each) for each in raw])
    except (BadObservation, KeyError, TypeError, ValueError):
        with about(ticket.number):
            log.exception("the ticket cannot be read")
        return frozenset()


def _to_all(trouble: Trouble) -> str:
    numbers = ", ".join(f"#{each}" for each in trouble.numbers[:10])
    return (
        f"{len(trouble.numbers)} tickets of different hosts failed at {trouble.hop.said}: "
        f"{numbers}. Look there before at each host; /rdp ticket N shows one."
    )


def _digest(hop: Hop) -> str:
    text = "\n".join((hop.kind, hop.name, hop.seen_from))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
