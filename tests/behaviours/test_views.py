"""Behaviour 29: views that moved on, a tab that is not there, a modal that was closed."""

import asyncio
from pathlib import Path

import pytest

from tests.behaviours.scenes import calls, count, opened, refused
from tests.desk import office as o
from tests.handlers.house import house, words_of

PUBLISH = "views.publish"


async def test_29_a_tab_that_has_moved_on_is_made_anew_once(tmp_path: Path) -> None:
    """Guard: ``HomeFlow.opened``: the second publish is new from the store and has no hash."""
    async with house(tmp_path) as bot:
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: bot.slack.home("asker"), what="a tab")
        await opened(bot)
        bot.slack.fault(PUBLISH, "error", error="hash_conflict")
        before = calls(bot, PUBLISH)
        await bot.slack.open_home("asker")

        def fresh() -> bool:
            view = bot.slack.home("asker")
            return view is not None and o.HOST in words_of(view.blocks)

        await bot.slack.wait_for(fresh, what="the ticket on the tab")
        assert calls(bot, PUBLISH) == before + 2


async def test_29_a_tab_that_moves_on_again_is_left_to_the_newer_one(tmp_path: Path) -> None:
    """Guard: one retry, no loop."""
    async with house(tmp_path) as bot:
        bot.slack.fault(PUBLISH, "error", times=9, error="hash_conflict")
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: refused(bot, PUBLISH) == 2, what="two refusals")
        await bot.slack.settle()
        assert calls(bot, PUBLISH) == 2


async def test_29_the_hash_keeps_an_older_page_from_replacing_a_newer_one(tmp_path: Path) -> None:
    """Guard: ``Door.publish`` sends the hash of the page that the person had."""
    async with house(tmp_path) as bot:
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: bot.slack.home("asker"), what="a tab")
        await asyncio.gather(*(bot.slack.open_home("asker") for _ in range(4)))
        await bot.slack.settle()
        assert refused(bot, PUBLISH) >= 1
        assert bot.slack.home("asker") is not None


@pytest.mark.parametrize("error", ["not_enabled", "user_not_found"])
async def test_29_where_there_is_no_tab_nothing_breaks(
    tmp_path: Path, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard: ``door.NO_HOME``."""
    async with house(tmp_path) as bot:
        bot.slack.fault(PUBLISH, "error", error=error)
        await bot.slack.open_home("asker")
        await bot.slack.wait_for(lambda: refused(bot, PUBLISH) == 1, what="the refusal")
        await bot.slack.settle()
        assert error in caplog.text
        assert not [each for each in caplog.records if each.levelname == "ERROR"]


async def test_29_a_modal_that_was_closed_does_nothing(tmp_path: Path) -> None:
    """Guard: a form is an intent only when it is submitted."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("asker", card, "step.cannot")
        await bot.slack.wait_for(lambda: bot.slack.modal("asker"), what="a modal")
        await bot.slack.close("asker")
        await bot.slack.settle()
        assert await count(bot, "tried") == 0
        assert not bot.slack.ephemerals("asker")
