"""Handing over in the local Slack: the form, the packet and its buttons, who is told."""

from pathlib import Path
from typing import Any

from bot.desk.intents import Verb
from bot.sandbox.blocks import check_message_blocks
from bot.sandbox.envelope import Receipt
from bot.sandbox.world import Message
from handlers import ids
from tests.behaviours.scenes import calls, count, opened
from tests.handlers.house import House, house, text_of, words_of

MARKDOWN = "ticket.packet"


async def asked(bot: House, user: str = "asker", channel: str = "helpdesk") -> Message:
    """A ticket whose form is open before somebody."""
    card = await opened(bot, user, channel)
    await bot.slack.click(user, card, "ticket.escalate")
    await bot.slack.wait_for(lambda: bot.slack.modal(user), what="a form")
    return card


async def packet(bot: House, *words: str) -> Message:
    """The packet once it says all of these words."""

    def there() -> Message | None:
        found = bot.slack.from_app("escalations")
        said = text_of(found[-1]) if found else ""
        return found[-1] if found and all(word in said for word in words) else None

    message = await bot.slack.wait_for(there, what=f"a packet with {words}")
    assert message is not None
    return message


async def submitted(bot: House, **values: Any) -> Receipt:
    return await bot.slack.submit("asker", {"why": "", **values})


async def test_the_second_line_works_from_the_packet(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        await submitted(bot, why="Needs <!channel> the PKI team.")
        made = await packet(bot, "Needs <!channel> the PKI team.", "Seen from dc1", "Claim")
        check_message_blocks(made.blocks)
        assert made.text.startswith("#1 srv-app-07.corp.example was handed over by <@U0ASKER>")
        assert "broadcast" not in {each.kind for each in bot.slack.notifications()}
        await bot.slack.click("teammate", made, "ticket.claim")
        made = await packet(bot, "claimed by <@U0TEAMMATE>", "Hand back")
        await bot.shows("escalated", "claimed by <@U0TEAMMATE>")
        await bot.slack.click("teammate", made, "ticket.handback")
        made = await packet(bot, "open, handed over by")
        await bot.shows("Handed back")
        assert "Hand back" not in words_of(made.blocks)
        assert len(bot.slack.from_app("escalations")) == 1
        assert len(bot.slack.from_app("helpdesk")) == 1


async def test_an_old_button_of_the_packet_is_explained(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        await submitted(bot)
        made = await packet(bot, "Claim")
        version = len(made.versions) - 1
        await bot.slack.click("teammate", made, "ticket.claim")
        made = await packet(bot, "claimed by")
        assert (await bot.slack.click("lead", made, "ticket.claim", version=version)).ok
        await bot.private("lead", "already answered by <@U0TEAMMATE>")


async def test_a_person_is_mentioned_and_told(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        assert (await submitted(bot, to="U0LEAD")).ok
        await packet(bot, "to <@U0LEAD>")
        told = await bot.slack.wait_for(
            lambda: bot.slack.from_app("dm", user="lead"), what="a message to the lead"
        )
        assert "handed over to you by <@U0ASKER>" in told[0].text


async def test_oneself_is_refused_beside_the_field(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        await submitted(bot, to="U0ASKER")
        view = bot.slack.modal("asker")
        assert view is not None
        assert set(view.errors) == {"to"}
        assert "That is you" in view.errors["to"]
        assert await count(bot, "escalated") == 0


async def test_a_guest_is_refused_privately_and_nothing_leaves(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        assert (await submitted(bot, to="U0GUEST")).ok
        await bot.private("asker", "not a full member")
        await bot.desk.settled()
        assert bot.slack.from_app("escalations") == []
        assert bot.slack.from_app("dm", user="guest") == []
        assert (await count(bot, "escalated"), await count(bot, "refused")) == (0, 1)


async def test_without_a_channel_somebody_must_be_named(tmp_path: Path) -> None:
    async with house(tmp_path, escalation="") as bot:
        await asked(bot)
        view = bot.slack.modal("asker")
        assert view is not None
        assert view.blocks[0]["block_id"] == "to"
        assert not view.blocks[0]["optional"]
        assert (await submitted(bot, to="U0LEAD")).ok
        found = await bot.slack.wait_for(
            lambda: bot.slack.from_app("dm", user="lead"), what="the packet itself"
        )
        assert "Seen from dc1" in text_of(found[0])
        await bot.slack.click("lead", found[0], "ticket.claim")
        await bot.shows("claimed by <@U0LEAD>")


async def test_the_packet_as_markdown_to_copy(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        await submitted(bot, why="password: hunter2")
        made = await packet(bot, "As Markdown")
        await bot.slack.click("teammate", made, MARKDOWN)

        def filled() -> str:
            view = bot.slack.modal("teammate")
            said = words_of(view.blocks) if view is not None else ""
            return said if "##" in said else ""

        said = await bot.slack.wait_for(filled, what="the page")
        assert "# #1 srv-app-07.corp.example: escalated" in said
        assert "## Seen from dc1" in said
        assert "hunter2" not in said


async def test_a_packet_that_slack_limits_waits_and_comes(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await asked(bot)
        where = {"channel": "C0ESCALATE"}
        bot.slack.fault("chat.postMessage", "429", times=2, seconds=0.3, where=where)
        await submitted(bot)
        await packet(bot, "Claim")
        assert calls(bot, "chat.postMessage") == 4
        assert len(bot.slack.from_app("escalations")) == 1


def test_every_verb_of_a_packet_has_a_button() -> None:
    assert {Verb.CLAIM, Verb.HANDBACK, Verb.PACKET} <= set(ids.BUTTONS)
