"""The knowledge folder is read again while the bot runs, and taken over only if it is sound.

Strategy: whoever edits asks for it (SIGHUP).  A bad folder changes nothing; why is in the log, and
is told to the administrators.  A good one is for new tickets: open ones keep theirs (``library``).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.catalog.source import BadKnowledge, Source
from bot.desk.library import Library
from bot.desk.sound import sound
from bot.desk.surface import Note
from bot.engine import Model
from bot.redact import clean
from bot.store.base import StoreError

log = logging.getLogger(__name__)

MOST_TOLD = 3
"""Faults that a message names; the log has all."""
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Reload:
    """Reads ``source`` again when ``asked``; ``warm`` makes a new model ready to plan with."""

    source: Source
    library: Library
    clock: Callable[[], datetime]
    warm: Callable[[Model], None]
    admins: tuple[str, ...] = ()
    """Who is told; without anybody the first of ``channels`` is."""
    channels: tuple[str, ...] = ()
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Wait to be asked, again and again, until cancelled."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            try:
                await self.once()
            except Exception:
                log.exception("reading the knowledge again broke off; the old one stays in use")

    async def once(self) -> bool:
        """Read the folder once; whether it was taken over."""
        if self.source.folder is None:
            log.warning("nothing to read again: the settings name no knowledge.folder")
            return False
        before = self.library.current.catalog.hash
        try:
            catalog = await asyncio.to_thread(sound, self.source)
        except BadKnowledge as error:
            await self._refused(error, before)
            return False
        if catalog.hash == before:
            log.info("knowledge %s is as it was; nothing to take over", before)
            return False
        model = await self.library.replace(catalog)
        self.warm(model)
        log.info("knowledge %s replaces %s; open tickets keep theirs", catalog.hash, before)
        await self._tell(
            f"The knowledge base was read again: version {catalog.hash} replaces {before}. "
            "New tickets use it; open tickets go on with the version that they began with."
        )
        return True

    async def _refused(self, error: BadKnowledge, before: str) -> None:
        for line in error.lines:
            log.error("the knowledge was not taken over: %s", line)
        log.error("knowledge %s stays in use", before)
        shown = [clean(line, LONGEST) for line in error.lines[:MOST_TOLD]]
        more = len(error.lines) - len(shown)
        await self._tell(
            "\n".join(
                [
                    f"The knowledge base was read again and not taken over; version {before} "
                    "stays in use. Mend this, run `rdp-triage kb check`, and ask again:",
                    *shown,
                    *([f"and {more} more, see the log"] if more else []),
                ]
            )
        )

    async def _tell(self, text: str) -> None:
        at = self.clock().isoformat()
        notes = [Note(text, user) for user in self.admins]
        if not notes:
            notes = [Note(text, channel=channel) for channel in self.channels[:1]]
        parcels = [note.parcel(f"knowledge:{at}:{note.user or note.channel}") for note in notes]
        try:
            await self.library.store.queue(parcels)
        except StoreError as error:
            log.warning("nobody could be told: %s", error)
