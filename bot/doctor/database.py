"""The ticket database: can it be written, is it ours and whole, is there room, who serves it?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from bot.doctor.findings import Finding, Notes, Result, error, warning
from bot.settings import Settings
from bot.store.inspection import Inspection, inspect

CHECK_S = 10.0
LEAST_FREE = 200 << 20
OTHERS = 0o077
BACK = "restore a backup (docs/data.md)"


async def look(settings: Settings) -> Result:
    """Judge the file of [store] path and its disk."""
    path = settings.located(settings.store.path)
    seen = await asyncio.to_thread(inspect, path, CHECK_S)
    notes = Notes()
    notes.add(*_place(path, seen))
    if seen.exists:
        notes.add(*_content(path, seen))
    notes.fine += _fine(path, seen, whole=not notes.findings)
    return notes.result()


def _place(path: Path, seen: Inspection) -> Iterator[Finding]:
    if not seen.writable:
        yield error(
            "store.not-writable",
            f"this user cannot write the database {path} and its folder",
            f"run it as the bot's user, or give that user the folder: chown BOT {path.parent}",
        )
    if seen.free < LEAST_FREE:
        yield error(
            "store.disk-full",
            f"only {seen.free >> 20} MiB are free on the disk of {path}",
            f"free at least {LEAST_FREE >> 20} MiB, or set store.path to another disk",
        )


def _content(path: Path, seen: Inspection) -> Iterator[Finding]:
    if seen.foreign:
        yield error("store.foreign", seen.foreign, "run the newer rdp-triage, or set store.path")
    if seen.damage:
        yield error("store.damaged", f"the database {path} is damaged: {seen.damage}", BACK)
    if seen.unsearchable:
        yield error(
            "store.search-triggers",
            f"the search lacks what keeps it complete: {', '.join(seen.unsearchable)}",
            "restart `rdp-triage serve`: it puts them back and indexes all tickets anew",
        )
    if seen.toothless:
        yield error(
            "store.triggers",
            f"the database lacks triggers that guard and count: {', '.join(seen.toothless)}",
            "restart `rdp-triage serve`: it puts them back and counts anew",
        )
    if seen.mode & OTHERS:
        yield warning(
            "store.open",
            f"others here can read {path} (mode {seen.mode:o}), which names hosts and people",
            f"`chmod 600 {path}`",
        )


def _fine(path: Path, seen: Inspection, *, whole: bool) -> list[str]:
    told = []
    if not seen.exists:
        told.append(f"{path} will be made at the first start")
    elif whole:
        told.append(f"{path} is sound" if seen.checked else f"{path}: too large to check its pages")
    if seen.served_by is not None:
        who = f"process {seen.served_by}" if seen.served_by else "another process"
        told.append(f"{who} serves it now")
    return told
