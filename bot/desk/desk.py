"""What the product can do, as methods; the owner of every task that does it.

Strategy: ``accept`` commits what somebody asked for, ``start`` does it after the
acknowledgement in a task that is held here; whatever breaks is told to the person with a
reference and logged with its traceback under the same reference.  Nothing lives only in memory:
``resume`` goes on where a killed process stopped.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from bot.desk.asking import Asking
from bot.desk.body import Body, merged
from bot.desk.buttons import looks_of
from bot.desk.carding import Carding
from bot.desk.clerk import Clerk
from bot.desk.courier import Courier, card_parcel
from bot.desk.handing import Handing
from bot.desk.intents import Sender, Wish
from bot.desk.limits import Limits
from bot.desk.linking import Linking
from bot.desk.outcome import only_of
from bot.desk.packet import packet_of
from bot.desk.parts import Parts
from bot.desk.patience import pause, taken, until
from bot.desk.precedence import Precedence
from bot.desk.reception import Reception
from bot.desk.showing import view_of
from bot.desk.telling import Teller
from bot.desk.upkeep import Upkeep
from bot.desk.view import Packet, TicketView
from bot.evidence import Observation
from bot.redact import ticket_number
from bot.store.base import Claim, Event, StoreBusy, StoreError, Tenant, Ticket

log = logging.getLogger(__name__)

TERMINAL = Tenant()
"""Tickets of a terminal, which may share the database, are gone on with there."""

PATIENCE = 1.5
"""Seconds that an acknowledgement may wait for the store."""


class Desk(Asking):
    """Takes intents, does them, and answers questions about tickets."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        carding = Carding(parts.store, parts.surface, self._view)
        handing = Handing(parts.store, parts.surface, parts.clock, self._packet, parts.handed_to)
        self._courier = Courier(parts.store, carding, handing)
        self._teller = Teller(parts, self._courier)
        limits, looking = Limits(parts.allowance), self._start_look
        self._clerk = Clerk(parts, self._courier, self._teller, {}, {}, looking, limits)
        looks = self._clerk.looks
        self._reception = Reception(parts, self._teller, limits, lambda: len(looks), looking)
        self._tasks: set[asyncio.Task[None]] = set()
        self._precedence = Precedence()
        self._upkeep = Upkeep(parts, self._courier, TERMINAL)
        self._linking = Linking(parts, self._courier.wake, TERMINAL)
        self._always: list[asyncio.Task[None]] = []
        self._draining = False

    async def accept(self, wish: Wish) -> Claim:
        """Commit an intent before it is acknowledged; raises StoreBusy, after at most 1.5 s."""
        with self._precedence.first():
            intent = wish.intent(self._parts.clock())
            if not self._parts.access.knows(intent.user):
                intent = replace(intent, version=None)  # used up once it is known who that is
            return await taken(self._parts.store.accept(intent, PATIENCE))

    def start(self, claim: Claim) -> None:
        """Do what was accepted; returns at once.  A stopping desk leaves it to the next start."""
        if self._draining:
            return
        match claim.outcome:
            case "taken":
                open_ = claim.intent.kind in ("open", "again")
                work = self._reception.open if open_ else self._clerk.click
                self._hold(self._guarded(work(claim), claim))
            case "stale" | "unknown-ticket":
                self._hold(self._guarded(self._too_late(claim), None))
            case "repeated":
                log.info("the same delivery came again")

    async def resume(self) -> None:
        """Start what always runs, and go on with what a former process left."""
        for each in (self._courier, self._upkeep, self._linking):
            self._always.append(asyncio.create_task(each.run()))
        for claim in await self._parts.store.pending():
            if claim.intent.tenant != TERMINAL:
                self.start(claim)
        for ticket in await self._parts.store.unfinished():
            looking = ticket.body.get("phase") in ("looking", "rechecking")
            if looking and ticket.tenant != TERMINAL:
                self._start_look(ticket.number)

    async def drain(self, seconds: float) -> None:
        """Finish what runs, for at most ``seconds``; the rest is kept and resumed next time."""
        self._draining = True
        try:
            async with asyncio.timeout(seconds):
                await self.settled()
                await self._courier.flush()
        except (TimeoutError, StoreError) as error:
            log.warning("%d tasks are left for the next start (%r)", len(self._tasks), error)
        left = [*self._always, *self._tasks]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._courier.close()

    async def settled(self) -> None:
        """Wait until nothing is being done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def barred(self) -> str:
        """Why nothing can be shown at all; empty while all is well."""
        return self._courier.barred

    async def flush(self) -> None:
        """Bring everything that is due now."""
        await self._linking.settle()
        await self._courier.flush()

    async def ticket_view(self, number: int, tenant: Tenant) -> TicketView | None:
        """A ticket of this tenant as its card shows it."""
        ticket = await self._parts.store.ticket(number)
        if ticket is None or ticket.tenant != tenant:
            return None
        return await self._view(ticket)

    async def bring(self, number: int) -> None:
        """Show the card again where it stands, or anew where it was lost."""
        await self._parts.store.queue([card_parcel(number)])
        self._courier.wake()

    async def _view(self, ticket: Ticket) -> TicketView:
        catalog, body = await self._parts.library.catalog(ticket.knowledge), Body.of(ticket)
        live: Sequence[Observation] | None = self._clerk.live.get(ticket.number)
        if live is not None:
            live = merged(body.now, live, only_of(body, catalog))
        view = view_of(ticket, catalog, live)
        looks = looks_of(ticket, body, self._parts.scout.places(ticket.host, "all"))
        told = self._linking.said(ticket)
        return replace(view, tools=(*view.tools, *looks), elsewhere=told)

    async def packet(self, number: int, tenant: Tenant) -> Packet | None:
        """What the second line gets, or would get, of a ticket of this tenant."""
        ticket, events = await self._parts.store.ticket(number), self._parts.store.events
        known = ticket is not None and ticket.tenant == tenant
        return await self._packet(ticket, await events(number)) if ticket and known else None

    async def _packet(self, ticket: Ticket, events: Sequence[Event]) -> Packet:
        catalog = await self._parts.library.catalog(ticket.knowledge)
        return packet_of(ticket, await self._view(ticket), catalog, events)

    def _start_look(self, number: int) -> None:
        before = self._clerk.looks.get(number)
        if before is not None and not before.cancelling():
            return
        task = self._hold(self._looking(number, before))
        self._clerk.looks[number] = task
        task.add_done_callback(lambda _: self._clerk.ended(number, task))

    async def _looking(self, number: int, before: asyncio.Task[None] | None) -> None:
        """Look once a cancelled look has ended; look again while the store does not take it."""
        ticket_number.set(number)
        if before is not None:
            await asyncio.wait([before])
        await until(lambda: self._looked(number))

    async def _looked(self, number: int) -> bool:
        """Look and have it written, or have it written that it broke off; False if neither."""
        try:
            await self._clerk.look(number)
            self._linking.wake()
        except StoreBusy as error:
            log.warning("a look was not written: %s", error)
            return False
        except Exception:
            reference = _reference()
            log.exception("reference %s: a look broke off", reference)
            try:
                await self._clerk.break_off(
                    number, f"The look broke off (reference {reference}); look again."
                )
            except StoreError:
                log.exception("reference %s: that was not written", reference)
                return False
        return True

    def _hold(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Awaitable[None], claim: Claim | None) -> None:
        """Do the work; what breaks is logged, told, and leaves the button usable."""
        if claim is not None and claim.intent.ticket is not None:
            ticket_number.set(claim.intent.ticket)
        try:
            await self._precedence.turn()
            await work
        except StoreBusy as error:  # neither done nor refused
            log.warning("an intent is begun again: %s", error)
            await self._again(claim)
        except Exception:
            reference = _reference()
            log.exception("reference %s: an intent was not done", reference)
            if claim is None:
                return
            text = f"That did not work because of a fault in here (reference {reference})."
            try:
                await self._teller.refuse(claim, text)
            except StoreError:
                log.exception("reference %s: nobody could be told", reference)
                await self._again(claim)

    async def _again(self, claim: Claim | None) -> None:
        await pause()
        if claim is not None:
            self.start(claim)

    async def _too_late(self, claim: Claim) -> None:
        """The ticket has moved on: say who was first, and show the card as it is."""
        sender, number = Sender.of(claim.intent), claim.intent.ticket
        if claim.outcome == "unknown-ticket" or number is None:
            await self._teller.tell(
                sender, f"There is no ticket #{number}.", f"late:{claim.intent.key}"
            )
            return
        await self._teller.outrun(claim)
        await self.bring(number)


def _reference() -> str:
    """What a person quotes and the log finds."""
    return secrets.token_hex(4)
