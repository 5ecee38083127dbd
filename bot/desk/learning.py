"""Learning from the store: closed tickets in, a proposal out, an epoch kept on request."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.entries import Catalog
from bot.desk.lessons import case_of
from bot.desk.library import record_of
from bot.engine import Epoch
from bot.engine.epochs import Proposal, carried, propose
from bot.engine.learning import learn
from bot.engine.lessons import Case
from bot.store.base import Store

PAGE = 200


@dataclass(frozen=True, slots=True)
class Study:
    """What would be learned now, and the epoch in force (None: the expert's words)."""

    proposal: Proposal
    before: Epoch | None
    closed: int
    """Tickets that are over; not all of them teach something."""

    @property
    def news(self) -> bool:
        """Whether the proposal is another epoch than the one in force."""
        hashin_force = self.before.hash if self.before is not None else None
        return self.proposal.cases > 0 and self.proposal.epoch.hash != hashin_force


async def study(
    store: Store, catalog: Catalog, now: datetime, approve: Collection[str] = ()
) -> Study:
    """Read every closed ticket and learn; nothing is written."""
    cases = await cases_of(store, catalog, now)
    before = await in_force(store, catalog)
    proposal = propose(learn(catalog, cases), before, approve)
    return Study(proposal, before, len(cases))


async def cases_of(store: Store, catalog: Catalog, now: datetime) -> list[Case]:
    """The raw cases of all tickets that are over."""
    cases: list[Case] = []
    after = 0
    while page := await store.lessons(after, PAGE):
        found = (case_of(lesson, catalog, now) for lesson in page)
        cases += [case for case in found if case is not None]
        after = page[-1].ticket.number
    return cases


async def in_force(store: Store, catalog: Catalog) -> Epoch | None:
    """The epoch that the next ticket would take; None while nothing was learned."""
    record = await store.newest_epoch(catalog.hash)
    if record is not None:
        return Epoch.from_json(record.values)
    other = await store.newest_epoch()
    return None if other is None else carried(catalog, Epoch.from_json(other.values))


async def named(store: Store, catalog: Catalog, digest: str) -> Epoch | None:
    """The epoch of that hash, less what this knowledge does not have; None if unknown."""
    record = await store.epoch(digest)
    if record is None:
        return None
    epoch = Epoch.from_json(record.values)
    return epoch if record.knowledge == catalog.hash else carried(catalog, epoch)


async def apply(store: Store, catalog: Catalog, proposal: Proposal, by: str, now: datetime) -> None:
    """Keep the knowledge and the epoch; new tickets take it from now on."""
    await store.keep_knowledge(catalog.hash, catalog.files)
    await store.keep_epoch(record_of(catalog, proposal.epoch, by, now))
