"""The knowledge base that the bot would start with, and whether its reviews are overdue."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from bot.catalog.entries import Catalog
from bot.catalog.lint import entries
from bot.catalog.source import BadKnowledge, Source
from bot.desk.sound import sound
from bot.doctor.findings import Notes, Result, error, warning
from bot.redact import clean
from bot.settings import Settings

SHOWN = 3


async def look(settings: Settings) -> Result:
    """Load it as the bot does."""
    source = Source(settings.knowledge_folder)
    try:
        catalog = await asyncio.to_thread(sound, source)
    except BadKnowledge as wrong:
        lines = "; ".join(clean(line, 200) for line in wrong.lines[:SHOWN])
        more = f" and {len(wrong.lines) - SHOWN} more" if len(wrong.lines) > SHOWN else ""
        return Result(
            (
                error(
                    "knowledge.bad",
                    f"the bot will not start with this knowledge: {lines}{more}",
                    "`rdp-triage kb check` lists every fault; correct them, or knowledge.folder",
                ),
            )
        )
    return await asyncio.to_thread(_reviews, catalog, source)


def _reviews(catalog: Catalog, source: Source) -> Result:
    notes, today = Notes(), datetime.now(UTC).date()
    latest = today - timedelta(days=catalog.settings.review_days)
    late = sorted(file for file, on in entries(catalog) if date.fromisoformat(on) < latest)
    if late:
        own = source.folder is not None
        notes.add(
            warning(
                "knowledge.overdue",
                f"the review of {len(late)} entries is overdue, the first is {late[0]}",
                "review them and set `reviewed` (`rdp-triage kb check` lists them)"
                if own
                else "update rdp-triage; its knowledge is reviewed with each release",
            )
        )
    where = "that came with the program" if source.folder is None else f"of {source.folder}"
    notes.fine.append(f"version {catalog.hash} {where}: {len(catalog.causes)} causes")
    return notes.result()
