"""The handlers in the local Slack: what is acknowledged, refused, repeated, told and shown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.server import LocalSlack
from bot.store.base import StoreBusy
from bot.store.sqlite import SqliteStore
from handlers.manifest import manifest
from tests.desk import office as o
from tests.handlers.house import House, house, text_of

WORKED = "step.worked"
AFTER = "Reset the Remote Desktop program"


async def opened(bot: House, *words: str, channel: str = "helpdesk") -> Any:
    """A ticket on a host with an expired certificate, its verdict on the card."""
    await bot.slack.command("asker", channel, f"/rdp {o.HOST}")
    place = "helpdesk" if channel == "helpdesk" else "dm"
    return await bot.shows("It worked", *words, channel=place, user="asker")


async def test_the_acknowledgement_comes_before_any_work(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), gate=asyncio.Event())
    async with house(tmp_path, scout=scout) as bot:
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        assert receipt.ok
        card = await bot.shows("looking from dc1", "Cancel")
        assert "It worked" not in text_of(card)
        assert scout.gate is not None
        scout.gate.set()
        await bot.shows("It worked")
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_a_card_outside_the_helpdesk_is_a_direct_message(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await opened(bot, channel="general")
        assert bot.slack.from_app("general") == []
        await bot.slack.choose("asker", bot.card("dm", user="asker"), "share")
        card = await bot.shows("It worked")
        await bot.slack.click("teammate", card, WORKED)
        await bot.shows("nothing has changed")


async def test_a_busy_store_is_said_and_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)

        async def silent(*_: Any, **__: Any) -> Any:
            raise StoreBusy("silent")

        monkeypatch.setattr(SqliteStore, "accept", silent)
        receipt = await bot.slack.command("asker", "helpdesk", "/rdp srv-2")
        assert receipt.ok
        await bot.private("asker", "not taken", "try again")
        bot.slack.reload("asker")
        receipt = await bot.slack.click("asker", card, WORKED)
        assert receipt.ok
        await bot.private("asker", "not taken", "try again")
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_slips_are_answered_privately_with_an_example(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp srv;reboot")
        await bot.private("asker", "not a host", "/rdp srv-app-07 0x904 0x7")
        await bot.slack.command("asker", "helpdesk", "/rdp code 0x904")
        await bot.private("asker", "0x904", "The code does not say why.")
        await bot.slack.command("asker", "helpdesk", "/rdp code nonsense")
        await bot.private("asker", "is not an error code")
        await bot.slack.command("asker", "helpdesk", "/rdp help")
        await bot.private("asker", "/rdp HOST", "Never type a password.")
        assert bot.slack.from_app("helpdesk") == []


async def test_cannot_asks_why_and_then_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("asker", card, "step.cannot")
        await bot.form("asker")
        receipt = await bot.slack.submit("asker", {"reason": "access"})
        assert receipt.ok
        await bot.shows("Reset the Remote Desktop program")
        assert bot.slack.modal("asker") is None


async def test_an_escalation_reaches_the_second_line(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("asker", card, "ticket.escalate")
        await bot.form("asker")
        await bot.slack.submit("asker", {"why": "Needs <!channel> the PKI team."})
        await bot.shows("escalated", "Hand back")
        told = await bot.slack.wait_for(
            lambda: bot.slack.from_app("escalations"), what="a note to the second line"
        )
        assert f"#1 {o.HOST} was handed over by <@U0ASKER>" in told[0].text
        assert [each.target for each in bot.slack.notifications() if each.kind == "broadcast"] == []


async def test_details_show_raw_facts_in_a_modal(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("teammate", card, "ticket.details")
        view = await bot.form("teammate")
        said = str(view.content if view is not None else "")
        assert "days_left -3.2" in said
        assert "tls.certificate: passed in 5 ms" in said
        assert "opened by U0ASKER" in said


async def test_details_are_turned_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.details.MOST_RAW", 900)
    async with house(tmp_path) as bot:

        async def page(number: int) -> str:
            def there() -> str:
                view = bot.slack.modal("teammate")
                said = str(view.content) if view is not None else ""
                return said if f"Page {number} of " in said else ""

            return await bot.slack.wait_for(there, what=f"page {number}")

        card = await opened(bot)
        await bot.slack.click("teammate", card, "ticket.details")
        told = [await page(1)]
        assert "Earlier facts" not in told[0]
        while "More facts" in told[-1]:
            await bot.slack.press("teammate", "details.on")
            told.append(await page(len(told) + 1))
        assert len(told) > 2
        for fact in ("days_left -3.2", "tls.certificate: passed in 5 ms", "opened by U0ASKER"):
            assert sum(fact in each for each in told) == 1
        await bot.slack.press("teammate", "details.back")
        assert await page(len(told) - 1) == told[-2]


async def test_history_is_paged_privately(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number in range(1, 11):
            await bot.slack.command("asker", "helpdesk", f"/rdp srv-{number}")
            await bot.shows(f"#{number} ", "It worked")
        await bot.slack.command("asker", "helpdesk", "/rdp mine")
        await bot.private("asker", "Your tickets", "#10", "#3", "Older")
        page = bot.slack.ephemerals("asker")[-1]
        assert "#2 " not in text_of(page)
        await bot.slack.click("asker", page, "history.page")
        await bot.private("asker", "Your tickets", "#2", "#1")
        await bot.slack.click("asker", page, "history.open.10")
        await bot.private("asker", "#10  srv-10", "certificate has expired")
        await bot.slack.command("teammate", "helpdesk", "/rdp history srv-3")
        await bot.private("teammate", "srv-3")
        await bot.slack.command("guest", "helpdesk", "/rdp history")
        await bot.private("guest", "guests cannot")


async def test_stats_tell_how_the_last_days_went(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, WORKED)
        await bot.shows("resolved, verified")
        await bot.slack.command("teammate", "helpdesk", "/rdp stats")
        await bot.private("teammate", "1 ticket in 30 days", "1 resolved", "Renew the RDP")
        await bot.slack.command("guest", "helpdesk", "/rdp stats")
        await bot.private("guest", "guests cannot")


async def test_a_ticket_is_shown_privately_and_a_lost_card_comes_back(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.delete("admin", card)
        await bot.slack.command("teammate", "helpdesk", "/rdp ticket 1")
        await bot.private("teammate", "#1", "certificate has expired")
        again = await bot.shows("It worked")
        assert again.ts != card.ts
        await bot.slack.command("asker", "helpdesk", "/rdp ticket 99")
        await bot.private("asker", "There is no ticket #99.")


async def test_what_a_target_sends_is_never_live(tmp_path: Path) -> None:
    hostile = "CN=<!channel> <@U0ADMIN> <http://evil.example|click> &amp; \u202eevil"
    sight = [
        *o.expired()[:4],
        *[
            each
            for each in o.healthy(
                subject=hostile,
                issuer=hostile,
                self_signed=False,
                matches_host=False,
                days_left=-3.0,
            )
            if each.probe == "tls.certificate"
        ],
    ]
    async with house(tmp_path, scout=o.ScriptedScout(sight)) as bot:
        card = await opened(bot)
        assert "<!channel>" in text_of(card)
        assert "\u202e" not in text_of(card)
        await bot.slack.click("asker", card, "ticket.details")
        await bot.form("asker")
        assert {each.target for each in bot.slack.live()} <= {"U0ASKER"}


async def test_an_old_button_is_acknowledged_and_explained(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        for element in card.versions[-1].blocks[-2]["elements"]:
            element["value"] = "not-ours"
        receipt = await bot.slack.click("asker", card, WORKED)
        assert receipt.ok
        await bot.private("asker", "from an older version")
        bot.slack.reload("asker")
        for element in card.versions[-1].blocks[-2]["elements"]:
            element["action_id"] = f"gone.{element['action_id']}"
        receipt = await bot.slack.click("asker", card, f"gone.{WORKED}")
        assert receipt.ok
        await bot.private("asker", "from an older version")


async def test_a_channel_that_was_archived_leads_to_a_direct_message(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.archive("helpdesk")
        bot.scout.sight = o.healthy()
        assert card.exists
        await bot.desk.bring(1)
        await bot.shows("certificate has expired", channel="dm", user="asker")


async def test_after_a_restart_the_old_card_still_works(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        async with house(tmp_path, slack=slack) as bot:
            card = await opened(bot)
        async with house(tmp_path, slack=slack, scout=o.ScriptedScout(o.healthy())) as bot:
            await slack.click("asker", card, WORKED)
            await bot.shows("resolved, verified")
            assert len(slack.from_app("helpdesk")) == 1
