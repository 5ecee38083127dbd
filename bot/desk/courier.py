"""Brings due parcels to where people read: notes to one person at least once, cards at their last.

Strategy: private notes are repeated where it is not known whether they came, a channel's are not.
A card is rendered when it is sent, never before, so the last state always wins.  One
lock a card keeps its edits in order; progress edits wait until two seconds after the last edit,
verdicts and click results do not.  How a card and a packet are brought is in ``carding`` and
``handing``.  What became of a parcel is written however long that takes: nobody else has it.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.desk.carding import Carding
from bot.desk.edits import CardEdits, Cards
from bot.desk.handing import Handing
from bot.desk.patience import AGAIN, longer, surely
from bot.desk.surface import Barred, Later, Note, SurfaceError, Unsure
from bot.desk.whereabouts import untold
from bot.redact import ticket_number
from bot.store.base import Parcel, ParcelState, Store, StoreBusy, StoreError

log = logging.getLogger(__name__)

PROGRESS_GAP = 2.0
POLL = 1.0
MOST_TRIES = 8
"""Of a note whose coming is not known: each may have come."""
MOST_EDITS = 500
"""Of what does no harm twice, and of a note that Slack was too ill to take: some eight hours."""


def card_parcel(number: int) -> Parcel:
    """The parcel that brings the latest state of a ticket's card."""
    return Parcel("card", f"card:{number}", number, {})


class Courier:
    """Sends what is due."""

    def __init__(
        self,
        store: Store,
        carding: Carding,
        handing: Handing,
        *,
        gap: float = PROGRESS_GAP,
    ) -> None:
        self._store = store
        self._carding = carding
        self._handing = handing
        self._surface = handing.surface
        self._clock = handing.clock
        self._gap = gap
        self._wake = asyncio.Event()
        self._cards = Cards()
        self._carrying: set[asyncio.Task[None]] = set()
        self.barred = ""
        """Why nothing can be shown at all, as the surface says it; empty while all is well."""

    def wake(self) -> None:
        """Something new is due."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self._carry_due()
            except StoreBusy as error:
                log.warning("due parcels could not be read: %s", error)
            except Exception:
                log.exception("due parcels could not be read")
            try:
                async with asyncio.timeout(POLL):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def flush(self) -> None:
        """Send what is due now and wait for it."""
        await self._carry_due()
        while self._carrying:
            await asyncio.gather(*self._carrying, return_exceptions=True)
            await self._carry_due()

    def progress(self, number: int) -> None:
        """A look has news: edit the card soon, unless something else does before."""
        card = self._cards.get(number)
        if card is None or card.later is not None:
            return
        card.later = asyncio.create_task(self._progress(number, card))

    def forget(self, number: int) -> None:
        """No more progress on this ticket."""
        card = self._cards.get(number)
        if card is not None and card.later is not None:
            card.later.cancel()
            card.later = None

    async def idle(self, number: int) -> None:
        """Wait until no progress edit of this ticket is on its way."""
        card = self._cards.get(number)
        if card is not None and card.later is not None:
            await asyncio.gather(card.later, return_exceptions=True)

    async def close(self) -> None:
        """Let go of everything that is under way."""
        tasks = [*self._carrying, *(c.later for c in self._cards.values() if c.later)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _progress(self, number: int, card: CardEdits) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, card.edited + self._gap - now))
        try:
            async with card.lock:
                ticket = await self._store.ticket(number)
                if ticket is not None and ticket.channel and ticket.card:
                    view = await self._carding.render(ticket)
                    await self._surface.show(view, ticket.channel, ticket.card)
        except (SurfaceError, StoreError) as error:
            log.info("a progress edit was left out: %s", error)
        finally:
            card.edited = asyncio.get_running_loop().time()
            card.later = None

    async def _carry_due(self) -> None:
        """Take what is due; the store hands a parcel out once, until it is marked."""
        for parcel in await self._store.due(self._clock()):
            task = asyncio.create_task(self._carry(parcel))
            self._carrying.add(task)
            task.add_done_callback(self._carried)

    def _carried(self, task: asyncio.Task[None]) -> None:
        self._carrying.discard(task)
        self._wake.set()

    async def _carry(self, parcel: Parcel) -> None:
        ticket_number.set(parcel.ticket)
        try:
            if parcel.kind == "card" and parcel.ticket is not None:
                await self._message(parcel, parcel.ticket)
            else:
                await self._note(parcel)
        except Later as error:
            self._alarm(error)
            again = self._clock() + timedelta(seconds=error.seconds)
            await surely(lambda: self._store.mark(parcel, "due", again, tried=False))
        except StoreBusy as error:  # nothing was sent: what follows a sending waits for the store
            log.warning("a parcel has to wait: %s", error)
            again = self._clock() + AGAIN
            await surely(lambda: self._store.mark(parcel, "due", again, tried=False))
        except (SurfaceError, StoreError) as error:
            log.error("a parcel cannot be delivered: %s", error)  # noqa: TRY400 - said in words
            await self._undelivered(parcel)
        except Exception:
            log.exception("carrying a parcel failed")
            await self._try_again(parcel)

    async def _message(self, parcel: Parcel, number: int) -> None:
        """A message of a ticket that is edited in place; of its messages one at a time."""
        card = self._cards.of(number)
        async with card.lock:
            packet = bool(parcel.payload.get("packet"))
            bring = self._handing.bring if packet else self._carding.bring
            outcome = await bring(parcel, lambda: self._mark(parcel, "sending"))
            if outcome == "again":
                await self._try_again(parcel, MOST_EDITS)
            else:
                await self._mark(parcel, outcome)
            if not packet:
                card.edited = asyncio.get_running_loop().time()

    def _alarm(self, error: Later) -> None:
        """Say once for an administrator that nothing goes out, and why."""
        if isinstance(error, Barred) and error.code != self.barred:
            self.barred = error.code
            log.critical("nothing can be shown (%s): install the app anew; it waits", error.code)

    async def _undelivered(self, parcel: Parcel) -> None:
        """Give it up; what a channel should have been told, the asker hears was not told."""
        number, payload = parcel.ticket, parcel.payload
        ticket = await surely(lambda: self._store.ticket(number or 0))
        if ticket is not None and parcel.kind == "note" and not payload["user"]:
            told = untold(ticket, parcel)
            await surely(lambda: self._store.queue([told]))
        await self._mark(parcel, "dead")

    async def _try_again(self, parcel: Parcel, most: int = MOST_TRIES) -> None:
        if parcel.tries < most:
            wait = longer(parcel.tries)
            log.warning(
                "a %s did not get through; again in %d s", parcel.kind, wait.total_seconds()
            )
            await self._mark(parcel, "due", self._clock() + wait)
        else:
            log.error("gave up on a parcel after %d tries", parcel.tries)
            await self._mark(parcel, "dead")

    async def _mark(
        self, parcel: Parcel, state: ParcelState, not_before: datetime | None = None
    ) -> None:
        if state == "sent":
            self.barred = ""
        await surely(lambda: self._store.mark(parcel, state, not_before))

    async def _note(self, parcel: Parcel) -> None:
        note = Note.of(parcel)
        if note.while_in_force and not await self._in_force(note):
            await self._mark(parcel, "sent")
            return
        if parcel.state == "sending" and not note.user:
            await self._perhaps_told(parcel)
            return
        await self._mark(parcel, "sending")
        try:
            await self._surface.tell(note)
        except Unsure as error:
            most = MOST_EDITS if error.ill else MOST_TRIES
            await (self._try_again(parcel, most) if note.user else self._perhaps_told(parcel))
        else:
            await self._mark(parcel, "sent")

    async def _perhaps_told(self, parcel: Parcel) -> None:
        """What a whole channel was perhaps told is not said to it a second time."""
        log.warning("whether a channel was told is not known (%s)", parcel.key)
        await self._mark(parcel, "dead")

    async def _in_force(self, note: Note) -> bool:
        ticket = await self._store.ticket(note.ticket) if note.ticket is not None else None
        if ticket is None:
            return False
        return bool(ticket.body["situation"]["in_force"] == note.while_in_force)
