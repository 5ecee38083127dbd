"""The knowledge base and the epoch of today, and those that open tickets are pinned to.

Strategy: a ticket keeps the hashes of the knowledge and of the epoch that it began with; both lie
in the store, so that neither an update nor learning changes a ticket in mid-flow.  A new ticket
takes the newest epoch of its knowledge; a knowledge base that has none yet starts from the newest
of all, without the values of what no longer exists.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.catalog import KnowledgeError, load
from bot.catalog.entries import Catalog
from bot.engine import EXPERT, Epoch, Model, UnknownEntry
from bot.engine.epochs import carried
from bot.store.base import EpochRecord, Store, StoreError

MOST_KEPT = 4

Pin = tuple[str, str]
"""Hash of the knowledge, hash of the epoch."""


@dataclass(slots=True)
class Library:
    """Holds the current model and compiles older ones when a ticket asks for them."""

    store: Store
    current: Model
    _kept: str = ""
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _older: OrderedDict[Pin, Model] = field(default_factory=OrderedDict)

    async def keep(self, now: datetime) -> Model:
        """The model for a new ticket, its knowledge and epoch in the store."""
        async with self._changing:
            catalog = self.current.catalog
            if self._kept != catalog.hash:  # packing them takes 20 ms of everybody's time
                await self.store.keep_knowledge(catalog.hash, catalog.files)
                self._kept = catalog.hash
            newest = await newest_epoch(self.store, catalog, now)
            if newest is not None and newest.hash != self.current.epoch:
                self._remember(self.current)
                self.current = await asyncio.to_thread(Model.of, catalog, newest)
            return self.current

    async def replace(self, catalog: Catalog) -> Model:
        """Other knowledge for new tickets; ``keep`` gives it its epoch with the first of them."""
        async with self._changing:
            model = await asyncio.to_thread(Model.of, catalog)
            self._remember(self.current)
            self.current = model
            return model

    async def of(self, digest: str, epoch: str = EXPERT) -> Model:
        """The model of knowledge and epoch with these hashes; raises StoreError if never kept."""
        pin = (digest, epoch)
        if pin == _pin(self.current):
            return self.current
        found = self._older.get(pin)
        if found is not None:
            self._older.move_to_end(pin)
            return found
        learned = None if epoch == EXPERT else await self._epoch(epoch)
        catalog = self.current.catalog
        if digest == catalog.hash:
            found = await asyncio.to_thread(Model.of, catalog, learned)
        else:
            found = await asyncio.to_thread(_compiled, digest, await self._files(digest), learned)
        return self._remember(found)

    async def catalog(self, digest: str) -> Catalog:
        """The catalog with this hash; raises StoreError."""
        if digest == self.current.catalog.hash:
            return self.current.catalog
        return (await self.of(digest)).catalog

    def _remember(self, model: Model) -> Model:
        self._older[_pin(model)] = model
        if len(self._older) > MOST_KEPT:
            self._older.popitem(last=False)
        return model

    async def _files(self, digest: str) -> Mapping[str, str]:
        files = await self.store.knowledge(digest)
        if files is None:
            raise StoreError(f"knowledge {digest[:12]} is not in the store")
        return files

    async def _epoch(self, epoch: str) -> Epoch:
        record = await self.store.epoch(epoch)
        if record is None:
            raise StoreError(f"epoch {epoch[:12]} is not in the store")
        return Epoch.from_json(record.values)


async def newest_epoch(store: Store, catalog: Catalog, now: datetime) -> Epoch | None:
    """The epoch in force for a knowledge base; one carried over from another is kept as its own."""
    record = await store.newest_epoch(catalog.hash)
    if record is not None:
        return Epoch.from_json(record.values)
    other = await store.newest_epoch()
    if other is None:
        return None
    made = carried(catalog, Epoch.from_json(other.values))
    await store.keep_epoch(record_of(catalog, made, "", now))
    return made


def record_of(catalog: Catalog, epoch: Epoch, by: str, now: datetime) -> EpochRecord:
    """An epoch as the store keeps it; ``by`` is empty where nobody asked for it."""
    return EpochRecord(epoch.hash, catalog.hash, now, by, epoch.to_json())


def _pin(model: Model) -> Pin:
    return model.catalog.hash, model.epoch


def _compiled(digest: str, files: Mapping[str, str], epoch: Epoch | None) -> Model:
    try:
        return Model.of(load(files), epoch)
    except (KnowledgeError, UnknownEntry) as error:
        first = str(error).partition("\n")[0]
        raise StoreError(f"this program cannot read knowledge {digest[:12]}: {first}") from None
