"""Openings that come at the same time: one look a host, no more looks than the limit."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.desk.limits import Allowance
from tests.desk import office as o


async def test_of_two_who_ask_for_a_host_at_once_one_looks(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired())
    async with o.office(
        tmp_path, scout=scout, allowance=Allowance(same_host_seconds=15, in_flight=2)
    ) as office:
        await asyncio.gather(*(office.ask(user=user) for user in (o.ASKER, o.TEAMMATE)))
        await office.quiet()
        assert len(office.scout.looks) == 1
        (note,) = office.wall.notes
        assert o.HOST in note.text


async def test_openings_at_once_keep_to_the_limit(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), gate=asyncio.Event())
    async with o.office(tmp_path, scout=scout, allowance=Allowance(in_flight=2)) as office:
        await asyncio.gather(*(office.ask(f"srv-{each}") for each in range(5)))
        await o.until(lambda: len(scout.looks) >= 2)
        async with asyncio.timeout(5):
            while await office.store.pending():  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.01)
        assert scout.gate is not None
        scout.gate.set()
        await office.quiet()
        assert len(scout.looks) == 2
        assert len(office.wall.notes) == 3


async def test_the_knowledge_is_packed_once_and_not_for_every_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        kept: list[str] = []
        keep = office.store.keep_knowledge

        async def counted(digest: str, files: Mapping[str, str]) -> None:
            kept.append(digest)
            await keep(digest, files)

        monkeypatch.setattr(office.store, "keep_knowledge", counted)
        await office.open()
        await office.open("srv-2")
        assert len(kept) == 1
