"""The right to read is judged at every page: who loses it between two pages sees no more."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.behaviours.scenes import opened
from tests.handlers.house import House, house, text_of, words_of

STRANGERS = "guests cannot"


def becomes_guest(bot: House) -> str:
    """A member becomes a guest; what Slack said of people is believed for ten minutes."""
    users = bot.slack.state.world.users
    users["U0TEAMMATE"] = replace(users["U0TEAMMATE"], is_restricted=True)
    bot.clock.pass_(601)
    return STRANGERS


async def details(bot: House, words: str) -> str:
    """The modal before the teammate, once these words stand in it."""

    def there() -> str:
        view = bot.slack.modal("teammate")
        said = words_of(view.blocks) if view is not None else ""
        return said if words in said else ""

    return await bot.slack.wait_for(there, what=f"a modal with {words!r}")


@pytest.mark.parametrize("back", [False, True])
async def test_a_page_of_the_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    monkeypatch.setattr("handlers.details.MOST_RAW", 900)
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("teammate", card, "ticket.details")
        await details(bot, "Page 1 of ")
        await bot.slack.press("teammate", "details.on")
        await details(bot, "Page 2 of ")
        refusal = becomes_guest(bot)
        await bot.slack.press("teammate", "details.back" if back else "details.on")
        said = await details(bot, refusal)
        assert "Page " not in said
        assert "days_left" not in said


async def test_a_page_of_the_history_and_a_ticket(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number in range(1, 11):
            await bot.slack.command("teammate", "helpdesk", f"/rdp srv-{number}")
            await bot.shows(f"#{number} ", "It worked")
        await bot.slack.command("teammate", "helpdesk", "/rdp mine")
        await bot.private("teammate", "Your tickets", "Older")
        page = bot.slack.ephemerals("teammate")[-1]
        refusal = becomes_guest(bot)
        before = len(bot.slack.ephemerals("teammate"))

        def heard() -> list[str]:
            return [text_of(each) for each in bot.slack.ephemerals("teammate")[before:]]

        await bot.slack.click("teammate", page, "history.page")
        await bot.slack.wait_for(lambda: len(heard()) == 1, what="an answer to Older")
        await bot.slack.command("teammate", "helpdesk", "/rdp ticket 1")
        await bot.slack.wait_for(lambda: len(heard()) == 2, what="an answer to /rdp ticket")
        assert all(refusal in each for each in heard())
        assert not [each for each in heard() if "srv-" in each]
