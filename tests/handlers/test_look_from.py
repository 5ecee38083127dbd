"""The button that looks from one more place, in the local Slack."""

from pathlib import Path

from tests.behaviours.scenes import opened
from tests.desk import office as o
from tests.handlers.house import house, text_of

LOOK = "ticket.look.dc2"


async def test_a_click_looks_from_there_and_the_card_compares(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), others=("dc2",))
    async with house(tmp_path, scout=scout) as bot:
        card = await opened(bot)
        assert "Look from dc2" in text_of(card)
        scout.sight = [*o.expired(), *o.switched_off("dc2")]
        await bot.slack.click("asker", card, LOOK)
        card = await bot.shows("Looked from dc2 as well: it does not see the same.", "(from dc2)")
        assert "Look from dc2" not in text_of(card)
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_a_guest_looks_from_nowhere(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), others=("dc2",))
    async with house(tmp_path, scout=scout) as bot:
        card = await opened(bot)
        await bot.slack.click("guest", card, LOOK)
        await bot.private("guest", "guests cannot")
        assert len(scout.looks) == 1


async def test_a_place_nobody_names_is_an_old_button(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), others=("dc2",))
    async with house(tmp_path, scout=scout) as bot:
        card = await opened(bot)
        for block in card.versions[-1].blocks:
            for element in block.get("elements", []):
                if element.get("action_id") == LOOK:
                    element["action_id"] = "ticket.look.; reboot"
        await bot.slack.click("asker", card, "ticket.look.; reboot")
        await bot.private("asker", "from an older version")
        assert len(scout.looks) == 1
