"""The knowledge folder is read again while the bot runs, and taken over only if it is sound.

Strategy: whoever edits asks for it (SIGHUP).  A bad folder changes nothing; why is in the log, and
is told to the administrators.  A good one is for new tickets: open ones keep theirs (``library``).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


class Result(StrEnum):
    """What became of a file that was read again."""

    TAKEN = "taken"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reload:
    """Reads ``source`` again; ``warm`` makes a new model ready to plan with."""

    source: Source
    library: Library
    clock: Callable[[], datetime]
    warm: Callable[[Model], None]
    admins: tuple[str, ...] = ()
    """Who is told; without anybody the first of ``channels`` is."""
    channels: tuple[str, ...] = ()

    async def once(self) -> Result:
        """Read the folder once."""
        before = self.library.current.catalog.hash
        try:
            catalog = await asyncio.to_thread(sound, self.source)
        except BadKnowledge as error:
            await self._refused(error, before)
            return Result.REFUSED
        if catalog.hash == before:
            log.info("knowledge %s is as it was; nothing to take over", before)
            return Result.SAME
        model = await self.library.replace(catalog)
        self.warm(model)
        log.info("knowledge %s replaces %s; open tickets keep theirs", catalog.hash, before)
        await self.tell(
            f"The knowledge base was read again: version {catalog.hash} replaces {before}. "
            "New tickets use it; open tickets go on with the version that they began with."
        )
        return Result.TAKEN

    async def _refused(self, error: BadKnowledge, before: str) -> None:
        for line in error.lines:
            log.error("the knowledge was not taken over: %s", line)
        log.error("knowledge %s stays in use", before)
        await self.tell(
            f"The knowledge base was read again and not taken over; version {before} "
            "stays in use. Mend this, run `rdp-triage kb check`, and ask again:",
            error.lines,
        )

    async def tell(self, text: str, lines: Sequence[str] = ()) -> None:
        """Tell the administrators, with the first of these lines."""
        shown = [clean(line, LONGEST) for line in lines[:MOST_TOLD]]
        more = len(lines) - len(shown)
        text = "\n".join([text, *shown, *([f"and {more} more, see the log"] if more else [])])
        at = self.clock().isoformat()
        notes = [Note(text, user) for user in self.admins]
        if not notes:
            notes = [Note(text, channel=channel) for channel in self.channels[:1]]
        parcels = [note.parcel(f"reload:{at}:{note.user or note.channel}") for note in notes]
        try:
            await self.library.store.queue(parcels)
        except StoreError as error:
            log.warning("nobody could be told: %s", error)
