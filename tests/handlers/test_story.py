"""One ticket with its whole story, privately, in the local Slack."""

import json
from datetime import timedelta
from pathlib import Path

from bot.sandbox.blocks import check_message_blocks
from bot.store.base import Event, Tenant
from handlers.answers import ticket as told
from handlers.cards import BUDGET
from tests.desk import office as o
from tests.handlers.house import House, house, text_of


async def story(bot: House, number: int = 1) -> str:
    """What is answered to ``/rdp ticket``."""
    before = len(bot.slack.ephemerals("asker"))
    await bot.slack.command("asker", "helpdesk", f"/rdp ticket {number}")
    seen = await bot.slack.wait_for(lambda: bot.slack.ephemerals("asker")[before:], what="it")
    return text_of(seen[0])


async def test_it_tells_who_did_what_in_its_order(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        bot.scout.sight = o.expired()
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST} 0x904")
        card = await bot.shows("It worked")
        await bot.slack.click("teammate", card, "step.failed")
        card = await bot.shows("Reset the Remote Desktop program")
        await bot.slack.click("asker", card, "step.cannot")
        await bot.form("asker")
        await bot.slack.submit("asker", {"reason": "access"})
        await bot.slack.settle()
        await bot.slack.click("asker", bot.card(), "ticket.escalate")
        await bot.form("asker")
        await bot.slack.submit("asker", {"why": "PKI team <!channel>"})
        card = await bot.shows("escalated")
        await bot.slack.click("teammate", card, "ticket.cause")
        await bot.form("teammate")
        await bot.slack.submit("teammate", {"cause": "certificate-expired"})
        await bot.shows("Found by the second line: The server's RDP certificate has expired. ")
        said = await story(bot)
        lines = said[said.rindex("What happened") :]
        parts = [
            "<@U0ASKER>: Asked for a look from dc1",
            "Looked.",
            "Found: The server's RDP certificate has expired. Next: ",
            "<@U0TEAMMATE>: “",
            "it did not help",
            "it cannot be done here (no rights or no access for it)",
            "<@U0ASKER>: Handed over",
            "PKI team &lt;!channel&gt;",
            "<@U0TEAMMATE>: The second line found the cause: The server's RDP certificate",
        ]
        at = [lines.index(part) for part in parts]
        assert at == sorted(at)
        assert [each for each in bot.slack.live() if each.kind == "broadcast"] == []


async def test_a_long_story_keeps_its_beginning_and_its_end_and_fits(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        long = "<!channel> <@U0ADMIN> " + "x" * 3_000
        many = [
            Event("refused", "U0ADMIN", o.NOON + timedelta(minutes=number), {"why": long})
            for number in range(300)
        ]
        await office.store.append(1, many)
        view = await office.desk.ticket_view(1, o.TEAM)
        assert view is not None
        whole = await office.desk.timeline(1, o.TEAM)
        message = told(view, whole)
    assert check_message_blocks(message["blocks"])
    assert len(json.dumps(message["blocks"], ensure_ascii=False).encode()) <= BUDGET
    said = str(message["blocks"])
    assert "Asked for a look" in said
    assert "more; Details" in said
    assert "&lt;!channel&gt;" in said
    assert "<!channel>" not in said


async def test_a_stranger_of_another_workspace_sees_nothing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open()
        elsewhere = Tenant("E9", "T9")
        assert await office.desk.timeline(1, elsewhere) == ()
