"""The questions that the desk answers without changing anything; the lower half of ``Desk``."""

from datetime import date, datetime

from bot.desk.dashboard import Dashboards
from bot.desk.parts import Parts
from bot.desk.reading import Reader
from bot.desk.view import Dashboard, Happening, Meaning, PastPage, Story, Suspects, Tally
from bot.store.base import Query, Tenant


class Asking:
    """Answers from the store; whoever asks has been judged by ``may_read`` before."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._reader = Reader(parts.store, parts.library)
        self._dashboards = Dashboards(parts.store, self._reader)

    async def story(self, number: int, tenant: Tenant) -> Story | None:
        """The raw facts of a ticket of this tenant."""
        return await self._reader.story(number, tenant)

    async def timeline(self, number: int, tenant: Tenant) -> tuple[Happening, ...]:
        """What happened to a ticket of this tenant, in sentences."""
        return await self._reader.timeline(number, tenant)

    async def history(self, query: Query, title: str) -> PastPage:
        """One page of former tickets."""
        return await self._reader.history(query, title)

    def days(
        self, first: date | None, last: date | None
    ) -> tuple[datetime | None, datetime | None]:
        """Two days of the desk's time zone as a span of UTC times, the last day included."""
        return self._parts.nudging.hours.days(first, last)

    def today(self) -> date:
        """The day that it is in the desk's time zone."""
        return self._parts.nudging.hours.day(self._parts.clock())

    def causes(self) -> tuple[tuple[str, str], ...]:
        """Every cause as (id, title), by title."""
        return self._reader.causes()

    async def stats(self, tenant: Tenant, days: int | None) -> Tally:
        """How the last days went; all there are without a number."""
        return await self._reader.stats(tenant, self._parts.clock(), days, self.today())

    async def dashboard(self, user: str, tenant: Tenant) -> Dashboard:
        """What one person wants to see at a glance."""
        return await self._dashboards.of(user, tenant, self._parts.clock())

    async def whereabouts(self, number: int, tenant: Tenant) -> tuple[str, str]:
        """The channel in which the card of a ticket of this tenant stands, and who asked for it."""
        ticket = await self._parts.store.ticket(number)
        if ticket is None or ticket.tenant != tenant:
            return "", ""
        return ticket.channel or "", ticket.asked_by

    async def suspects(self, number: int, tenant: Tenant) -> Suspects | None:
        """The causes that a ticket of this tenant can have."""
        return await self._reader.suspects(number, tenant)

    @property
    def second_line(self) -> bool:
        """Whether there is a channel that is told of escalations."""
        return bool(self._parts.escalation)

    def explain_codes(self, text: str) -> tuple[Meaning, ...]:
        """What error codes mean; raises BadCode."""
        return self._reader.codes(text)

    async def may_read(self, user: str, tenant: Tenant, channel: str) -> None:
        """Pass whoever may read tickets, or raise NotAllowed."""
        await self._parts.access.read(user, tenant, channel)
