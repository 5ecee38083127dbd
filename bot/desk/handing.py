"""Brings the escalation packet to where the second line reads, and keeps it as the ticket is.

Strategy: like a card it is rendered when it is sent, and a first post whose answer was lost is not
sent again blindly: the asker hears of it instead.  Where it stands is an event of the ticket, so
that no button goes stale over it.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.carding import Outcome
from bot.desk.move import event
from bot.desk.packet import stands_at
from bot.desk.patience import surely
from bot.desk.surface import Closed, Gone, Surface, Unsure
from bot.desk.view import Packet
from bot.desk.whereabouts import second_line_unsure, untold
from bot.store.base import Event, Parcel, Store, Ticket

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handing:
    """``channel`` tells the second line's, empty for none; ``pack`` renders."""

    store: Store
    surface: Surface
    clock: Callable[[], datetime]
    pack: Callable[[Ticket, Sequence[Event]], Awaitable[Packet]]
    channel: Callable[[], str] = str

    async def bring(self, parcel: Parcel, sending: Callable[[], Awaitable[None]]) -> Outcome:
        """Post or edit the packet; ``sending`` marks the parcel before.  Raises SurfaceError."""
        number = parcel.ticket or 0
        ticket = await self.store.ticket(number)
        if ticket is None:
            return "dead"
        events = await self.store.events(number)
        place = stands_at(events)
        packet = await self.pack(ticket, events)
        where = self.channel() or packet.to
        if parcel.state == "sending" and place is None:
            return await self._perhaps_posted(ticket)
        if not where:
            return "dead"
        await sending()
        try:
            now = await self._shown(packet, where, place)
        except Unsure:
            return "again" if place is not None else await self._perhaps_posted(ticket)
        except Closed as closed:
            log.warning("the second line cannot be told of it: %s", closed)
            told = untold(ticket, parcel)
            await surely(lambda: self.store.queue([told]))
            return "dead"
        if now != place:
            said = event("shared", "", self.clock(), packet=list(now))
            await surely(lambda: self.store.append(number, [said]))
        return "sent"

    async def _shown(
        self, packet: Packet, where: str, place: tuple[str, str] | None
    ) -> tuple[str, str]:
        if place is None:
            return await self.surface.hand(packet, where, None)
        try:
            return await self.surface.hand(packet, *place)
        except Gone:
            return await self.surface.hand(packet, where, None)

    async def _perhaps_posted(self, ticket: Ticket) -> Outcome:
        log.warning("whether the packet stands in Slack is not known")
        told = second_line_unsure(ticket)
        await surely(lambda: self.store.queue([told]))
        return "dead"
