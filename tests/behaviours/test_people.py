"""Behaviours 9, 10, 20-24: forms that open late, clicks of two people, strangers, old cards."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest
from tests.behaviours.scenes import AFTER, FAILED, WORKED, again, calls, count, opened, tickets
from tests.desk import office as o
from tests.handlers.house import House, house


async def modal(bot: House, user: str = "asker") -> None:
    await bot.form(user)


@pytest.mark.parametrize("error", ["expired_trigger_id", "trigger_expired"])
@pytest.mark.parametrize("button", ["step.cannot", "ticket.escalate", "ticket.details"])
async def test_09_a_form_that_opens_too_late_is_offered_again(
    tmp_path: Path, error: str, button: str
) -> None:
    """Guard: ``StepFlow._open_or_offer``, which answers with the same button, "Open again"."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("views.open", "error", error=error)
        assert (await bot.slack.click("asker", card, button)).ok
        await bot.private("asker", "too late", "Open again")
        assert bot.slack.modal("asker") is None
        answer = bot.slack.ephemerals("asker")[-1]
        await bot.slack.click("asker", answer, button)
        await modal(bot)


async def test_10_a_trigger_that_was_used_is_passed_over_in_silence(tmp_path: Path) -> None:
    """Guard: ``door.TOO_LATE`` apart from ``door.USED``: the form is open already."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("asker", card, "step.cannot")
        await modal(bot)
        assert (await again(bot, same_id=False)).ok
        await bot.slack.settle()
        assert bot.slack.ephemerals("asker") == []
        assert calls(bot, "views.open") == 2
        stack = bot.slack.state.views.stacks["U0ASKER"]
        assert len(stack) == 1


async def test_20_a_double_click_has_one_effect(tmp_path: Path) -> None:
    """Guard: the claim by (ticket, version) in ``Store.accept``."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        receipts = await asyncio.gather(*(bot.slack.click("asker", card, FAILED) for _ in range(2)))
        assert all(receipt.ok for receipt in receipts)
        await bot.shows(AFTER)
        await bot.slack.settle()
        assert await count(bot, "tried") == 1
        assert bot.slack.ephemerals("asker") == []


async def test_21_of_two_people_one_wins_and_the_other_is_told_who(tmp_path: Path) -> None:
    """Guard: ``Desk._too_late``, which names the winner and shows the card as it is."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        people = ("asker", "teammate")
        await asyncio.gather(*(bot.slack.click(user, card, FAILED) for user in people))
        await bot.shows(AFTER)
        await bot.slack.settle()
        assert await count(bot, "tried") == 1
        told = {user: bot.slack.ephemerals(user) for user in people}
        (loser,) = (user for user in people if told[user])
        winner = next(user for user in people if user != loser)
        assert f"already answered by <@U0{winner.upper()}>" in told[loser][0].text
        assert len(bot.slack.from_app("helpdesk")) == 1


@pytest.mark.parametrize("user", ["guest", "visitor"])
async def test_22_who_may_not_is_refused_privately_and_written_down(
    tmp_path: Path, user: str
) -> None:
    """Guard: ``Members``, asked for every command and click, at the time of it."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        looks = len(bot.scout.looks)
        assert (await bot.slack.command(user, "helpdesk", "/rdp srv-2")).ok
        await bot.private(user, "Only members of this workspace can use this; guests cannot.")
        bot.slack.reload(user)
        assert (await bot.slack.click(user, card, WORKED)).ok
        await bot.private(user, "Only members of this workspace")
        assert len(bot.scout.looks) == looks
        assert await tickets(bot) == 1
        assert await count(bot, "refused") == 1
        assert await count(bot, "tried") == 0


async def test_22_an_external_organisation_is_refused(tmp_path: Path) -> None:
    """Guard: the team in ``Members``; strangers are told by it."""
    async with house(tmp_path) as bot:
        assert (await bot.slack.command("outsider", "partner", f"/rdp {o.HOST}")).ok
        await bot.private("outsider", "Only members of this workspace")
        assert (await tickets(bot), bot.scout.looks) == (0, [])


async def test_22_who_may_not_click_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Guard: ``Desk.accept``: of somebody unknown an intent uses up no version."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("users.info", "delay", seconds=30, where={"user": "U0GUEST"})
        assert (await bot.slack.click("guest", card, FAILED)).ok
        assert (await bot.slack.click("asker", card, FAILED)).ok
        await bot.shows(AFTER)
        assert bot.slack.ephemerals("asker") == []
        await bot.slack.advance(31)
        await bot.private("guest", "guests cannot")
        assert (await count(bot, "tried"), await count(bot, "refused")) == (1, 1)


async def test_22_somebody_seen_for_the_first_time_still_wins_only_once(tmp_path: Path) -> None:
    """Guard: ``Clerk._outrun``, which uses the version up once it is known who clicks."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("users.info", "delay", seconds=30, where={"user": "U0TEAMMATE"})
        assert (await bot.slack.click("teammate", card, FAILED)).ok
        await bot.slack.click("asker", card, FAILED)
        await bot.shows(AFTER)
        await bot.slack.advance(31)
        await bot.private("teammate", "already answered by <@U0ASKER>")
        assert (await count(bot, "tried"), await count(bot, "refused")) == (1, 0)


async def test_23_a_click_on_an_older_version_changes_nothing(tmp_path: Path) -> None:
    """Guard: the version in the button's value, compared in ``Store.accept``."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        version = len(card.versions) - 1
        await bot.slack.click("teammate", card, FAILED)
        await bot.shows(AFTER)
        edits = calls(bot, "chat.update")
        assert (await bot.slack.click("asker", card, FAILED, version=version)).ok
        said = await bot.private("asker", "That step was already answered by <@U0TEAMMATE>")
        assert "The card shows what comes next." in said
        assert "<!date^" in said
        await bot.slack.wait_for(lambda: calls(bot, "chat.update") > edits, what="a fresh card")
        assert await count(bot, "tried") == 1


async def test_23_a_button_that_is_gone_is_acknowledged_and_explained(tmp_path: Path) -> None:
    """Guard: ``LastNet.unknown_action``, registered last."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        for block in card.versions[-1].blocks:
            for element in block.get("elements", []):
                if element.get("action_id") == WORKED:
                    element["action_id"] = "step.gone"
        assert (await bot.slack.click("asker", card, "step.gone")).ok
        await bot.private("asker", "from an older version")


async def test_24_a_form_that_was_open_over_a_restart_still_works(tmp_path: Path) -> None:
    """Guard: the form carries ticket, version and card in its ``private_metadata``."""
    async with LocalSlack(manifest(), limits="off") as slack:
        async with house(tmp_path, slack=slack) as bot:
            card = await opened(bot)
            await slack.click("asker", card, "step.cannot")
            await modal(bot)
        async with house(tmp_path, slack=slack) as bot:
            assert (await slack.submit("asker", {"reason": "access"})).ok
            await bot.shows(AFTER)
            assert slack.modal("asker") is None


async def test_24_a_form_for_a_step_that_is_over_explains_itself(tmp_path: Path) -> None:
    """Guard: the version in the form, compared in ``Store.accept``."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        await bot.slack.click("asker", card, "step.cannot")
        await modal(bot)
        await bot.slack.click("teammate", card, FAILED)
        await bot.shows(AFTER)
        assert (await bot.slack.submit("asker", {"reason": "access"})).ok
        await bot.private("asker", "already answered by <@U0TEAMMATE>")
        assert await count(bot, "tried") == 1
