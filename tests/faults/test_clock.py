"""The wall clock jumps, forth and back; a clock that is wrong destroys nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.body import ALLOWED_FOR, Approval
from bot.desk.trust import Trust
from bot.sandbox.world import Message
from bot.store.base import Parcel
from tests.behaviours.scenes import FAILED, again, count, opened, tickets
from tests.desk import office as o
from tests.handlers.house import House, house

DAY, YEAR = 86_400.0, 365 * 86_400.0


async def a_round(bot: House) -> None:
    """One round of upkeep, as the bot does it every ten minutes."""
    keeper = bot.desk._upkeep
    await keeper.round(trusted=await keeper._trusted())


@pytest.mark.parametrize("jump", [3 * YEAR, 6 * DAY])
async def test_a_clock_that_leaps_ahead_gives_up_and_deletes_nothing(
    tmp_path: Path, jump: float
) -> None:
    async with house(tmp_path) as bot:
        await opened(bot)
        await a_round(bot)
        bot.clock.pass_(jump)
        await a_round(bot)
        assert await tickets(bot) == 1
        bot.clock.pass_(-jump)
        await a_round(bot)
        assert await tickets(bot) == 1
        await bot.slack.click("asker", bot.card(), FAILED)
        await bot.slack.settle()
        assert await count(bot, "tried") == 1


async def test_a_clock_years_ahead_at_the_start_deletes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await opened(bot)
    async with house(tmp_path) as bot:
        bot.clock.pass_(3 * YEAR)
        bot.desk._upkeep.trust._last = None  # the first round
        await a_round(bot)
        assert await tickets(bot) == 1


def test_a_clock_is_believed_again_after_a_day() -> None:
    steady, now = [0.0], o.NOON
    trust = Trust(lambda: steady[0])
    assert trust.of(now)
    assert not trust.of(now + timedelta(days=9))
    steady[0] += DAY - 1
    assert not trust.of(now + timedelta(days=10))
    steady[0] += 2
    assert trust.of(now + timedelta(days=10))


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(tmp_path: Path) -> None:
    """What waited for a moment to come is sent all the same; nothing is sent twice."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("chat.update", "429", times=1, seconds=1)
        await bot.slack.click("asker", card, FAILED)
        await bot.slack.wait_for(lambda: refusals(bot) == 1, what="the refusal")
        bot.clock.pass_(-DAY)
        await bot.slack.wait_for(lambda: changed(bot, card), 20, "the card")
        assert (await again(bot, same_id=False)).ok
        await bot.slack.settle()
        assert await count(bot, "tried") == 1
        await bot.slack.command("asker", "helpdesk", "/rdp srv-sql-01")
        await bot.shows("srv-sql-01", "It worked")


async def test_a_reminder_for_later_keeps_its_time(tmp_path: Path) -> None:
    """Only what is tried again is taken for a victim of the clock."""
    async with house(tmp_path) as bot:
        await opened(bot)
        later = o.NOON + timedelta(hours=8)
        await bot.store.queue([Parcel("note", "later", 1, {}, not_before=later)])
        assert await bot.store.due(o.NOON) == []


def test_an_approval_does_not_outlast_a_clock_that_is_set_back() -> None:
    given = Approval("U1", "U2", o.NOON + ALLOWED_FOR)
    assert given.holds(o.NOON)
    assert not given.holds(o.NOON + ALLOWED_FOR)
    assert not given.holds(o.NOON - timedelta(hours=1))


def refusals(bot: House) -> int:
    calls = bot.slack.journal.calls("chat.update")
    return sum(not call.get("ok") for call in calls)


def changed(bot: House, card: Message) -> bool:
    return "Reset the Remote Desktop program" in str(card.blocks)
