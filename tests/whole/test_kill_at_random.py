"""kill -9 at moments that nobody chose: a few times, 40 times in CI, 200 times with CI_LONG=1.

Strategy: in each round several people type and press at once while the bot is killed, and it
starts anew.  In the end every acknowledged act must have had its effect, and none may have had
it twice; what was not acknowledged may have happened or not.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.sandbox.world import Message
from tests.whole.cards import labels, number, said, settled, stamp
from tests.whole.support import ANOTHER, HOST, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_CI = os.environ.get("RDP_TRIAGE_REAL") == "required"
ROUNDS = 200 if os.environ.get("CI_LONG") else 40 if IN_CI else 3
LONGEST = 0.6
"""Seconds between the first act of a round and the kill, at most: an act takes about half."""
COMMANDS = 3
SEED = 20


@dataclass(slots=True)
class Told:
    """What people did, and which of it Slack saw acknowledged."""

    sent: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)

    async def type(self, world: Whole, code: str) -> None:
        """A command that its code (as the product writes codes) tells from all others."""
        self.sent[code] += 1
        receipt = await world.slack.command("asker", "helpdesk", f"/rdp {HOST} {code}")
        self.acknowledged[code] += receipt.ok

    async def another(self, world: Whole, offer: Message) -> None:
        """The host is open already: another ticket all the same."""
        self.sent[wish(offer)] += 1
        receipt = await world.slack.click("asker", offer, ANOTHER)
        self.acknowledged[wish(offer)] += receipt.ok

    async def press(self, world: Whole, card: Message) -> None:
        """An answer to the step on a card, which may be an old one: then it is the same again."""
        key = stamp(card)
        self.sent[key] += 1
        receipt = await world.slack.click("teammate", card, "Not sure")
        self.acknowledged[key] += receipt.ok


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(world: Whole) -> None:
    chance, told = random.Random(SEED), Told()  # noqa: S311 - to be the same each time
    for count in range(ROUNDS):
        acts = [told.type(world, f"0x{0x1000 + 16 * count + each:X}") for each in range(COMMANDS)]
        acts += [told.press(world, card) for card in chosen(world, chance)]
        acts += [told.another(world, offer) for offer in offers(world, told)]
        chance.shuffle(acts)
        running = [asyncio.create_task(act) for act in acts]
        await asyncio.sleep(chance.uniform(0, LONGEST))
        await world.bot.kill()
        await asyncio.gather(*running)
        assert world.stored("pragma integrity_check") == ["ok"]
        await world.bot.start()
        await world.wait(lambda: all(map(settled, latest(world).values())), "every verdict")
        await world.wait(lambda: world.stored(UNDONE) == [0], "every intent being done")
    await world.wait(lambda: world.stored(UNSENT) == [0], "every card on its way")
    await world.bot.stop()
    await judge(world, told)


UNDONE = "select count(*) from intent where state = 'pending'"
UNSENT = "select count(*) from parcel where state in ('due', 'sending')"
CLICKS = "select ticket || ':' || version from intent where kind = 'click' and state = 'done'"
ANSWERED = "select count(*) from event where kind in ('answered', 'tried')"
VERSION = "select number || ':' || version from ticket where number = ?"


OPENED = """select json_extract(codes, '$[0]') from ticket join intent on claim = intent.id
    where kind = 'open'"""
OFFERED = """select json_extract(intent.payload, '$.codes[0]') from parcel
    join intent on intent.key = json_extract(parcel.payload, '$.again')
    where parcel.key like 'offer:%'"""
AGAIN = """select 'another ' || json_extract(payload, '$.wish') from ticket
    join intent on claim = intent.id where kind = 'again'"""
"""What became of a command or a button: by the command's first code, or by the wish it names."""


def wish(offer: Message) -> str:
    """What an offer opens, apart from what its command did."""
    elements = [each for block in offer.blocks for each in block.get("elements", [])]
    (value,) = (each["value"] for each in elements if each["action_id"] == "ticket.new")
    return f"another {value}"


def offers(world: Whole, told: Told) -> list[Message]:
    """Offers that nobody has answered yet."""
    made = [each for each in notes(world) if ANOTHER in labels(each)]
    return [each for each in made if not told.acknowledged[wish(each)]]


def latest(world: Whole) -> dict[int, Message]:
    """The newest card of each ticket."""
    return {number(card): card for card in world.cards()}


def chosen(world: Whole, chance: random.Random) -> list[Message]:
    """Two cards on which a step waits for an answer, the same two for the same chance."""
    waiting = [card for card in latest(world).values() if "Not sure" in labels(card)]
    return chance.sample(waiting, min(2, len(waiting)))


async def judge(world: Whole, told: Told) -> None:
    """Compare what people were told with what the store holds and Slack shows."""
    clicks = world.stored(CLICKS)
    effects = Counter(clicks)
    effects += Counter(world.stored(OPENED) + world.stored(OFFERED) + world.stored(AGAIN))
    for act, sent in told.sent.items():
        assert min(1, told.acknowledged[act]) <= effects[act] <= 1, (act, sent)
    assert effects.keys() <= told.sent.keys()
    assert world.stored(ANSWERED) == [len(clicks)]
    assert sum(told.acknowledged.values()) > 0
    assert world.stored("pragma integrity_check") == ["ok"]
    shown = Counter(number(card) for card in world.cards())
    assert shown.keys() == set(world.stored("select number from ticket"))
    for ticket, count in shown.items():
        told_of = sum(f"the card of #{ticket} " in said(each) for each in notes(world))
        assert count <= 1 + told_of, f"#{ticket} has {count} cards and {told_of} notes"
    for ticket, card in latest(world).items():
        assert [stamp(card)] == world.stored(VERSION, ticket)


def notes(world: Whole) -> list[Message]:
    """What the asker was told privately."""
    return world.slack.ephemerals("asker")
