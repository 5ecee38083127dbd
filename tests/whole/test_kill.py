"""kill -9 at the worst moments: what was acknowledged happens, and happens once.

Strategy: Slack is made so slow or so broken that the effect cannot have happened when the bot is
killed; then Slack is well again, the bot starts anew, and what Slack and the store have seen
since is counted.
"""

import asyncio
from pathlib import Path

import pytest

from tests.whole.cards import number, said, settled, stamp
from tests.whole.processes import session
from tests.whole.support import COMMAND, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = 60.0
"""Seconds that no test waits for."""

TICKETS = "select number from ticket order by number"
CARDS = "select state from parcel where kind = 'card' order by id desc limit 1"
COUNT = "select count(*) from event where ticket = ? and kind = ?"
ANSWERS = "select by from event where ticket = ? and kind in ('answered', 'tried')"
"""Who answered the steps of a ticket, questions and fixes alike."""


async def restart(world: Whole) -> None:
    """Slack is well again, and the bot starts anew on what it left; the database has survived."""
    world.slack.state.faults.clear()
    assert world.stored("pragma integrity_check") == ["ok"]
    await world.bot.start()


async def test_a_command_is_done_once_after_the_restart(world: Whole) -> None:
    before = world.stored(TICKETS)
    world.slack.fault("users.info", "delay", seconds=LONG)
    assert (await world.slack.command("lead", "helpdesk", COMMAND)).ok
    await world.bot.kill()
    assert world.stored(TICKETS) == before
    assert world.slack.from_app("helpdesk") == []

    await restart(world)
    (card,) = await world.wait(world.cards, "the card")
    await world.moved(card)
    await world.slack.settle()
    assert world.slack.from_app("helpdesk") == [card]
    assert world.stored(TICKETS) == [*before, number(card)]
    assert world.stored(COUNT, number(card), "opened") == [1]
    assert world.slack.ephemerals("lead") == []


async def test_a_look_is_begun_again_on_the_same_card(world: Whole) -> None:
    assert (await world.slack.command("asker", "helpdesk", "/rdp pc-sales-11")).ok
    (card,) = await world.wait(lambda: world.cards("pc-sales-11"), "the card that says looking")
    await world.wait(lambda: world.stored(CARDS) == ["sent"], "the bot knowing of the card")
    assert not settled(card)
    await world.bot.kill()

    await restart(world)
    await world.moved(card)
    assert world.slack.from_app("helpdesk") == [card]
    assert world.stored(COUNT, number(card), "opened") == [1]
    assert world.stored(COUNT, number(card), "observed") == [1]


async def test_a_click_is_done_once_after_the_restart(world: Whole) -> None:
    card = await world.open()
    was = stamp(card)
    world.slack.fault("users.info", "delay", seconds=LONG, where={"user": "U0TEAMMATE"})
    assert (await world.slack.click("teammate", card, "Not sure")).ok
    await world.bot.kill()
    assert world.stored(ANSWERS, number(card)) == []
    assert stamp(card) == was

    await restart(world)
    await world.moved(card, was)
    await world.slack.settle()
    assert world.stored(ANSWERS, number(card)) == ["U0TEAMMATE"]
    assert world.slack.from_app("helpdesk") == [card]


async def test_a_result_that_could_not_be_shown_is_shown(world: Whole) -> None:
    card = await world.open()
    was = stamp(card)
    world.slack.fault("chat.update", "delay", seconds=LONG, times=100)
    assert (await world.slack.click("asker", card, "Not sure")).ok
    await world.bot.kill()
    assert stamp(card) == was

    await restart(world)
    await world.moved(card, was)
    await world.slack.settle()
    assert world.stored(ANSWERS, number(card)) == ["U0ASKER"]
    assert world.slack.from_app("helpdesk") == [card]


async def test_a_packet_reaches_the_second_line_once(world: Whole) -> None:
    card = await world.open()
    assert (await world.slack.click("teammate", card, "Escalate")).ok
    await world.wait(lambda: world.slack.modal("teammate"), "the question why")
    world.slack.fault("users.info", "delay", seconds=LONG, where={"user": "U0TEAMMATE"})
    begun = len(world.slack.journal)
    assert (await world.slack.submit("teammate", {"why": "no access"})).ok
    await world.bot.kill()
    assert world.slack.from_app("escalations") == []

    await restart(world)
    await world.wait(lambda: world.slack.from_app("escalations"), "the packet")
    await world.wait(lambda: "escalated" in said(card), "the card")
    await world.slack.settle()
    posts = world.slack.journal.calls("chat.postMessage")
    assert [post.data["args"]["channel"] for post in posts if post.number >= begun] == [
        "C0ESCALATE"
    ]
    assert world.stored(COUNT, number(card), "escalated") == [1]


async def test_a_post_that_was_cut_off_is_not_repeated_in_silence(world: Whole) -> None:
    """Slack keeps the post, the bot never hears of it: no other card without a word about it."""
    before = world.stored(TICKETS)
    delay = world.slack.fault("chat.postMessage", "delay", seconds=1.0)
    assert (await world.slack.command("asker", "helpdesk", COMMAND)).ok
    await world.wait(lambda: world.stored(CARDS) == ["sending"], "the post on its way")
    await world.wait(lambda: delay.times == 0, "the post at Slack")
    await world.bot.kill()
    await world.wait(world.cards, "the card of which the bot does not know")

    await restart(world)
    await world.wait(lambda: any(map(settled, world.cards())), "the verdict")
    ticket = number(world.cards()[0])
    await world.private("asker", f"did not confirm the card of #{ticket}", f"/rdp ticket {ticket}")
    await world.slack.settle()
    assert [number(card) for card in world.cards()] in ([ticket], [ticket, ticket])
    assert world.stored(TICKETS) == [*before, ticket]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads Linux's /proc")
async def test_a_killed_bot_leaves_no_process_behind(world: Whole) -> None:
    leader = world.bot.pid
    assert len(session(leader)) > 1, "it plans in a process of its own"
    await world.bot.kill()
    await world.wait(lambda: not session(leader), "the end of every process")


async def test_the_same_envelope_twice_is_one_effect(world: Whole) -> None:
    before = world.stored(TICKETS)
    world.slack.fault("envelope:slash_commands", "duplicate")
    card = await world.open()
    world.slack.fault("envelope:interactive", "duplicate")
    await world.press(card, "Not sure")
    await world.slack.settle()
    assert world.slack.from_app("helpdesk") == [card]
    assert world.stored(TICKETS) == [*before, number(card)]
    assert world.stored(ANSWERS, number(card)) == ["U0ASKER"]
    assert world.slack.ephemerals("asker") == []


async def test_of_two_people_one_wins_and_the_other_is_told_who(world: Whole) -> None:
    card = await world.open()
    people = {"asker": "U0ASKER", "teammate": "U0TEAMMATE"}
    receipts = await asyncio.gather(
        *(world.slack.click(who, card, "Not sure", version=-1) for who in people)
    )
    assert all(receipt.ok for receipt in receipts)

    def losers() -> list[str]:
        return [who for who in people if world.slack.ephemerals(who)]

    await world.wait(losers, "somebody being told")
    await world.slack.settle()
    (winner,) = world.stored(ANSWERS, number(card))
    (loser,) = losers()
    (note,) = world.slack.ephemerals(loser)
    assert people[loser] != winner
    assert f"already answered by @{winner}" in said(note)


async def test_an_old_button_is_answered_after_a_restart(world: Whole) -> None:
    card = await world.open()
    old = len(card.versions) - 1
    await world.press(card, "Not sure")
    await world.bot.stop()
    await world.bot.start()
    assert (await world.slack.click("teammate", card, "Not sure", version=old)).ok
    assert "already answered by @U0ASKER" in await world.private("teammate", "already")
    await world.press(card, "Re-check")
    assert world.slack.from_app("helpdesk") == [card]
    assert world.stored(ANSWERS, number(card)) == ["U0ASKER"]


async def test_a_button_of_another_age_is_explained(world: Whole) -> None:
    """What an older version of the bot posted is acknowledged and explained."""
    card = await world.open()
    label = {"type": "plain_text", "text": "Ancient"}
    button = {"type": "button", "action_id": "step.ancient", "text": label, "value": "1:0:x"}
    blocks = [{"type": "actions", "block_id": "old", "elements": [button]}]
    card.versions.append(world.slack.state.world.version("old", blocks, "api"))
    assert (await world.slack.click("asker", card, "Ancient")).ok
    await world.private("asker", "older version", "/rdp ticket NUMBER")
