"""What happens without anybody asking: reminders, the end of silent tickets, deletion of old ones.

Strategy: one round now and then; each ticket is judged by its last event, so nothing has to be
remembered between rounds or restarts.  With a clock that is not believed nothing is given up or
deleted.  A ticket with a temporary measure in force is never given up: its people are reminded
once a day until it is undone.
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.desk.body import Body
from bot.desk.courier import Courier, card_parcel
from bot.desk.move import event, with_body
from bot.desk.parts import Parts
from bot.desk.surface import Note
from bot.desk.trust import Trust
from bot.redact import about
from bot.store.base import Query, Stale, Tenant, Ticket

log = logging.getLogger(__name__)

MOST_HANDED = 300
"""The latest escalated tickets that are looked through for a measure in force."""
ROUND = 600.0
"""Seconds between two rounds."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Keeps the house in order; ``theirs`` is the tenant whose tickets are left alone."""

    parts: Parts
    courier: Courier
    theirs: Tenant
    trust: Trust = field(default_factory=Trust)

    async def run(self) -> None:
        """Round after round until cancelled."""
        while True:
            try:
                await self.round(trusted=await self._trusted())
            except Exception:
                log.exception("a round of upkeep broke off")
            await asyncio.sleep(ROUND)

    async def _trusted(self) -> bool:
        """Whether the clock is believed; the newest ticket tells of the time before the start."""
        newest = (await self.parts.store.search(Query(limit=1))).tickets
        return self.trust.of(self.parts.clock(), newest[0].opened_at if newest else None)

    async def round(self, *, trusted: bool = True) -> None:
        """Look at every open ticket once, at escalated ones too where a measure is in force.

        With a clock that is not ``trusted`` nothing is given up or deleted.
        """
        now = self.parts.clock()
        for ticket in await self.parts.store.unfinished():
            if ticket.tenant != self.theirs and ticket.body.get("phase") == "waiting":
                await self._judged(ticket, now, trusted)
        handed = await self.parts.store.search(Query(state="escalated", limit=MOST_HANDED))
        for ticket in handed.tickets:
            if ticket.tenant != self.theirs and _in_force(ticket):
                await self._judged(ticket, now, trusted)
        deleted = await self.parts.store.purge(now - self.parts.keep) if trusted else 0
        if deleted:
            log.info("%d old tickets were deleted", deleted)
        self.courier.wake()

    async def _judged(self, ticket: Ticket, now: datetime, trusted: bool) -> None:
        """Judge a ticket; one that a newer program wrote may be unreadable, the rest is not."""
        with about(ticket.number):
            try:
                await self._judge(ticket, now, trusted)
            except (KeyError, TypeError, ValueError):
                log.exception("the ticket cannot be read")

    async def _judge(self, ticket: Ticket, now: datetime, trusted: bool) -> None:
        events = await self.parts.store.events(ticket.number)
        # That it was linked with others is nothing that anybody did with it.
        touched = (each.at for each in events if "hop" not in each.data)
        last = max(touched, default=ticket.opened_at)
        silent = now - last
        if _in_force(ticket):
            if silent >= timedelta(days=1):
                await self._remind(ticket, silent.days)
        elif silent >= self.parts.abandon:
            if trusted:
                await self._abandon(ticket, now)
        elif (nudge := self.parts.nudging.due(ticket, last, now)) is not None:
            await self.parts.store.queue([nudge])

    async def _remind(self, ticket: Ticket, days: int) -> None:
        body = Body.of(ticket)
        text = f"#{ticket.number} {ticket.host}: a temporary measure is still in force. Undo it."
        people = {ticket.owner or ticket.asked_by, body.approval.by if body.approval else ""}
        notes = [Note(text, user, ticket=ticket.number) for user in sorted(people - {""})]
        keys = [f"remind:{ticket.number}:{ticket.version}:{days}:{note.user}" for note in notes]
        await self.parts.store.queue(
            [note.parcel(key) for note, key in zip(notes, keys, strict=True)]
        )

    async def _abandon(self, ticket: Ticket, now: datetime) -> None:
        """Silence is neither success nor failure."""
        body = replace(Body.of(ticket), phase="closed", notice="")
        ended = with_body(ticket, body, state="abandoned", closed_at=now)
        said = event("closed", "", now, outcome="abandoned")
        try:
            await self.parts.store.change(ended, [said], [card_parcel(ticket.number)])
        except Stale:
            log.info("the ticket came to life again")


def _in_force(ticket: Ticket) -> bool:
    """Whether a temporary measure stands; it is a key of the body in every version of it."""
    return bool(ticket.body.get("situation", {}).get("in_force"))
