"""The ground under the database goes: full, ill, locked, closed; and comes back."""

import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.tools import full, limited, namespace
from tests.whole.cards import number, settled
from tests.whole.support import Whole, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = "srv-app-02"


async def endures(world: Whole, trouble: AbstractContextManager[None], until: str = "") -> None:
    """Work, then the trouble, in which nothing is taken and that is said; then all goes on.

    A look that runs when the trouble comes is written when it has gone; ``until`` the log says
    so, the trouble lasts.
    """
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
    await world.moved(running)
    await world.press(card, "Not sure")
    fresh = await world.open("/rdp srv-app-03")
    assert len({number(each) for each in (card, running, fresh)}) == 3
    assert [len(world.cards(host)) for host in (SLOW, "srv-app-03")] == [before + 1, 1]
    assert world.bot.runs


async def test_a_full_disk(tmp_path: Path) -> None:
    async with on_a_disk(tmp_path) as (world, disk):
        await endures(world, full(disk))
        assert "no room left for the database" in world.bot.said
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
        world.bot.inside = mount
        await world.bot.start()
        yield world, Path(f"/proc/{world.bot.pid}/root{disk}")


async def test_a_disk_that_takes_nothing_more_of_the_file(world: Whole) -> None:
    """A quota; to SQLite it is an error of the disk."""
    await endures(world, limited(world.bot.pid, resource.RLIMIT_FSIZE, 4096))
    assert world.stored("pragma integrity_check") == ["ok"]


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
