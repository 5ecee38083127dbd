"""Brings a ticket's card to where people read, as the ticket is when it is sent.

Strategy: a new post whose answer was lost is not sent again as it is: perhaps it stands there.
The ticket's next state is posted then, and the asker is told how to bring the card.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.desk.patience import surely
from bot.desk.surface import Closed, Gone, Surface, Unsure
from bot.desk.view import TicketView
from bot.desk.whereabouts import moved, unsure
from bot.store.base import Parcel, Store, Ticket

log = logging.getLogger(__name__)

Outcome = Literal["sent", "dead", "again"]


@dataclass(frozen=True, slots=True)
class Carding:
    """``render`` makes the view of a ticket as it is now."""

    store: Store
    surface: Surface
    render: Callable[[Ticket], Awaitable[TicketView]]

    async def bring(self, parcel: Parcel, sending: Callable[[], Awaitable[None]]) -> Outcome:
        """Post or edit the card; ``sending`` marks the parcel before.  Raises SurfaceError."""
        ticket = await self.store.ticket(parcel.ticket or 0)
        if ticket is None:
            return "dead"
        if parcel.state == "sending" and not ticket.card:
            return await self._perhaps_posted(ticket)
        await sending()
        try:
            await self._show(ticket)
        except Unsure:
            return "again" if ticket.card else await self._perhaps_posted(ticket)
        return "sent"

    async def _show(self, ticket: Ticket) -> None:
        view = await self.render(ticket)
        channel, card = ticket.channel or ticket.asked_by, ticket.card or None
        try:
            where = await self.surface.show(view, channel, card)
        except Gone:
            where = await self.surface.show(view, channel, None)
        except Closed as closed:
            if channel == ticket.asked_by:
                raise
            where = await self.surface.show(view, ticket.asked_by, None)
            told = moved(ticket, closed.why)
            await surely(lambda: self.store.queue([told]))
        now = await surely(lambda: self.store.ticket(ticket.number))
        if now is None or now.channel != ticket.channel:
            return  # it was moved while this was being shown
        if where != (now.channel, now.card):
            await surely(lambda: self.store.card_at(ticket.number, *where))

    async def _perhaps_posted(self, ticket: Ticket) -> Outcome:
        log.warning("whether the card stands in Slack is not known")
        told = unsure(ticket)
        await surely(lambda: self.store.queue([told]))
        return "dead"
