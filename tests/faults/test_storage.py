"""The ground under the database goes: full, ill, locked, closed; and comes back."""

import asyncio
import resource
import sqlite3
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from pathlib import Path

import aiohttp
import pytest

from tests.faults.tools import full, limited, namespace, read_only
from tests.whole.cards import number, settled
from tests.whole.support import Whole, free_port, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = "srv-app-02"


async def endures(
    world: Whole, trouble: AbstractContextManager[None], until: str = "", watched: str = ""
) -> None:
    """Work, then the trouble, in which nothing is taken and that is said; then all goes on.

    A look that runs when the trouble comes is written when it has gone; ``until`` the log says
    so, the trouble lasts.  ``watched`` is what /readyz says meanwhile.
    """
    await shows(world, "" if watched else None)
    card = await world.open()
    told, before = len(world.slack.ephemerals("asker")), len(world.cards(SLOW))
    assert (await world.slack.command("asker", "helpdesk", f"/rdp {SLOW}")).ok
    await world.wait(lambda: len(world.cards(SLOW)) > before, "the slow host's card")
    running = world.cards(SLOW)[-1]
    assert not settled(running)
    with trouble:
        assert (await world.slack.command("asker", "helpdesk", "/rdp srv-app-03")).ok
        await world.private("asker", "not taken", "try again", since=told)
        told = len(world.slack.ephemerals("asker"))
        assert (await world.slack.click("asker", card, "Not sure")).ok
        await world.private("asker", "not taken", since=told)
        await world.wait(lambda: until in world.bot.said, f"{until!r} in the log")
        await shows(world, watched or None)
    await world.moved(running)
    await shows(world, "" if watched else None)
    await world.press(card, "Not sure")
    fresh = await world.open("/rdp srv-app-03")
    assert len({number(each) for each in (card, running, fresh)}) == 3
    assert [len(world.cards(host)) for host in (SLOW, "srv-app-03")] == [before + 1, 1]
    assert world.bot.runs


async def shows(world: Whole, fault: str | None) -> None:
    """Wait until /readyz names this fault of the database, or says that all is well."""
    if fault is None:
        return
    settings = tomllib.loads(world.config.read_text(encoding="utf-8"))
    wanted = {"ready": False, "faults": {"store": fault}} if fault else {"ready": True}
    status = 503 if fault else 200
    seen: tuple[int, object] = (0, None)
    async with aiohttp.ClientSession() as session:
        for _ in range(150):
            with suppress(aiohttp.ClientConnectorError):  # it listens a moment after it serves
                async with session.get(f"http://{settings['http']['listen']}/readyz") as answer:
                    seen = answer.status, await answer.json()
            if seen == (status, wanted):
                return
            await asyncio.sleep(0.2)
    raise AssertionError(seen)


def watchable(world: Whole) -> None:
    """Have /readyz where a test can ask it."""
    text = world.config.read_text(encoding="utf-8")
    listens = f'[http]\nlisten = "127.0.0.1:{free_port()}"'
    world.config.write_text(text.replace('[http]\nlisten = "127.0.0.1:0"', listens), "utf-8")


async def test_a_full_disk(tmp_path: Path) -> None:
    async with on_a_disk(tmp_path) as (world, disk):
        room = "no room left for the database"
        await endures(world, full(disk), room, f"there is {room}")
        await world.bot.stop()


@asynccontextmanager
async def on_a_disk(folder: Path) -> AsyncIterator[tuple[Whole, Path]]:
    """A world whose database lies on a small disk of its own, and that disk seen from here."""
    disk = folder / "disk"
    disk.mkdir()
    mount = namespace(f"mount -t tmpfs -o size=8m none '{disk}'")
    async with whole(folder, start=False) as world:
        settings = world.config.read_text(encoding="utf-8")
        moved = settings.replace('path = "tickets.db"', 'path = "disk/tickets.db"')
        world.config.write_text(moved, encoding="utf-8")
        watchable(world)
        world.bot.inside = mount
        await world.bot.start()
        yield world, Path(f"/proc/{world.bot.pid}/root{disk}")


async def test_a_disk_that_takes_nothing_more_of_the_file(world: Whole) -> None:
    """A quota; to SQLite it is an error of the disk."""
    await endures(world, limited(world.bot.pid, resource.RLIMIT_FSIZE, 4096))
    assert world.stored("pragma integrity_check") == ["ok"]


async def test_a_file_system_that_becomes_read_only(tmp_path: Path) -> None:
    async with whole(tmp_path, start=False) as world:
        watchable(world)
        await world.bot.start()
        await endures(
            world,
            read_only(world.bot.pid, world.database),
            "has become read-only",
            "the disk under the database reports an error, or has become read-only",
        )
        assert world.stored("pragma integrity_check") == ["ok"]
        await world.bot.stop()


async def test_a_lock_that_another_program_keeps(world: Whole) -> None:
    await endures(world, locked(world.database), "another program holds the database")


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another program writes and does not come to an end."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


async def test_a_file_system_that_is_read_only_is_told_at_the_start(tmp_path: Path) -> None:
    async with whole(tmp_path) as world:
        card = await world.open()
        await world.bot.stop()
        folder = world.config.parent
        world.bot.inside = namespace(
            f"mount --bind '{folder}' '{folder}'; mount -o remount,ro,bind '{folder}'"
        )
        with pytest.raises(AssertionError, match=r"ended with 2") as refused:
            await world.bot.start()
        assert "Read-only file system" in str(refused.value)
        world.bot.inside = ()
        await world.bot.start()
        await world.press(card, "Not sure")
        await world.bot.stop()
