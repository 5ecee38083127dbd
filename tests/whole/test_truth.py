"""The verdict follows the lab, not the script: other faults under the same command, other cards.

Strategy: one bot for the module.  First every host of the lab is asked for at once, then the
administrator repairs them all, and every card is told to look again.
"""

from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.catalog import load, shipped
from bot.lab.hosts import HOSTS, Host
from bot.sandbox.world import Message
from tests.whole.cards import labels, number, said, settled, stamp
from tests.whole.support import COMMAND, HOST, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAUSES = load(shipped()).causes
FAULTY = tuple(row for row in HOSTS if row.cause is not None)
HEALTHY = tuple(row for row in HOSTS if row.cause is None)
SWAPPED = ("srv-db-01", "srv-db-02", "srv-db-04", "srv-old-01", "srv-file-03", "pc-sales-12")
"""Whose faults srv-app-07 is given, one after the other."""

NAMED = {
    "srv-way-01": "branch cannot reach srv-way-01 on port 3389, lab can",
    "srv-dns-01": "The name srv-dns-01 leads to 192.0.2.83 from lab and to 192.0.2.99 from branch",
}
"""Where the first place sees nothing wrong, the card names the hop before it names a cause."""

MOST_STEPS = 15


@dataclass(frozen=True, slots=True)
class Asked:
    """What the bot said of every host, before and after the administrator's act."""

    world: Whole
    before: dict[str, str]
    after: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asked(running: Whole) -> Asked:
    """Every host asked for at once, without a word about what the user saw; then repaired."""
    world = running
    for row in HOSTS:
        line = f"/rdp {row.name}{' via all' if row.everywhere else ''}"
        assert (await world.slack.command("asker", "helpdesk", line)).ok
    cards = {row.name: await verdict(world, row.name) for row in HOSTS}
    before = {name: said(card) for name, card in cards.items()}
    for row in FAULTY:
        await world.lab.repair(row.name)
    was = {name: stamp(card) for name, card in cards.items()}
    for row in FAULTY:
        assert (await world.slack.click("asker", cards[row.name], "Re-check")).ok
    for row in FAULTY:
        await world.moved(cards[row.name], was[row.name])
    return Asked(world, before, {name: said(card) for name, card in cards.items()})


async def verdict(world: Whole, host: str) -> Message:
    """The card of a host once it has a verdict."""
    cards = await world.wait(
        lambda: [card for card in world.cards(host) if settled(card)], f"the verdict on {host}"
    )
    assert isinstance(cards[0], Message)
    return cards[0]


def first_cause(card: str) -> str | None:
    """The id of the cause that the card names first; None where it names none."""
    named = {card.find(entry.title.rstrip(".")): cause for cause, entry in CAUSES.items()}
    places = sorted(place for place in named if place >= 0)
    return named[places[0]] if places else None


@pytest.mark.parametrize("row", FAULTY, ids=lambda row: row.name)
async def test_the_first_cause_is_the_truth(asked: Asked, row: Host) -> None:
    card = asked.before[row.name]
    assert NAMED[row.name] in card if row.name in NAMED else first_cause(card) == row.cause


@pytest.mark.parametrize("row", HEALTHY, ids=lambda row: row.name)
async def test_nothing_is_found_on_a_healthy_host(asked: Asked, row: Host) -> None:
    assert "Everything that can be seen without a password is fine" in asked.before[row.name]
    assert first_cause(asked.before[row.name]) is None
    assert "fault" not in asked.before[row.name]


@pytest.mark.parametrize("row", FAULTY, ids=lambda row: row.name)
async def test_after_the_repair_the_cause_is_gone(asked: Asked, row: Host) -> None:
    card = asked.after[row.name]
    assert "Changed since the last look" in card
    assert first_cause(card) != row.cause
    assert "fault  " not in card
    assert "open, asked by" in card, "a look alone closes nothing"


@pytest.mark.parametrize("name", SWAPPED)
async def test_another_fault_under_the_same_command_is_another_verdict(
    asked: Asked, name: str
) -> None:
    other = asked.world.lab.host(name).row
    await asked.world.lab.host(HOST).behave(other.behaviour)
    card = said(await asked.world.open(COMMAND))
    assert first_cause(card) == other.cause

    await asked.world.lab.damage(HOST)
    card = said(await asked.world.open(COMMAND))
    assert first_cause(card) == "certificate-expired"


@pytest.mark.parametrize("row", HEALTHY, ids=lambda row: row.name)
async def test_a_healthy_host_never_ends_as_verified(asked: Asked, row: Host) -> None:
    world = asked.world
    await world.lab.repair(row.name)  # which only makes the long way to one of them short
    closed = await world.open(f"/rdp {row.name}")
    assert (await world.slack.choose("asker", closed, "close")).ok
    await world.wait(lambda: "resolved" in said(closed), "the end of the ticket")
    worked = await world.open(f"/rdp {row.name}")
    for _ in range(MOST_STEPS):
        if "It worked" in labels(worked):
            break
        await world.press(worked, "Not sure")
    await world.press(worked, "It worked")
    ended = {number(closed), number(worked)}
    rows = [each for each in await world.tickets() if each["number"] in ended]
    assert [(each["state"], each["outcome"]) for each in rows] == [("resolved", "word")] * 2
    assert "resolved on word" in said(closed)
    assert "resolved on word" in said(worked)
