"""One person's tickets and the team's at a glance.

Strategy: four small questions to the store, each along an index and each for a handful of rows.
What the whole team shares is kept for a minute, so that a hundred people who open the page at
nine o'clock cost little more than one.  Hosts are counted over the latest tickets alone.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.desk.reading import STATS, Reader
from bot.desk.view import Dashboard, Past
from bot.store.base import Query, Store, Tenant, Ticket

LINES = 8
"""Tickets of one list."""
LOOKED_AT = 50
"""Open tickets that are looked through for those that nobody has claimed."""
LATEST = 100
"""Tickets whose hosts are counted."""
NAMED = 5
"""Causes and hosts that are named."""
KEPT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is the same for everybody of a team."""

    at: datetime
    causes: tuple[tuple[int, str], ...]
    hosts: tuple[tuple[int, str], ...]
    open: int


@dataclass(frozen=True, slots=True)
class Dashboards:
    """Makes them."""

    store: Store
    reader: Reader
    _kept: dict[Tenant, _Shared] = field(default_factory=dict)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, user: str, tenant: Tenant, now: datetime) -> Dashboard:
        """What ``user`` should see first."""
        mine = Query(tenant=tenant, user=user, state="open", limit=LINES)
        own = (await self.store.search(mine)).tickets
        others = Query(tenant=tenant, state="open", limit=LOOKED_AT)
        seen = {each.number for each in own}
        team = [
            each for each in (await self.store.search(others)).tickets if each.number not in seen
        ]
        free = [each for each in team if each.owner is None]
        claimed = [each for each in team if each.owner is not None]
        shared = await self._shared(tenant, now)
        return Dashboard(
            self._lines(own),
            self._lines(free),
            self._lines(claimed),
            shared.causes,
            shared.hosts,
            max(shared.open, len(own) + len(team)),
            STATS.days,
        )

    def _lines(self, tickets: Sequence[Ticket]) -> tuple[Past, ...]:
        return tuple(self.reader.past(each) for each in tickets[:LINES])

    async def _shared(self, tenant: Tenant, now: datetime) -> _Shared:
        async with self._counting:  # who comes meanwhile finds what is counted now
            kept = self._kept.get(tenant)
            if kept is None or abs(now - kept.at) >= KEPT:  # the clock may be set back
                kept = self._kept[tenant] = await self._count(tenant, now)
        return kept

    async def _count(self, tenant: Tenant, now: datetime) -> _Shared:
        since = now - STATS
        counts = await self.store.stats(tenant, since)
        latest = (await self.store.search(Query(tenant=tenant, limit=LATEST))).tickets
        hosts = Counter(each.host for each in latest if each.opened_at >= since)
        back = [(count, host) for host, count in hosts.most_common(NAMED) if count > 1]
        causes = tuple(
            (count, self.reader.named(cause))
            for cause, count in list(counts.causes.items())[:NAMED]
        )
        return _Shared(now, causes, tuple(back), counts.states.get("open", 0))
