"""Processes: out of descriptors, a dead worker, a stop at any moment, two bots by mistake."""

import asyncio
import os
import random
import resource
import signal
from contextlib import suppress

import pytest

from tests.faults.tools import children, descriptors, limited
from tests.whole import test_kill_at_random as kills
from tests.whole.cards import labels, said, settled
from tests.whole.processes import cli
from tests.whole.support import HOST, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUNDS = 40 if os.environ.get("CI_LONG") else 3
SEED = 7
SHORTAGE = 4.0
"""Seconds without a descriptor: longer than a look at a sound host takes."""


@pytest.mark.parametrize("spare", [0, 2])
async def test_out_of_descriptors_the_host_is_not_blamed(world: Whole, spare: int) -> None:
    """What could not be looked at is looked at again, or said to be unknown; never is the host
    blamed for anything but its true fault.
    """
    await world.bot.stop()
    await world.bot.start()  # so that no connection to the jump box is open yet
    most = descriptors(world.bot.pid) + spare
    with limited(world.bot.pid, resource.RLIMIT_NOFILE, most):
        receipt = await world.slack.command("asker", "helpdesk", f"/rdp {HOST}")
        await asyncio.sleep(SHORTAGE)
        for card in world.cards():
            told = said(card)
            right = "jump box" in told or "certificate has expired" in told
            assert not settled(card) or right, told
    if not receipt.ok or not world.cards():
        await world.wait(lambda: world.cards() or not receipt.ok, "the card")
    if receipt.ok:
        (card,) = world.cards()
        await world.moved(card)
        if "Re-check" in labels(card) and "ertificate" not in said(card):
            await world.press(card, "Re-check")
        assert "ertificate" in said(card)
    assert "Logging error" not in world.bot.said
    again = await world.open()
    assert "ertificate" in said(again)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_planning_worker_that_is_killed_is_replaced(world: Whole, when: str) -> None:
    def murder() -> None:
        for child in children(world.bot.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    if when == "before":
        murder()
    opening = asyncio.create_task(world.open())
    while when == "meanwhile" and not opening.done():
        await asyncio.sleep(0.4)
        murder()
        when = "done"
    card = await opening
    await world.press(card, "Not sure")
    assert children(world.bot.pid)
    assert world.cards() == [card]


async def test_two_bots_on_one_database(world: Whole) -> None:
    card = await world.open()
    for _ in range(2):
        second = await cli("serve", "--config", str(world.config), env=world.bot.tokens)
        assert second.code == 2
        assert f"process {world.bot.pid} already serves the database" in second.err
        assert "stop it first" in second.err
        assert (await world.slack.command("asker", "helpdesk", "/rdp help")).ok
        await world.bot.kill()  # what is left of the lock means nothing
        await world.bot.start()
    await world.press(card, "Not sure")
    assert world.cards() == [card]


async def test_a_stop_at_any_moment_loses_and_doubles_nothing(world: Whole) -> None:
    chance, told = random.Random(SEED), kills.Told()  # noqa: S311 - to be the same each time
    for count in range(ROUNDS):
        first = 0x2000 + 16 * count
        acts = [told.type(world, f"0x{first + each:X}") for each in range(kills.COMMANDS)]
        acts += [told.press(world, card) for card in kills.chosen(world, chance)]
        acts += [told.another(world, offer) for offer in kills.offers(world, told)]
        chance.shuffle(acts)
        running = [asyncio.create_task(act) for act in acts]
        await asyncio.sleep(chance.uniform(0, kills.LONGEST))
        await world.bot.stop()
        await asyncio.gather(*running)
        assert world.stored("pragma integrity_check") == ["ok"]
        await world.bot.start()
        await world.wait(lambda: all(map(settled, kills.latest(world).values())), "every verdict")
        await world.wait(lambda: world.stored(kills.UNDONE) == [0], "every intent being done")
    await world.wait(lambda: world.stored(kills.UNSENT) == [0], "every card on its way")
    await world.bot.stop()
    assert all("Cancel" not in labels(card) for card in kills.latest(world).values())
