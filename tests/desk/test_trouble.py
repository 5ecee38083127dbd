"""What fails around the desk, or happens at once, leaves no ticket stuck and has one effect."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import patience
from bot.desk.intents import Click, Verb
from bot.desk.limits import Allowance
from bot.store.base import Parcel, Stale, StoreError
from bot.store.faults import StoreLocked
from tests.desk import office as o


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again after a while is tried again at once."""
    monkeypatch.setattr(patience, "AGAIN", timedelta(seconds=0.01))


def failing(
    office: o.Office,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception] = StoreLocked,
    **times: int,
) -> list[str]:
    """Let methods of the store fail so often; the names of those that did."""
    failed: list[str] = []

    def broken(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            if failed.count(name) < times[name]:
                failed.append(name)
                raise error(1, 1) if error is Stale else error("another program holds the database")
            return await work(*args, **named)

        return call

    for name in times:
        monkeypatch.setattr(office.store, name, broken(name, getattr(office.store, name)))
    return failed


@pytest.mark.usefixtures("soon")
async def test_a_look_goes_on_once_the_store_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        failed = failing(office, monkeypatch, change=3)
        await office.open()
        assert failed == ["change"] * 3
        assert (await office.body()).phase == "waiting"
        assert office.wall.last.step is not None


@pytest.mark.usefixtures("soon")
async def test_a_click_is_done_once_the_store_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        failed = failing(office, monkeypatch, change=2)
        await office.press(Verb.CLOSE)
        assert failed == ["change"] * 2
        assert (await office.ticket()).state == "resolved"
        assert list(await office.store.pending()) == []


async def test_reopened_while_the_cancelled_look_still_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        ended, look = asyncio.Event(), office.scout.look

        async def slow_to_end(*args: Any, **named: Any) -> Any:
            try:
                return await look(*args, **named)
            except asyncio.CancelledError:
                await ended.wait()
                raise

        monkeypatch.setattr(office.scout, "look", slow_to_end)
        office.scout.gate = asyncio.Event()
        await office.ask()
        await o.until(lambda: bool(office.scout.looks))
        for verb, state in ((Verb.CANCEL, "cancelled"), (Verb.REOPEN, "open")):
            version = (await office.ticket()).version
            click = Click(office.sender(), verb, 1, version)
            office.desk.start(await office.desk.accept(click))
            while (await office.ticket()).state != state:  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.01)
        ended.set()
        office.scout.gate.set()
        await office.quiet()
        assert (await office.body()).phase == "waiting"


async def test_a_recheck_is_judged_by_the_rules_of_today(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        office.scout.refuse = "targets.ports has only 3390"
        await office.press(Verb.RECHECK)
        assert len(office.scout.looks) == 1
        body = await office.body()
        assert body.phase == "waiting"
        assert "targets.ports has only 3390" in body.notice


async def test_the_second_line_is_told_once_by_whom_and_why(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        await office.press(Verb.ESCALATE, user=o.TEAMMATE, detail="Nobody here may renew it.")
        await office.press(Verb.CLAIM, user=o.ADMIN)
        assert len(office.wall.packet_posts) == 1
        _, packet = office.wall.packets[-1]
        assert (packet.by, packet.owner) == (o.TEAMMATE, o.ADMIN)
        assert dict(packet.chapters)["They say"] == ("Nobody here may renew it.",)
        assert office.wall.notes == []


@pytest.mark.usefixtures("soon")
async def test_a_card_goes_on_once_the_store_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        failed = failing(office, monkeypatch, mark=2)
        await office.press(Verb.CLOSE)
        for _ in range(3):
            office.clock.pass_(3)
            await office.quiet()
        assert failed == ["mark"] * 2
        assert office.wall.last.state.startswith("resolved on word")
        assert len(office.wall.posts) == 1


@pytest.mark.usefixtures("soon")
async def test_a_post_is_not_repeated_because_the_store_forgot_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        failing(office, monkeypatch, card_at=1)
        await office.open()
        for _ in range(3):
            office.clock.pass_(3)
            await office.quiet()
        assert len(office.wall.posts) == 1


async def test_a_share_survives_a_kill_right_after_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open(channel="D0ASKER")

        async def killed(*args: object) -> list[Parcel]:
            if len(args) == 3:
                raise StoreError("killed before it was written")
            return []

        monkeypatch.setattr(office.store, "card_at", killed)
        monkeypatch.setattr(office.store, "due", killed)
        ticket = await office.ticket()
        click = Click(office.sender(), Verb.SHARE, 1, ticket.version)
        office.desk.start(await office.desk.accept(click))
        await office.desk.settled()
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        await office.quiet()
        assert [channel for channel, _ in office.wall.posts] == [o.HELPDESK]
        assert (await office.ticket()).channel == o.HELPDESK


async def test_a_share_is_not_undone_by_the_late_answer_to_the_first_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        posted, answered, show = asyncio.Event(), asyncio.Event(), office.wall.show

        async def slow(*args: Any) -> Any:
            where = await show(*args)
            if not posted.is_set():
                posted.set()
                await answered.wait()
            return where

        monkeypatch.setattr(office.wall, "show", slow)
        await office.ask(channel="D0ASKER")
        await office.desk.settled()
        carrying = asyncio.create_task(office.desk.flush())
        await posted.wait()
        card = office.wall.posts[0][1]
        version = (await office.ticket()).version
        click = Click(office.sender(channel="D0ASKER"), Verb.SHARE, 1, version, card=card)
        office.desk.start(await office.desk.accept(click))
        await office.desk.settled()
        answered.set()
        await carrying
        await office.quiet()
        assert (await office.ticket()).channel == o.HELPDESK
        assert [channel for channel, _ in office.wall.posts] == [o.ASKER, o.HELPDESK]


@pytest.mark.usefixtures("soon")
async def test_an_opening_goes_on_once_the_store_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(
        tmp_path, scout=o.ScriptedScout(o.expired()), allowance=Allowance(same_host_seconds=15)
    ) as office:
        failed = failing(office, monkeypatch, open_ticket=1, settle=1)
        assert await office.open() == 1
        assert failed == ["open_ticket", "settle"]
        assert (await office.body()).phase == "waiting"
        assert office.wall.notes == []


async def test_a_look_that_always_comes_second_leaves_no_ticket_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        before = (await office.body()).offer
        looks = len(office.scout.looks)
        click = Click(office.sender(), Verb.RECHECK, 1, (await office.ticket()).version)
        office.scout.gate = asyncio.Event()
        office.desk.start(await office.desk.accept(click))
        await o.until(lambda: len(office.scout.looks) > looks)
        failing(office, monkeypatch, Stale, change=5)
        office.scout.gate.set()
        await office.quiet()
        body = await office.body()
        assert (body.phase, body.offer) == ("waiting", before)
        assert "look again" in body.notice
