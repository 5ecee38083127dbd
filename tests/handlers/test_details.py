"""The right to read is judged at every page of the details, not only at the first."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.behaviours.scenes import opened
from tests.handlers.house import house
from tests.handlers.test_rights import SILENCE, STRANGERS, told

LATER = 601
"""Seconds after which a person is looked up again."""


@pytest.mark.parametrize("change", ["is_restricted", "deleted"])
async def test_who_becomes_a_guest_turns_no_further_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("handlers.details.MOST_RAW", 900)
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("teammate", card, "ticket.details")
        await told(bot, "teammate", "Page 1 of ")
        await bot.slack.press("teammate", "details.on")
        await told(bot, "teammate", "Page 2 of ")
        users = bot.slack.state.world.users
        users["U0TEAMMATE"] = replace(
            users["U0TEAMMATE"],
            is_restricted=change == "is_restricted",
            deleted=change == "deleted",
        )
        bot.clock.pass_(LATER)
        await bot.slack.press("teammate", "details.on")
        await told(bot, "teammate", STRANGERS)
        view = bot.slack.modal("teammate")
        assert view is not None
        shown = str(view.content)
        assert "Page " not in shown
        assert "tls." not in shown


async def test_a_page_is_not_turned_while_nobody_says_who_turns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.details.MOST_RAW", 900)
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("teammate", card, "ticket.details")
        await told(bot, "teammate", "Page 1 of ")
        bot.clock.pass_(LATER)
        bot.slack.fault("users.info", "500", times=99, where={"user": "U0TEAMMATE"})
        await bot.slack.press("teammate", "details.on")
        await told(bot, "teammate", SILENCE)
