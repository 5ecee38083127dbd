"""An acknowledged write survives kill -9 of its writer, at any moment."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

KILLS = 200 if os.environ.get("CI_LONG") else 8

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.store.base import Event, Intent, Tenant, Ticket
from bot.store.sqlite import SqliteStore

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOME = Tenant("E1", "T1")

async def work(store, run, lane):
    new = Ticket(0, HOME, "h", 3389, "U1", NOW, "open", 0, "k", "e")
    ticket = await store.open_ticket(new, [Event("opened", "U1", NOW)], [])
    for step in range(10**9):
        key = f"{run}-{lane}-{step}"
        claim = await store.accept(Intent(key, "click", HOME, "U1", NOW, {}, ticket.number,
            ticket.version), patience=60)
        print("intent", key, flush=True)
        ticket = await store.change(ticket, [Event("tried", "U1", NOW)], [], claim.id)
        print("change", ticket.number, ticket.version, flush=True)

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    print("ready", flush=True)
    await asyncio.gather(*(work(store, sys.argv[2], lane) for lane in range(8)))

asyncio.run(main())
"""


def test_no_acknowledged_write_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    moments = random.Random(0)  # noqa: S311 - when to kill, not a secret
    intents: set[str] = set()
    versions: dict[int, int] = {}
    for run in range(KILLS):
        for line in _acknowledged(path, run, moments.uniform(0.0, 0.3)):
            kind, *what = line.split()
            if kind == "intent":
                intents.add(what[0])
            else:
                versions[int(what[0])] = int(what[1])
        _check(path, intents, versions)
    assert intents
    assert versions


def _acknowledged(path: Path, run: int, seconds: float) -> list[str]:
    """Let a writer work for some time, kill it, and return what it said."""
    command = [sys.executable, "-c", WRITER, str(path), str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        try:
            said, _ = writer.communicate(timeout=seconds)
            pytest.fail(f"the writer ended by itself: {said[-300:]}")
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)
        said, _ = writer.communicate()
    whole, _, _ = said.rpartition("\n")  # the last line may be cut
    return whole.splitlines()


def _check(path: Path, intents: set[str], versions: dict[int, int]) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        db.execute("insert into ticket_fts (ticket_fts) values ('integrity-check')")
        kept = {key for (key,) in db.execute("select key from intent")}
        assert intents <= kept
        rows = "select ticket.number, version, count(event.number) from ticket join event "
        rows += "on event.ticket = ticket.number group by ticket.number"
        for number, version, events in db.execute(rows):
            assert version >= versions.get(number, 1)
            assert events == version  # one for the opening and one for each change: whole or not
        assert set(versions) <= {number for (number,) in db.execute("select number from ticket")}
