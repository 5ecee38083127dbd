"""Backup while the bot works, and restore: docs/operations.md, step by step.

Strategy: the backup is taken under load and while a wish waits for Slack; then the machine is
lost.  What stands in a new folder is a bot that has every ticket, does the wish, and goes on.
"""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.whole.cards import number, settled
from tests.whole.processes import cli
from tests.whole.support import Whole, whole

LONG = 60.0
"""Seconds that no test waits for."""
PENDING = "select count(*) from intent where state = 'pending'"


def ask(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        return db.execute(question).fetchall()


async def load(world: Whole, until: asyncio.Event) -> int:
    """Tickets one after another; how many were acknowledged."""
    asked = 0
    while not until.is_set():
        host = ("pc-sales-11", "srv-app-07")[asked % 2]
        assert (await world.slack.command("asker", "helpdesk", f"/rdp {host}")).ok
        asked += 1
        await asyncio.sleep(0.02)
    return asked


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def backup(world: Whole, copy: Path) -> None:
    """Back up under load, and see that the copy is whole, private and never written over."""
    enough = asyncio.Event()
    loading = asyncio.create_task(load(world, enough))
    await asyncio.sleep(0.3)
    done = await world.cli("backup", str(copy))
    enough.set()
    asked = await loading
    assert (done.code, done.out) == (0, ""), done.err
    assert asked > 1
    assert mode(copy) == 0o600
    assert ask(copy, "pragma integrity_check") == [("ok",)]
    assert ask(copy, PENDING)[0][0] in range(1, asked + 2)
    again = await world.cli("backup", str(copy))
    assert (again.code, again.out) == (2, "")
    assert "a backup never replaces a file" in again.err


def restored(world: Whole, copy: Path, folder: Path) -> Path:
    """A new folder with everything but the database, and the copy under its name."""
    ignored = shutil.ignore_patterns("tickets.db*")
    shutil.copytree(world.config.parent, folder, ignore=ignored)
    shutil.copy(copy, folder / "tickets.db")
    return folder / world.config.name


async def test_a_backup_under_load_is_a_working_bot_elsewhere(tmp_path: Path) -> None:
    first, second, copy = tmp_path / "first", tmp_path / "second", tmp_path / "copy.db"
    first.mkdir()
    async with whole(first) as world:
        card = await world.open()
        world.slack.fault("users.info", "delay", seconds=LONG, where={"user": "U0LEAD"})
        assert (await world.slack.command("lead", "helpdesk", "/rdp pc-sales-12")).ok
        await backup(world, copy)
        await world.bot.kill()  # and with it, the machine
        world.slack.state.faults.clear()

        config = world.bot._config = restored(world, copy, second)
        await world.bot.start()
        # The wish that waited is done, a ticket from before goes on.
        lead = await world.wait(lambda: world.cards("pc-sales-12"), "the lead's card")
        await world.wait(lambda: settled(lead[0]), "the lead's verdict")
        await world.press(card, "Not sure")
        shown = await cli("tickets", "show", str(number(card)), "--json", "--config", str(config))
        assert shown.rows[0]["host"] == "srv-app-07"
        await world.bot.stop()
        assert ask(second / "tickets.db", "pragma integrity_check") == [("ok",)]
        assert ask(second / "tickets.db", PENDING) == [(0,)]
