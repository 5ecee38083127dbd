"""The knowledge base of today and those that open tickets are pinned to.

Strategy: a ticket keeps the hash of the knowledge it began with; the files of that hash lie in
the store, so that an update never changes a ticket in mid-flow.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.catalog import load
from bot.catalog.entries import Catalog
from bot.engine import Model
from bot.store.base import Store, StoreError

MOST_KEPT = 4


@dataclass(slots=True)
class Library:
    """Holds the current model and compiles older ones when a ticket asks for them."""

    store: Store
    current: Model
    _kept: str = ""
    _older: OrderedDict[str, Model] = field(default_factory=OrderedDict)

    async def keep(self) -> None:
        """Put the current files into the store (once for each hash)."""
        catalog = self.current.catalog
        if self._kept != catalog.hash:  # packing them takes 20 ms of everybody's time
            await self.store.keep_knowledge(catalog.hash, catalog.files)
            self._kept = catalog.hash

    async def of(self, digest: str) -> Model:
        """The model of the knowledge with this hash; raises StoreError where it was never kept."""
        if digest == self.current.catalog.hash:
            return self.current
        found = self._older.get(digest)
        if found is not None:
            self._older.move_to_end(digest)
            return found
        files = await self.store.knowledge(digest)
        if files is None:
            raise StoreError(f"knowledge {digest[:12]} is not in the store")
        found = self._older[digest] = await asyncio.to_thread(_compiled, files)
        if len(self._older) > MOST_KEPT:
            self._older.popitem(last=False)
        return found

    async def catalog(self, digest: str) -> Catalog:
        """The catalog with this hash; raises StoreError."""
        return (await self.of(digest)).catalog


def _compiled(files: Mapping[str, str]) -> Model:
    return Model.of(load(files))
