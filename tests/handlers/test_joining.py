"""A host that is open already, in the local Slack: join that ticket, or open another."""

import asyncio
from pathlib import Path

from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message
from handlers.manifest import manifest
from tests.behaviours.scenes import tickets
from tests.desk import office as o
from tests.handlers.house import House, house, text_of

OPEN_ALREADY = f"#1 is open for {o.HOST} already, asked by <@U0ASKER>"


async def offered(bot: House, user: str = "teammate", more: str = "") -> Message:
    """One ticket is open; somebody else asks for the same host and gets the offer."""
    await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
    await bot.shows("It worked")
    await bot.slack.command(user, "helpdesk", f"/rdp {o.HOST}{more}")
    await bot.private(user, OPEN_ALREADY, "Go to #1", "Open another")
    return bot.slack.ephemerals(user)[-1]


async def test_the_host_is_not_looked_at_again_before_somebody_decides(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await offered(bot)
        await bot.slack.settle()
        assert await tickets(bot) == 1
        assert len(bot.scout.looks) == 1
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_joining_shows_the_ticket_and_where_its_card_stands(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        offer = await offered(bot)
        await bot.slack.click("teammate", offer, "ticket.join")
        await bot.private("teammate", "stands in <#C0HELPDESK>", "certificate has expired")
        assert await tickets(bot) == 1


async def test_joining_a_ticket_of_a_direct_message_says_how_to_see_its_card(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "general", f"/rdp {o.HOST}")
        await bot.shows("It worked", channel="dm", user="asker")
        await bot.slack.command("teammate", "helpdesk", f"/rdp {o.HOST}")
        await bot.private("teammate", OPEN_ALREADY)
        offer = bot.slack.ephemerals("teammate")[-1]
        await bot.slack.click("teammate", offer, "ticket.join")
        await bot.private("teammate", "a direct message to <@U0ASKER>", "Share under More")


async def test_another_ticket_has_what_was_typed_and_comes_once(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        offer = await offered(bot, more=" 0x904 0x7 it says no")
        await asyncio.gather(
            bot.slack.click("teammate", offer, "ticket.new"),
            bot.slack.click("teammate", offer, "ticket.new"),
        )
        await bot.shows("#2 ", "It worked")
        await bot.slack.click("teammate", offer, "ticket.new")
        await bot.slack.settle()
        assert await tickets(bot) == 2
        second = await bot.store.ticket(2)
        assert second is not None
        assert (second.codes, second.message) == (("0x904", "0x7"), "it says no")
        assert second.asked_by == "U0TEAMMATE"


async def test_nothing_that_was_typed_or_pasted_is_lost(tmp_path: Path) -> None:
    """Guard: the button names the stored wish; a text of 2,900 characters fits on no button."""
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        await bot.slack.command("teammate", "helpdesk", "/rdp")
        await bot.form("teammate")
        pasted = "The connection was lost. " * 110
        values = {
            "host": o.HOST,
            "codes": pasted,
            "since": "suddenly",
            "rdp_file": "full address:s:other-host\nnegotiate security layer:i:1\n",
        }
        assert (await bot.slack.submit("teammate", values)).ok
        await bot.private("teammate", OPEN_ALREADY)
        await bot.slack.click("teammate", bot.slack.ephemerals("teammate")[-1], "ticket.new")
        await bot.shows("#2 ", "It worked")
        second = await bot.store.ticket(2)
        assert second is not None
        assert second.message == pasted.strip()
        assert second.body["report"] == {"onset": "suddenly"}
        assert second.body["rdp_file"]["full address"] == "other-host"


async def test_the_form_gets_the_same_offer(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        await bot.slack.command("teammate", "helpdesk", "/rdp")
        await bot.form("teammate")
        values = {"host": o.HOST, "affected": "everybody"}
        assert (await bot.slack.submit("teammate", values)).ok
        await bot.private("teammate", OPEN_ALREADY)
        offer = bot.slack.ephemerals("teammate")[-1]
        await bot.slack.click("teammate", offer, "ticket.new")
        await bot.shows("#2 ", "It worked")
        second = await bot.store.ticket(2)
        assert second is not None
        assert second.body["report"] == {"scope": "everybody"}


async def test_another_port_and_a_closed_ticket_are_no_reason_to_ask(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        card = await bot.shows("#1 ", "It worked")
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}:3390")
        await bot.shows("#2 ", "It worked")
        await bot.slack.choose("asker", card, "close")
        await bot.slack.wait_for(lambda: "resolved" in text_of(card), what="the end")
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("#3 ", "It worked")


async def test_the_offer_is_made_once_and_holds_after_a_restart(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        async with house(tmp_path, slack=slack) as bot:
            offer = await offered(bot)
        async with house(tmp_path, slack=slack) as bot:
            await bot.slack.settle()
            assert len(slack.ephemerals("teammate")) == 1
            await slack.click("teammate", offer, "ticket.new")
            await bot.shows("#2 ", "It worked")


async def test_a_guest_hears_nothing_of_the_ticket(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        await bot.slack.command("guest", "helpdesk", f"/rdp {o.HOST}")
        said = await bot.private("guest", "guests cannot")
        assert "#1" not in said
