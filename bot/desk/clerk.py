"""The work on a ticket: act on a click, look, judge, plan, write.

Strategy: ``flow`` and ``outcome`` decide; here the decisions meet the store, the probes and the
planner.  Every write is a compare-and-set; whoever comes second reads again and decides again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.catalog.entries import UNKNOWN, Catalog
from bot.catalog.report import BadReport
from bot.desk import approval
from bot.desk.access import NotAllowed
from bot.desk.body import Body
from bot.desk.courier import Courier, card_parcel
from bot.desk.diagnosis import Told, evidence_of
from bot.desk.flow import clicked
from bot.desk.intents import Click
from bot.desk.limits import Allowance, Limits
from bot.desk.looking import NoVantage, gateway_of
from bot.desk.memory import remembering
from bot.desk.move import Move, OutOfPlace, with_body
from bot.desk.outcome import broken_off, combined, looked, only_of, planned
from bot.desk.packet import packet_parcel
from bot.desk.parts import Parts
from bot.desk.rdp_file import filed_of
from bot.desk.scene import Scene
from bot.desk.sight import Sight
from bot.desk.surface import Note
from bot.desk.telling import Teller
from bot.evidence import Observation
from bot.probes.base import Target
from bot.store.base import Claim, Stale, Ticket
from bot.vantage.base import TargetRefused

log = logging.getLogger(__name__)

MOST_ROUNDS = 5
"""How often a write that came second is tried on the newer ticket."""


@dataclass(slots=True)
class Clerk:
    """Does one click or one look; ``start_look`` lets a look run on its own."""

    parts: Parts
    courier: Courier
    teller: Teller
    live: dict[int, list[Observation]] = field(default_factory=dict)
    looks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    start_look: Callable[[int], None] = lambda number: None
    limits: Limits = field(default_factory=lambda: Limits(Allowance()))

    async def click(self, claim: Claim) -> None:
        """Authorise, decide, plan if need be, write; then look if need be."""
        click = Click.of(claim.intent)
        for _ in range(MOST_ROUNDS):
            ticket = await self.parts.store.ticket(click.ticket)
            if ticket is None:
                await self.teller.refuse(claim, f"There is no ticket #{click.ticket}.")
                return
            try:
                await self.parts.access.click(click, ticket)
                if await self._outrun(claim, click):
                    return
                await self._adopt(ticket, click)
                move = clicked(await self._scene(ticket, click))
                if move.then == "look":
                    self.limits.again(ticket, self.parts.clock())
                await self._write(move, claim)
            except (NotAllowed, OutOfPlace) as refusal:
                await self.teller.refuse(claim, str(refusal), ticket.number)
                return
            except Stale:
                continue
            self._after(move)
            return
        await self.teller.refuse(claim, "The ticket moved on; see its card.", click.ticket)

    async def _outrun(self, claim: Claim, click: Click) -> bool:
        """Whether somebody else used the version up, while it was not known yet who clicks.

        A click of somebody unknown holds no version: whoever may not click keeps nobody waiting.
        """
        if claim.intent.version is not None:
            return False
        now = await self.parts.store.take(claim, click.version)
        if now.outcome == "taken":
            return False
        await self.teller.outrun(now)
        return True

    async def _scene(self, ticket: Ticket, click: Click) -> Scene:
        model = await self.parts.library.of(ticket.knowledge, ticket.epoch)
        helpdesk = self.parts.helpdesk[0] if self.parts.helpdesk else ""
        places = self.parts.scout.places(ticket.host, "all")
        return Scene(ticket, Body.of(ticket), click, model, self.parts.clock(), helpdesk, places)

    async def _adopt(self, ticket: Ticket, click: Click) -> None:
        """A card whose post was never confirmed tells where it stands when it is clicked."""
        channel = click.sender.channel
        if click.card and not ticket.card and channel and channel != self.parts.escalation:
            await self.parts.store.card_at(ticket.number, channel, click.card)

    def _after(self, move: Move) -> None:
        number = move.ticket.number
        self.courier.wake()
        if move.then == "look":
            self.start_look(number)
        elif move.ticket.state != "open" and number in self.looks:
            self.looks[number].cancel()

    def ended(self, number: int, look: asyncio.Task[None]) -> None:
        """Forget a look, unless another one has begun meanwhile."""
        if self.looks.get(number) is look:
            del self.looks[number]

    async def look(self, number: int) -> None:
        """Look at a ticket's host, then judge what was seen."""
        ticket = await self.parts.store.ticket(number)
        if ticket is None or Body.of(ticket).phase not in ("looking", "rechecking"):
            return
        body = Body.of(ticket)
        only = only_of(body, await self.parts.library.catalog(ticket.knowledge))
        live = self.live[number] = []

        def report(observation: Observation) -> None:
            live.append(observation)
            self.limits.learned(ticket, observation)
            self.courier.progress(number)

        target = Target(ticket.host, ticket.port, gateway_of(ticket.gateway))
        try:
            self.parts.scout.admit(target)  # the settings may have changed since it was opened
            seen = await self.parts.scout.look(
                target, ticket.vantages, seconds=self.parts.seconds, only=only, report=report
            )
        except (TargetRefused, NoVantage) as refusal:
            await self._break_off(number, str(refusal))
        else:
            await self._judge(number, body, combined(body, seen, only))
        finally:
            self.live.pop(number, None)
            self.courier.forget(number)
            self.courier.wake()

    async def _judge(self, number: int, was: Body, seen: tuple[Observation, ...]) -> None:
        """Write what the look means; a ticket that is not waiting for it any more is left alone."""
        for _ in range(MOST_ROUNDS):
            ticket = await self.parts.store.ticket(number)
            if ticket is None or Body.of(ticket).phase != was.phase:
                return
            body, model = (
                Body.of(ticket),
                await self.parts.library.of(ticket.knowledge, ticket.epoch),
            )
            evidence = _evidence(model.catalog, ticket, body, seen)
            sight = Sight(ticket, body, model, seen, evidence, self.parts.clock())
            move = await remembering(self.parts.store, looked(sight), model.catalog)
            try:
                await self._write(move, None)
            except Stale:
                continue
            return
        await self._break_off(number, "The ticket changed all the while; look again.")

    async def break_off(self, number: int, why: str) -> None:
        """End a look that failed; the ticket can be looked at again."""
        await self._break_off(number, why)
        self.courier.wake()

    async def _break_off(self, number: int, why: str) -> None:
        for _ in range(MOST_ROUNDS):
            ticket = await self.parts.store.ticket(number)
            if ticket is None or ticket.state != "open" or Body.of(ticket).phase == "waiting":
                return
            try:
                await self._write(
                    broken_off(ticket, Body.of(ticket), why, self.parts.clock()), None
                )
            except Stale:
                continue
            return

    async def _write(self, move: Move, claim: Claim | None) -> None:
        """Plan if the move asks for it, then write everything in one transaction; raises Stale."""
        if move.then == "plan":
            move = await self._plan(move)
        ticket, handed = move.ticket, Body.of(move.ticket).handed
        parcels = [
            note.parcel(f"note:{ticket.number}:{ticket.version}:{index}")
            for index, note in enumerate((*move.notes, *self._handed_to(move)))
        ]
        claim_id = claim.id if claim is not None else None
        parcels.append(card_parcel(ticket.number))
        if handed is not None and (handed or self.parts.escalation):
            parcels.append(packet_parcel(ticket.number))
        await self.parts.store.change(ticket, move.events, parcels, claim_id)

    def _handed_to(self, move: Move) -> tuple[Note, ...]:
        """A word to the person whom it was handed over to, where the packet stands in a channel."""
        to = Body.of(move.ticket).handed
        over = next((each for each in move.events if each.kind == "escalated"), None)
        if over is None or not to or not self.parts.escalation:
            return ()
        number, host = move.ticket.number, move.ticket.host
        text = f"#{number} {host} was handed over to you by {{by}}. /rdp ticket {number} shows it."
        return (Note(text, to, by=over.by, ticket=number),)

    async def _plan(self, move: Move) -> Move:
        ticket, now, parts = move.ticket, self.parts.clock(), self.parts
        model, body = await parts.library.of(ticket.knowledge, ticket.epoch), Body.of(ticket)
        holds = approval.stands(body, parts.access.approvers, now)
        plan = await parts.planner.plan(model, body.situation) if holds else None
        other = plan is not None and approval.exceeded(model, body, plan.step)
        if body.situation.approved and (not holds or other):
            body, plan = approval.withdrawn(body), None
            move = replace(move, ticket=with_body(ticket, body))
        plan = plan or await parts.planner.plan(model, body.situation)
        unlocks = ""
        if parts.access.approvers and not body.situation.approved:
            allowed = replace(body.situation, approved=True)
            step = (await parts.planner.plan(model, allowed)).step
            if approval.risky(model, step):
                unlocks = step.id
        return planned(move, plan, now, unlocks)


def _evidence(
    catalog: Catalog, ticket: Ticket, body: Body, seen: tuple[Observation, ...]
) -> dict[str, str]:
    """The evidence of a ticket, as far as the knowledge that it is pinned to knows it.

    A newer program may see more than an older knowledge base has entries for.
    """
    try:
        told = Told(ticket.codes, ticket.message, body.report, filed_of(ticket, body))
        found = evidence_of(catalog, seen, told)
    except BadReport:
        found = evidence_of(catalog, seen, Told(ticket.codes, ticket.message))
    known = catalog.evidence
    return {
        item: state
        for item, state in found.items()
        if item in known and (state in known[item].states or state == UNKNOWN)
    }
