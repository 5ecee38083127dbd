"""Payloads with values that the bot never gave out: buttons, menus and forms are not believed.

Strategy: Slack signs what people send, so that they cannot really change a value.  Here they can;
every act is judged by the person in the payload and by the ticket as it is stored.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.world import Message
from tests.behaviours.scenes import FAILED, count, opened
from tests.desk import office as o
from tests.handlers.house import House, house, text_of

OTHERS = "Only the person who asked"


async def two(bot: House) -> tuple[Message, Message]:
    """A ticket of the asker's in a direct message, and one of a colleague's in the helpdesk."""
    private = await opened(bot, channel="general")
    await bot.slack.command("teammate", "helpdesk", "/rdp srv-2.corp.example")
    return private, await bot.shows("It worked")


async def state(bot: House, number: int = 1) -> tuple[object, ...]:
    await bot.desk.settled()
    await bot.slack.settle()
    ticket = await bot.store.ticket(number)
    assert ticket is not None
    kinds = [each.kind for each in await bot.store.events(number) if each.kind != "refused"]
    return ticket.state, ticket.owner, ticket.version, kinds


def elements(card: Message) -> Iterator[dict[str, Any]]:
    for block in card.versions[-1].blocks:
        yield from block.get("elements", [])


def forge(card: Message, action: str, value: str) -> None:
    """Change the value of a button, or of each entry of a menu from ``verb`` on."""
    for element in elements(card):
        if element.get("action_id") == action:
            element["value"] = value


@pytest.mark.parametrize("value", ["1:{version}:{step}", "1:1:", "1:999:x", "1:{version}:nla-off"])
async def test_a_button_of_one_card_does_nothing_to_another_ticket(
    tmp_path: Path, value: str
) -> None:
    async with house(tmp_path) as bot:
        mine, other = await two(bot)
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        step = next(each["value"] for each in elements(mine) if each.get("action_id") == FAILED)
        before = await state(bot)
        forged = value.format(version=ticket.version, step=step.rpartition(":")[2])
        for action in (FAILED, "step.worked", "ticket.recheck"):
            forge(other, action, forged)
            assert (await bot.slack.click("teammate", other, action)).ok
        assert await state(bot) == before
        assert await count(bot, "tried", 1) == 0


@pytest.mark.parametrize(
    "value",
    ["", "x", "1", "1:1", "-1:1:x", "1e3:1:x", "9" * 40 + ":1:x", "1:1:../x", "1:1:a b", "٣:1:x"],
)
async def test_a_value_that_is_none_is_acknowledged_and_explained(
    tmp_path: Path, value: str
) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        before = await state(bot)
        forge(card, FAILED, value or " ")
        assert (await bot.slack.click("asker", card, FAILED)).ok
        await bot.slack.wait_for(lambda: bot.slack.ephemerals("asker"), what="an answer")
        assert await state(bot) == before


@pytest.mark.parametrize("form", ["step.cannot", "ticket.escalate"])
async def test_a_form_that_names_another_ticket_is_judged_for_that_ticket(
    tmp_path: Path, form: str
) -> None:
    """And by whoever sends it, whatever user the form itself names."""
    async with house(tmp_path) as bot:
        mine, other = await two(bot)
        step = next(each["value"] for each in elements(mine) if each.get("action_id") == FAILED)
        before = await state(bot)
        await bot.slack.click("teammate", other, form)
        view = await bot.form("teammate")
        kept = json.loads(view.content["private_metadata"])
        kept |= {"value": step, "user": "U0ASKER", "user_id": "U0ASKER", "asked_by": "U0ASKER"}
        view.content["private_metadata"] = json.dumps(kept)
        values = {"reason": "access"} if form == "step.cannot" else {"why": "now"}
        assert (await bot.slack.submit("teammate", values)).ok
        await bot.private("teammate", OTHERS)
        assert await state(bot) == before


@pytest.mark.parametrize("kept", ["", "x", "[]", "{}", '{"value": 1}', '{"value": "1:1:x"}'])
async def test_a_form_without_what_it_was_given_is_acknowledged(tmp_path: Path, kept: str) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        before = await state(bot)
        await bot.slack.click("asker", card, "step.cannot")
        view = await bot.form("asker")
        view.content["private_metadata"] = kept
        await bot.slack.submit("asker", {"reason": "access"})
        assert await state(bot) == before


async def test_a_start_form_opens_where_its_sender_may(tmp_path: Path) -> None:
    """A guest who gets hold of a form, and a channel that was put into it."""
    async with house(tmp_path) as bot:
        for user, channel in (("guest", o.HELPDESK), ("outsider", o.HELPDESK)):
            await bot.slack.command("asker", "helpdesk", "/rdp")
            view = await bot.form("asker")
            stacks = bot.slack.state.views.stacks
            person = bot.slack.who(user)
            stacks[person.id] = stacks.pop("U0ASKER")
            view.user_id, view.team_id = person.id, person.team_id
            view.content["private_metadata"] = channel
            await bot.slack.submit(user, {"host": "srv-9.corp.example"})
            await bot.desk.settled()
            await bot.slack.settle()
            said = [*bot.slack.ephemerals(user), *bot.slack.from_app("dm", user=user)]
            assert "Only members of this workspace" in " ".join(map(text_of, said))
        assert await bot.store.unfinished() == []
        assert bot.scout.looks == []


async def test_the_buttons_of_a_list_show_what_their_presser_may_see(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await two(bot)
        await bot.slack.command("teammate", "helpdesk", "/rdp history")
        await bot.private("teammate", "Former tickets")
        page = bot.slack.ephemerals("teammate")[-1]
        for value in ("999", "-1", "1;drop table ticket", "x" * 100):
            for element in elements(page):
                if str(element.get("action_id", "")).startswith("history.open"):
                    element["value"] = value
            await bot.slack.click("teammate", page, "history.open.1")
        await bot.slack.settle()
        assert await bot.store.ticket(1) is not None
