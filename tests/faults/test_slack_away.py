"""Slack is away, slow, deaf or busy; and what comes when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.sandbox.world import Message
from handlers.transport import Patience
from tests.behaviours.scenes import FAILED, calls, count, opened, refused, tickets
from tests.desk import office as o
from tests.faults.tools import Wire, namespace
from tests.handlers.house import house, text_of
from tests.whole.cards import labels, settled
from tests.whole.support import Whole, whole

HOURS, STEP = 4, 600
CROWD = 20
EVER = 10**9


async def test_slack_down_for_four_hours_and_then_a_flood_of_old_clicks(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        first = await opened(bot)
        bot.scout.gate = asyncio.Event()
        await bot.slack.command("teammate", "helpdesk", "/rdp srv-sql-01")
        second = await bot.shows("srv-sql-01", "looking")
        await bot.slack.command("lead", "helpdesk", "/rdp certainly not a host <!here>")
        bot.slack.fault("*", "503", times=EVER)
        bot.slack.fault("socket:open", "503", times=EVER)
        await bot.slack.sockets.close()
        bot.scout.gate.set()
        await bot.desk.settled()
        for _ in range(HOURS * 3600 // STEP):
            bot.clock.pass_(STEP)
            await bot.slack.advance(STEP)
            bot.desk._courier.wake()
            await asyncio.sleep(0.02)
        assert await tickets(bot) == 2
        bot.slack.state.faults.clear()
        bot.clock.pass_(60)
        await bot.slack.connected(within=60)
        await bot.slack.wait_for(lambda: "It worked" in labels(second), 60, "the second verdict")
        before = len(bot.slack.ephemerals("teammate"))
        people = ("asker", "teammate", "lead", "admin")
        flood = [
            bot.slack.click(people[each % 4], first, FAILED, version=-1) for each in range(CROWD)
        ]
        assert all(receipt.ok for receipt in await asyncio.gather(*flood))
        await bot.slack.settle()
        assert await count(bot, "tried", 1) == 1
        assert len(bot.slack.ephemerals("teammate")) > before  # who came too late hears of it
        assert len(bot.slack.from_app("helpdesk")) == 2


async def test_a_storm_of_429_is_weathered_at_slacks_pace(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("chat.*", "429", times=12, seconds=1)
        for person, host in (("asker", "srv-sql-01"), ("lead", "srv-sql-02")):
            await bot.slack.command(person, "helpdesk", f"/rdp {host}")
        await bot.slack.click("asker", card, FAILED)

        def done() -> bool:
            cards = bot.slack.from_app("helpdesk")
            return len(cards) == 3 and all(map(settled, cards))

        await bot.slack.wait_for(done, 60, "three verdicts")
        await bot.slack.wait_for(
            lambda: "Reset the Remote Desktop" in text_of(card), 60, "the answer"
        )
        assert refused(bot, "chat.update") + refused(bot, "chat.postMessage") == 12
        assert await count(bot, "tried", 1) == 1
        told = [call.at for call in bot.slack.journal.calls() if not call.get("ok")]
        assert len(told) == 12


async def test_a_socket_that_is_deaf_without_a_close_is_left(tmp_path: Path) -> None:
    """The connection stands and brings nothing, pings included: the bot takes a new one."""
    async with wired(tmp_path) as (world, wire):
        opened_before = sockets(world)
        wire.deafen()
        await world.wait(lambda: sockets(world) > opened_before, "a new socket")
        wire.cut_deaf()  # Slack's side notices as well, after its own pings
        card = await reached(world)
        await world.press(card, "Not sure")
        await world.bot.stop()


async def test_a_socket_that_answers_pings_and_brings_nothing_is_exchanged(tmp_path: Path) -> None:
    patience = Patience(check=0.05, new_address=30, give_up=60, quiet=3)
    async with house(tmp_path, patience=patience) as bot:
        watching = asyncio.create_task(bot.way.watch())
        await bot.slack.wait_for(lambda: calls(bot, "apps.connections.open") > 1, 30, "an address")
        taken = False
        while not taken:  # the moment of an exchange is not ours to choose
            await bot.slack.connected(within=60)
            taken = (await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")).ok
        await bot.shows("It worked")
        watching.cancel()
        assert await tickets(bot) == 1
        assert len(bot.slack.sockets.receivers) == 1


async def test_slack_goes_and_comes_back_at_its_address(tmp_path: Path) -> None:
    async with wired(tmp_path) as (world, wire):
        card = await world.open()
        await wire.close()
        before = sockets(world)
        await asyncio.sleep(3)
        await wire.open()
        await world.wait(lambda: sockets(world) > before, "a new socket")
        await world.press(card, "Not sure")
        assert world.cards() == [card]
        await world.bot.stop()


async def test_slacks_name_cannot_be_resolved_for_a_while(tmp_path: Path) -> None:
    names, resolver = tmp_path / "hosts", tmp_path / "resolv.conf"
    names.write_text("127.0.0.1 localhost\n", encoding="ascii")
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", encoding="ascii")
    inside = namespace(
        f"mount --bind '{names}' /etc/hosts; mount --bind '{resolver}' /etc/resolv.conf"
    )
    async with wired(tmp_path, host="localhost", inside=inside) as (world, wire):
        card = await world.open()
        names.write_text("", encoding="ascii")
        before = sockets(world)
        wire.cut()
        await world.wait(lambda: "localhost" in world.bot.said, "the failure in the log")
        names.write_text("127.0.0.1 localhost\n", encoding="ascii")
        await world.wait(lambda: sockets(world) > before, "a new socket")
        await world.press(card, "Not sure")
        assert world.cards() == [card]
        await world.bot.stop()


def sockets(world: Whole) -> int:
    """How often a socket was opened."""
    return len(world.slack.journal.of("socket", what="open"))


async def reached(world: Whole) -> Message:
    """A ticket, once Slack finds a socket that hears."""
    await world.slack.connected(within=60)
    return await world.open()


@asynccontextmanager
async def wired(
    folder: Path, *, host: str = "127.0.0.1", inside: tuple[str, ...] = ()
) -> AsyncIterator[tuple[Whole, Wire]]:
    """A world in which every word between the bot and Slack goes over one wire."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(whole(folder, start=False))
        direct = world.slack.state.origin
        wire = await stack.enter_async_context(Wire(int(direct.rpartition(":")[2])))
        world.slack.state.origin = f"http://{host}:{wire.port}"
        text = world.config.read_text(encoding="utf-8")
        text = text.replace(direct, world.slack.state.origin)
        world.config.write_text(text, encoding="utf-8")
        world.bot.inside = inside
        await world.bot.start()
        stack.push_async_callback(world.bot.close)
        yield world, wire
