"""Behaviours 1-8: what Slack delivers late, twice, out of order or to a bot that dies meanwhile."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.sandbox.server import LocalSlack
from bot.store.base import StoreBusy
from bot.store.sqlite import SqliteStore
from handlers.manifest import manifest
from tests.behaviours.scenes import FAILED, again, count, opened, tickets
from tests.desk import office as o
from tests.handlers.house import house, text_of


async def test_01_a_slow_store_is_acknowledged_in_time_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the patience that ``Desk.accept`` gives to ``Store.accept`` (1.5 s of Slack's 3)."""
    async with house(tmp_path) as bot:
        patience = list[float]()

        async def slow(_: Any, _intent: Any, limit: float = 60.0) -> Any:
            patience.append(limit)
            raise StoreBusy("it took too long")

        monkeypatch.setattr(SqliteStore, "accept", slow)
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        assert receipt.ok
        await bot.private("asker", "not taken", "try again")
        assert patience[0] < 3


async def test_02_a_handler_that_breaks_acknowledges_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard: ``LastNet.failed``, which Bolt calls for what a handler raises."""
    async with house(tmp_path) as bot:

        async def broken(*_: Any) -> Any:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(Desk, "accept", broken)
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        assert receipt.ok
        said = await bot.private("asker", "a fault in here", "reference")
        reference = said.split("reference ")[1].split(")")[0]
        assert reference in caplog.text


async def test_02_an_event_that_breaks_is_logged_and_nothing_else_breaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard: ``LastNet.failed`` gives no response where the event was acknowledged before."""
    async with house(tmp_path) as bot:
        bot.slack.fault("views.publish", "error", error="fatal_error")
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: "a payload was not handled" in caplog.text, what="a line")
        await bot.slack.settle()
        gc.collect()  # asyncio tells of a task that broke when the task goes
        assert "never retrieved" not in caplog.text
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: bot.slack.home("asker"), what="a tab")


async def test_03_what_was_acknowledged_is_done_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: ``Desk.resume``, which begins the committed intents again."""
    async with LocalSlack(manifest(), limits="off") as slack:
        with monkeypatch.context() as dead:
            dead.setattr(Desk, "start", lambda *_: None)  # the process ends after the ack
            async with house(tmp_path, slack=slack) as bot:
                assert (await slack.command("asker", "helpdesk", f"/rdp {o.HOST}")).ok
                assert slack.from_app("helpdesk") == []
        async with house(tmp_path, slack=slack) as bot:
            await bot.shows("It worked")
            assert await tickets(bot) == 1


async def test_04_a_delivery_that_comes_again_much_later_runs_once(tmp_path: Path) -> None:
    """Guard: the key of an intent in ``Store.accept``; Slack repeats after 0 s, 1 and 5 minutes."""
    async with house(tmp_path) as bot:
        await opened(bot)
        for seconds in (0, 60, 300):
            await bot.slack.advance(seconds)
            assert (await again(bot, same_id=False)).ok
        await bot.slack.settle()
        assert await tickets(bot) == 1
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_05_what_arrives_only_the_second_time_is_not_lost(tmp_path: Path) -> None:
    """Guard: nothing may drop a delivery for being a repeated one."""
    async with house(tmp_path) as bot:
        bot.slack.fault("envelope:slash_commands", "drop")
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        assert not receipt.ok
        assert await tickets(bot) == 0
        assert (await again(bot)).ok
        await bot.shows("It worked")
        assert await tickets(bot) == 1


async def test_06_the_same_envelope_twice_has_one_effect(tmp_path: Path) -> None:
    """Guard: the key of an intent in ``Store.accept``."""
    async with house(tmp_path) as bot:
        bot.slack.fault("envelope:slash_commands", "duplicate")
        card = await opened(bot)
        bot.slack.fault("envelope:interactive", "duplicate")
        await bot.slack.click("asker", card, FAILED)
        await bot.slack.settle()
        assert await tickets(bot) == 1
        assert await count(bot, "tried") == 1
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_07_a_click_may_come_before_the_answer_to_our_post(tmp_path: Path) -> None:
    """Guard: ``Clerk._adopt``: the card tells where it stands when it is clicked."""
    async with house(tmp_path) as bot:
        bot.slack.fault("chat.postMessage", "drop-after")
        bot.scout.gate = asyncio.Event()
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        card = await bot.shows("looking from dc1", "Cancel")
        await bot.slack.click("asker", card, "ticket.cancel")
        await bot.shows("cancelled")
        await bot.slack.settle()
        assert [each.ts for each in bot.slack.from_app("helpdesk")] == [card.ts]


async def test_08_a_card_may_reach_slack_before_our_acknowledgement(tmp_path: Path) -> None:
    """Guard: the acknowledgement carries nothing that the card depends on."""
    async with house(tmp_path) as bot:
        bot.slack.fault("envelope:slash_commands", "hold-ack")
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        assert not receipt.ok, "the person saw that nobody answered"
        card = await bot.shows("It worked")
        assert o.HOST in text_of(card)
        assert len(bot.slack.from_app("helpdesk")) == 1
