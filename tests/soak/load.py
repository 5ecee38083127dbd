"""People at work: commands, offers, answers, questions; and what became of each act."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from bot.sandbox.errors import ImpossibleInSlack
from bot.sandbox.world import Message
from tests.whole.cards import labels, number, said, stamp, titled
from tests.whole.support import ANOTHER, Whole
from tests.whole.test_kill_at_random import AGAIN, CLICKS, OFFERED, OPENED, wish

HOSTS = ("srv-app-07", "srv-app-01", "srv-app-08", "srv-file-01", "srv-web-01", "pc-sales-13")
PAUSE = 0.8
"""Seconds between two acts of one person, at most."""
FIRST = 0x10000
NOT_TAKEN = "not taken"

REFUSED = """select json_extract(payload, '$.codes[0]') from intent
    where kind = 'open' and state = 'refused'"""
REFUSED_CLICKS = """select ticket || ':' || version from intent
    where kind = 'click' and state = 'refused' and version is not null"""
REFUSED_AGAIN = """select 'another ' || json_extract(payload, '$.wish') from intent
    where kind = 'again' and state = 'refused'"""
LATE = "select json_extract(payload, '$.text') from parcel where key like 'late:%'"


@dataclass
class Load:
    """Acts by what tells them apart: how often sent, how often acknowledged."""

    world: Whole
    chance: random.Random
    sent: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    going: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0

    async def person(self, name: str) -> None:
        """Act until cancelled, while the work goes on."""
        acts = (self._command, self._press, self._offer, self._ask)
        while True:
            await self.going.wait()
            act = self.chance.choices(acts, (4, 3, 3, 1))[0]
            with suppress(ImpossibleInSlack):  # the card changed under the finger
                await act(name)
            await asyncio.sleep(self.chance.uniform(0, PAUSE))

    async def _command(self, _: str) -> None:
        self._count += 1
        code, host = f"0x{FIRST + self._count:X}", self.chance.choice(HOSTS)
        self.sent[code] += 1
        receipt = await self.world.slack.command("asker", "helpdesk", f"/rdp {host} {code}")
        self.acknowledged[code] += receipt.ok

    async def _offer(self, _: str) -> None:
        notes = self.world.slack.ephemerals("asker")[-20:]
        offers = [each for each in notes if ANOTHER in labels(each)]
        offers = [each for each in offers if not self.sent[wish(each)]]
        if offers:
            offer = self.chance.choice(offers)
            self.sent[wish(offer)] += 1
            receipt = await self.world.slack.click("asker", offer, ANOTHER)
            self.acknowledged[wish(offer)] += receipt.ok

    async def _press(self, name: str) -> None:
        waiting = [each for each in self.cards()[-40:] if "Not sure" in labels(each)]
        if waiting:
            card = self.chance.choice(waiting)
            key = stamp(card)
            self.sent[key] += 1
            receipt = await self.world.slack.click(name, card, "Not sure")
            self.acknowledged[key] += receipt.ok

    async def _ask(self, name: str) -> None:
        line = self.chance.choice(
            ("/rdp mine", "/rdp stats", "/rdp history srv", "/rdp code 0x904")
        )
        await self.world.slack.command(name, "helpdesk", line)

    def cards(self) -> list[Message]:
        """Every card in the helpdesk channel, oldest first."""
        found = self.world.slack.from_app("helpdesk")
        return [each for each in found if any(titled(each, host) for host in HOSTS)]

    def breaches(self) -> list[str]:
        """What was lost or doubled, in words; nothing when all is well."""
        done = Counter(self.world.stored(CLICKS))
        done += Counter(self.world.stored(OPENED) + self.world.stored(OFFERED))
        done += Counter(self.world.stored(AGAIN))
        refused = Counter(self.world.stored(REFUSED) + self.world.stored(REFUSED_CLICKS))
        refused += Counter(self.world.stored(REFUSED_AGAIN))
        found = [f"doubled: {act}" for act in self.sent if done[act] > 1]
        found += [f"out of nothing: {act}" for act in done if not self.sent[act]]
        acked = [act for act in self.sent if self.acknowledged[act]]
        missing = [act for act in acked if not done[act] + refused[act]]
        if len(missing) > self.told_not_taken():
            told = self.told_not_taken()
            found.append(f"lost: {len(missing)} of which {told} were told of: {missing[:5]}")
        return found + self._cards()

    def told_not_taken(self) -> int:
        """How often people heard that something was not taken."""
        people = ("asker", "teammate", "lead", "admin")
        heard = [each for name in people for each in self.world.slack.ephemerals(name)]
        return sum(NOT_TAKEN in said(each) for each in heard)

    def _cards(self) -> list[str]:
        """Each ticket has one card that shows its last state, or people were told otherwise."""
        shown = Counter(number(card) for card in self.cards())
        latest = {number(card): card for card in self.cards()}
        told = " ".join(said(each) for each in self.world.slack.ephemerals("asker"))
        found = []
        rows = self.world.stored("select number || ':' || version from ticket")
        for row in rows:
            ticket = int(row.split(":")[0])
            of_it = told.count(f"the card of #{ticket} ")
            if not 1 <= shown[ticket] <= 1 + of_it and not (of_it and not shown[ticket]):
                found.append(f"#{ticket} has {shown[ticket]} cards, {of_it} notes of that")
            elif ticket in latest and stamp(latest[ticket]) != row:
                found.append(f"the card of #{row} stands at {stamp(latest[ticket])}")
        return found
