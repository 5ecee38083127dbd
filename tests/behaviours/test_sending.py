"""Behaviours 11-19: Slack refuses, limits, loses or forgets what we send."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.errors import SlackError
from bot.sandbox.once import ResponseUrl
from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest
from tests.behaviours.scenes import FAILED, WORKED, calls, opened, refused
from tests.desk import office as o
from tests.handlers.house import house, text_of


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_11_a_limit_is_waited_for_and_the_last_state_wins(
    tmp_path: Path, method: str
) -> None:
    """Guard: ``Later`` in ``surface._word``: the parcel is due again after Retry-After."""
    async with house(tmp_path) as bot:
        bot.slack.fault(method, "429", times=2, seconds=0.4)
        card = await opened(bot)
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, WORKED)
        await bot.shows("resolved, verified")
        assert refused(bot, method) >= 1
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_12_what_a_limit_held_back_is_kept_over_a_stop(tmp_path: Path) -> None:
    """Guard: the outbox: a parcel is marked as sent only once Slack has taken it."""
    async with LocalSlack(manifest(), limits="off") as slack:
        async with house(tmp_path, slack=slack) as bot:
            slack.fault("chat.postMessage", "429", times=99, seconds=1)
            await slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
            await slack.wait_for(lambda: refused(bot, "chat.postMessage"), what="a limit")
        slack.state.faults.clear()
        assert slack.from_app("helpdesk") == []
        async with house(tmp_path, slack=slack) as bot:
            await bot.shows("It worked")
            assert len(slack.from_app("helpdesk")) == 1


async def test_13_a_post_whose_answer_is_lost_is_not_posted_again(tmp_path: Path) -> None:
    """Guard: ``Carding._perhaps_posted``: never send ``chat.postMessage`` again blindly."""
    async with house(tmp_path) as bot:
        bot.scout.gate = asyncio.Event()
        bot.slack.fault("chat.postMessage", "drop-after")
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.private("asker", "did not confirm the card of #1", "/rdp ticket 1 shows it")
        await bot.slack.settle()
        assert len(bot.slack.from_app("helpdesk")) == 1
        bot.scout.gate.set()
        await bot.shows("It worked")


@pytest.mark.parametrize("fault", ["500", "503", "empty"])
async def test_14_an_edit_is_repeated_after_a_fault_of_slack_and_a_post_is_not(
    tmp_path: Path, fault: str
) -> None:
    """Guard: ``Unsure`` in ``surface._word``: edits may be repeated, posts may not."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("chat.update", fault)
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, WORKED)
        await bot.shows("resolved, verified")
        bot.scout.gate = asyncio.Event()
        bot.slack.fault("chat.postMessage", fault)
        posts = calls(bot, "chat.postMessage")
        await bot.slack.command("asker", "helpdesk", "/rdp srv-2")
        await bot.private("asker", "did not confirm the card of #2")
        await bot.slack.settle()
        assert calls(bot, "chat.postMessage") == posts + 1


async def test_15_a_card_that_was_deleted_is_posted_once_more(tmp_path: Path) -> None:
    """Guard: ``Gone`` in ``Carding._show``."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.delete("admin", card)
        await bot.desk.bring(1)
        again = await bot.shows("It worked")
        assert again.ts != card.ts
        await bot.slack.click("asker", again, FAILED)
        await bot.shows("Reset the Remote Desktop program")
        assert len(bot.slack.from_app("helpdesk")) == 1


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
async def test_16_a_card_that_may_not_be_edited_any_more_is_posted_anew(
    tmp_path: Path, error: str
) -> None:
    """Guard: ``surface.GONE``."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("chat.update", "error", times=99, error=error, where={"ts": card.ts})
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, WORKED)
        fresh = await bot.shows("resolved, verified")
        assert fresh.ts != card.ts
        assert len(bot.slack.from_app("helpdesk")) == 2


@pytest.mark.parametrize("spelling", ["is_archived", "is_inactive"])
async def test_17_in_an_archived_channel_the_asker_is_told_directly(
    tmp_path: Path, spelling: str
) -> None:
    """Guard: ``surface.CLOSED`` and ``Carding._show``, which turns to the asker."""
    async with house(tmp_path) as bot:
        bot.scout.gate = asyncio.Event()
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("looking from dc1")
        bot.slack.archive("helpdesk")
        bot.slack.fault("chat.update", "error", error=spelling)
        bot.scout.gate.set()
        await bot.shows("It worked", channel="dm", user="asker")


async def test_18_where_the_bot_is_not_in_the_channel_the_asker_is_told_directly(
    tmp_path: Path,
) -> None:
    """Guard: ``surface.CLOSED``; what is told privately goes by the response URL first."""
    async with house(tmp_path) as bot:
        bot.slack.kick("helpdesk")
        await bot.slack.command("asker", "helpdesk", "/rdp history")
        await bot.private("asker", "Former tickets")
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        told = await bot.slack.wait_for(
            lambda: [
                each.text
                for each in bot.slack.from_app("dm", user="asker")
                if "/invite" in each.text
            ],
            what="the hint",
        )
        assert "The card of #1" in told[0]
        await bot.slack.settle()
        assert "It worked" in text_of(bot.slack.from_app("dm", user="asker")[0])
        assert len(bot.slack.from_app("dm", user="asker")) == 2


async def test_19_a_private_answer_outlives_its_response_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: ``Door.answer`` looks at the status: 404 comes as an answer, not as an error."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        version = len(card.versions) - 1
        await bot.slack.click("teammate", card, FAILED)
        await bot.shows("Reset the Remote Desktop program")
        spent = bot.slack.state.urls

        def used(path: str) -> ResponseUrl:
            raise SlackError("used_url")

        monkeypatch.setattr(spent, "use", used)
        await bot.slack.click("asker", card, FAILED, version=version)
        await bot.private("asker", "already answered by <@U0TEAMMATE>")
        (hook,) = bot.slack.journal.of("hook")
        assert hook.data["error"] == "used_url"
