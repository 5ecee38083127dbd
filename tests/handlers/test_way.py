"""The whole way in Slack: command, card, click, re-probe, outcome."""

from pathlib import Path

from tests.desk import office as o
from tests.handlers.house import house, text_of


async def test_from_the_command_to_a_verified_outcome(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        receipt = await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST} 0x904")
        assert receipt.ok
        card = await bot.shows("certificate has expired", "It worked")
        assert "Renew the RDP certificate" in text_of(card)
        await bot.slack.click("asker", card, "It worked")
        card = await bot.shows("nothing has changed")
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, "It worked")
        card = await bot.shows("resolved, verified")
        assert len(bot.slack.from_app("helpdesk")) == 1
