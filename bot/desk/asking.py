"""The questions that the desk answers without changing anything; the lower half of ``Desk``."""

from bot.desk.dashboard import Dashboards
from bot.desk.parts import Parts
from bot.desk.reading import Reader
from bot.desk.view import Dashboard, Meaning, PastPage, Story, Tally
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

    async def history(self, query: Query, title: str) -> PastPage:
        """One page of former tickets."""
        return await self._reader.history(query, title)

    async def stats(self, tenant: Tenant) -> Tally:
        """How the last days went."""
        return await self._reader.stats(tenant, self._parts.clock())

    async def dashboard(self, user: str, tenant: Tenant) -> Dashboard:
        """What one person wants to see at a glance."""
        return await self._dashboards.of(user, tenant, self._parts.clock())

    def explain_codes(self, text: str) -> tuple[Meaning, ...]:
        """What error codes mean; raises BadCode."""
        return self._reader.codes(text)

    async def may_read(self, user: str, tenant: Tenant, channel: str) -> None:
        """Pass whoever may read tickets, or raise NotAllowed."""
        await self._parts.access.read(user, tenant, channel)
