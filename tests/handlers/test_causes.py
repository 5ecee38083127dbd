"""The second line writes down the cause of an escalated ticket, in the local Slack."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.api import Suspects
from bot.desk.lessons import case_of
from bot.sandbox.blocks import check_view
from bot.sandbox.views import View
from bot.sandbox.world import Message
from handlers.causes import form
from tests.behaviours.scenes import calls, count
from tests.desk import office as o
from tests.desk import small
from tests.handlers.house import House, house, words_of

CAUSE = "certificate-expired"


async def escalated(bot: House) -> Message:
    """An escalated ticket, as its card shows it."""
    await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
    card = await bot.shows("It worked")
    await bot.slack.click("asker", card, "ticket.escalate")
    await asked(bot, "asker")
    await bot.slack.submit("asker", {"why": ""})
    return await bot.shows("escalated", "Cause found")


async def asked(bot: House, user: str = "teammate") -> View:
    """The form that somebody has before them."""
    found = await bot.slack.wait_for(lambda: bot.slack.modal(user), what="a form")
    assert found is not None
    return found


async def test_the_cause_is_written_down_and_learning_counts_it(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await escalated(bot)
        await bot.slack.click("teammate", card, "ticket.cause")
        view = await asked(bot)
        groups = view.blocks[0]["element"]["option_groups"]
        assert groups[0]["label"]["text"] == "Likeliest on this ticket"
        assert groups[0]["options"][0]["value"] == CAUSE
        assert (await bot.slack.submit("teammate", {"cause": CAUSE})).ok
        await bot.shows("escalated", "Found by the second line")
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert (ticket.state, ticket.cause) == ("escalated", CAUSE)
        (lesson,) = await bot.store.lessons()
        case = case_of(lesson, small.model().catalog, bot.clock() + timedelta(days=1))
        assert case is not None
        assert (case.ending, case.cause) == ("second-line", CAUSE)


async def test_two_who_write_it_down_at_once_have_one_winner(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await escalated(bot)
        for user in ("teammate", "admin"):
            await bot.slack.click(user, card, "ticket.cause")
            await asked(bot, user)
        await bot.slack.submit("teammate", {"cause": CAUSE})
        await bot.shows("Found by the second line")
        await bot.slack.submit("admin", {"cause": CAUSE})
        await bot.private("admin", "already answered by <@U0TEAMMATE>")
        assert await count(bot, "closed") == 1


async def test_a_guest_gets_no_form_and_no_list(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await escalated(bot)
        await bot.slack.click("guest", card, "ticket.cause")
        view = await asked(bot, "guest")
        assert "guests cannot" in words_of(view.blocks)
        assert all(block["type"] != "input" for block in view.blocks)


async def test_a_ticket_that_was_handed_back_has_no_cause_any_more(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await escalated(bot)
        await bot.slack.click("teammate", card, "ticket.cause")
        await asked(bot)
        await bot.slack.submit("teammate", {"cause": CAUSE})
        card = await bot.shows("Found by the second line")
        await bot.slack.click("teammate", card, "ticket.handback")
        await bot.shows("Handed back")
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert (ticket.state, ticket.cause, ticket.closed_at) == ("open", None, None)


async def test_a_form_that_opens_too_late_is_offered_again(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await escalated(bot)
        bot.slack.fault("views.open", "error", error="expired_trigger_id")
        await bot.slack.click("teammate", card, "ticket.cause")
        await bot.private("teammate", "too late", "Open again")
        assert calls(bot, "views.open") == 2


@pytest.mark.parametrize("many", [0, 1, 99, 150, 900])
def test_any_number_of_causes_fits(many: int) -> None:
    named = [(f"cause-{each}", f"{chr(65 + each % 26)} {'x' * 200} {each}") for each in range(many)]
    found = Suspects(tuple(named[:3]), tuple(sorted(named[3:], key=lambda each: each[1])))
    view = form(found, "{}")
    assert check_view(view, "modal")
    if many:
        groups = view["blocks"][0]["element"]["option_groups"]
        assert sum(len(group["options"]) for group in groups) == many
