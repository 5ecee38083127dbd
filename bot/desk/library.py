"""The knowledge base of today and those that open tickets are pinned to.

Strategy: a ticket keeps the hash of the knowledge it began with; the files of that hash lie in
the store, so that an update never changes a ticket in mid-flow.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.catalog import load
from bot.catalog.entries import Catalog
from bot.store.base import Store, StoreError

MOST_KEPT = 4
EXPERT = "expert"
"""The epoch in which nothing has been learned yet: the probabilities as written."""


@dataclass(slots=True)
class Library:
    """Holds the current catalog and loads older ones when a ticket asks for them."""

    store: Store
    current: Catalog
    epoch: str = EXPERT
    _older: OrderedDict[str, Catalog] = field(default_factory=OrderedDict)

    async def keep(self) -> None:
        """Put the current files into the store (once for each hash)."""
        await self.store.keep_knowledge(self.current.hash, self.current.files)

    async def of(self, digest: str) -> Catalog:
        """The catalog with this hash; raises StoreError where its files were never kept."""
        if digest == self.current.hash:
            return self.current
        found = self._older.get(digest)
        if found is not None:
            self._older.move_to_end(digest)
            return found
        files = await self.store.knowledge(digest)
        if files is None:
            raise StoreError(f"knowledge {digest[:12]} is not in the store")
        found = self._older[digest] = await asyncio.to_thread(load, files)
        if len(self._older) > MOST_KEPT:
            self._older.popitem(last=False)
        return found
