"""Statistics in the local Slack: private, readable as text, numbers first."""

import re
from pathlib import Path

from bot.desk.api import Chart, Tally
from bot.sandbox.blocks import check_message_blocks
from handlers.answers import tally
from tests.desk import office as o
from tests.handlers.house import House, house, words_of


async def told(bot: House, line: str) -> tuple[str, str]:
    """The text and the blocks' words of the private answer."""
    before = len(bot.slack.ephemerals("asker"))
    await bot.slack.command("asker", "helpdesk", line)
    seen = await bot.slack.wait_for(lambda: bot.slack.ephemerals("asker")[before:], what="it")
    return seen[0].text, words_of(seen[0].blocks)


async def test_they_tell_volume_causes_fixes_and_times(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number in (1, 2):
            bot.scout.sight = o.expired()
            await bot.slack.command("asker", "helpdesk", f"/rdp srv-{number}")
            card = await bot.shows(f"#{number} ", "It worked")
            bot.scout.sight = o.healthy()
            await bot.slack.click("asker", card, "step.worked")
            await bot.shows(f"#{number} ", "resolved")
        text, blocks = await told(bot, "/rdp stats 90d")
        for said in (text, blocks):
            assert "2 tickets in 90 days" in said
            assert "2 of 2 (too few to tell) of those resolved" in said
            assert re.search("2 +The server's RDP certificate has expired", said)
            assert "2 of 2 (too few to tell)  Renew the RDP certificate" in said
            assert "From asking to the first verdict: 2 tickets, too few to tell" in said
        assert "▇" not in text
        assert "since the first one" in (await told(bot, "/rdp stats all"))[0]
        assert "For example: /rdp stats 30d" in (await told(bot, "/rdp stats soon"))[0]
        assert len(bot.slack.from_app("helpdesk")) == 2


def test_each_bar_stands_behind_the_number_that_says_the_same() -> None:
    message = tally(Tally("T", (), (Chart("C", ((12, "one"), (1, "two"), (0, "none"))),)))
    lines = [each["text"] for each in message["blocks"][2]["elements"][0]["elements"]]
    assert [re.sub(r"▇+$", "", line.strip()).split() for line in lines] == [
        ["12", "one"],
        ["1", "two"],
        ["0", "none"],
    ]


def test_the_largest_are_within_the_limits_and_nothing_in_them_is_live() -> None:
    hostile = "<!channel> <@U0ADMIN> " + "x" * 5_000
    chart = Chart(hostile, ((10_000_000, hostile),) * 14)
    message = tally(Tally(hostile, (hostile,) * 9, (chart,) * 3, (hostile,) * 6))
    assert check_message_blocks(message["blocks"])
    assert "<!channel>" not in message["text"]
    assert len(message["text"]) <= 3_000
    nothing = tally(Tally("0 tickets in 30 days", ()))
    assert check_message_blocks(nothing["blocks"])
