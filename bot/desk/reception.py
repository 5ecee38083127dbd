"""Opening a ticket: rights, limits and rules first, then one row, then the look.

Strategy: whatever refuses does so before anything is sent to the host, and says so privately.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.desk.access import NotAllowed
from bot.desk.body import Body
from bot.desk.intents import Opening
from bot.desk.joining import offer, opening_of, standing
from bot.desk.limits import Limits
from bot.desk.looking import NoVantage, gateway_of
from bot.desk.memory import came_back
from bot.desk.move import event, with_body
from bot.desk.parts import Parts
from bot.desk.saying import capital
from bot.desk.telling import Teller
from bot.engine import Situation, Try
from bot.probes.base import Target
from bot.redact import ticket_number
from bot.store.base import Claim, Parcel, Tenant, Ticket
from bot.targets import TargetRefused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reception:
    """Opens tickets; ``looks`` counts the looks that run, ``start_look`` starts one."""

    parts: Parts
    teller: Teller
    limits: Limits
    looks: Callable[[], int]
    start_look: Callable[[int], None]
    coming: list[tuple[Tenant, str, int]] = field(default_factory=list)
    """Hosts whose tickets are being written; they count as being looked at."""

    async def open(self, claim: Claim) -> None:
        """Authorise, then open the ticket and look; refusals are told privately."""
        try:
            opening = await opening_of(self.parts.store, claim.intent)
            await self.parts.access.open(opening)
            if await self._offered(claim, opening):
                return
            places = self._admitted(opening)
        except NotAllowed as refusal:
            await self.teller.refuse(claim, str(refusal))
            return
        except NoVantage as refusal:
            await self.teller.refuse(claim, f"{capital(str(refusal))}.")
            return
        except TargetRefused as refusal:
            said = f"{refusal}. An administrator can open it in the settings."
            await self.teller.refuse(claim, said)
            return
        host = (opening.sender.tenant, opening.host, opening.port)
        self.coming.append(host)
        try:
            ticket = await self._opened(claim, opening, places)
        finally:
            self.coming.remove(host)
        ticket_number.set(ticket.number)
        log.info("opened for %s", ticket.asked_by)
        self.teller.courier.wake()
        self.start_look(ticket.number)

    async def _offered(self, claim: Claim, opening: Opening) -> bool:
        """Whether the host is open already, and the person was asked what they want."""
        now = self.parts.clock()
        if self.limits.same(opening.sender.tenant, opening.host, opening.port, now) is not None:
            return False  # it has just begun, so there will not be another in any case
        ticket = await standing(self.parts.store, opening, claim.intent.at)
        if ticket is None or claim.id is None:
            return False
        note = offer(opening, ticket, claim.intent.key).parcel(f"offer:{claim.id}")
        await self.parts.store.settle(claim.id, "done", (), [note])
        self.teller.courier.wake()
        return True

    def _admitted(self, opening: Opening) -> tuple[str, ...]:
        """Where to look from; nobody else is admitted between this and ``coming``."""
        sender, now = opening.sender, self.parts.clock()
        self.limits.admit(sender.tenant, sender.user, self.looks() + len(self.coming), now)
        once = self.parts.allowance.same_host_seconds > 0
        if once and (sender.tenant, opening.host, opening.port) in self.coming:
            raise NotAllowed(f"Somebody has just asked for {opening.host}; see that card.")
        running = self.limits.same(sender.tenant, opening.host, opening.port, now)
        if running is not None:
            raise NotAllowed(f"#{running} has just begun to look at {opening.host}; see its card.")
        gateway = gateway_of(opening.gateway)
        self.parts.scout.admit(Target(opening.host, opening.port, gateway))
        return self.parts.scout.places(opening.host, opening.via)

    async def _opened(self, claim: Claim, opening: Opening, places: tuple[str, ...]) -> Ticket:
        parts, sender, now = self.parts, opening.sender, self.parts.clock()
        model = await parts.library.keep(now)
        new = Ticket(
            number=0,
            tenant=sender.tenant,
            host=opening.host,
            port=opening.port,
            asked_by=sender.user,
            opened_at=now,
            state="open",
            version=0,
            knowledge=model.catalog.hash,
            epoch=model.epoch,
            codes=opening.codes,
            message=opening.message,
            via=opening.via,
            gateway=opening.gateway,
            vantages=places,
            channel=sender.channel if sender.channel in parts.helpdesk else sender.user,
        )
        back = await came_back(parts.store, opening, model.catalog, now)
        situation = Situation(tries=tuple(Try(fix, "came-back") for fix in back))
        report, file = dict(opening.report), dict(opening.rdp_file)
        new = with_body(new, Body(situation=situation, report=report, rdp_file=file))
        told = {"places": list(places), **({"came_back": list(back)} if back else {})}
        said = event("opened", sender.user, now, **told)
        card = Parcel("card", "card", None, {})
        ticket = await parts.store.open_ticket(new, [said], [card], claim.id)
        if claim.id is not None:
            await parts.store.settle(claim.id, "done")
        self.limits.began(sender.tenant, opening.host, opening.port, now, ticket.number)
        return ticket
