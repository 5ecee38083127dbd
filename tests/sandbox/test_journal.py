import asyncio
import json
from pathlib import Path

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.journal import Journal


def journal(path: Path | None = None) -> Journal:
    return Journal(Clock(flowing=False, start=5.0), path)


def test_entries_are_numbered_and_found_by_kind_and_value() -> None:
    log = journal()
    log.record("call", method="auth.test", ok=True)
    log.record("call", method="chat.update", ok=False)
    log.record("ack", id="e1", latency=0.1)
    assert [entry.number for entry in log] == [0, 1, 2]
    assert [entry.at for entry in log] == [5.0, 5.0, 5.0]
    assert [entry.get("method") for entry in log.calls()] == ["auth.test", "chat.update"]
    assert log.calls("chat.update", ok=True) == []
    assert log.acks(id="e1")[0].get("latency") == 0.1
    assert [entry.kind for entry in log.since(2)] == ["ack"]


def test_an_entry_does_not_change_with_what_it_was_made_from() -> None:
    log, values = journal(), {"host": "a"}
    entry = log.record("envelope", payload=values)
    values["host"] = "b"
    assert entry.get("payload") == {"host": "a"}


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        journal().record("gossip")


def test_the_file_gets_every_entry(tmp_path: Path) -> None:
    log = journal(tmp_path / "journal.jsonl")
    log.record("person", user="asker", what="command")
    log.record("notice", what="operation_timeout")
    log.close()
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["person", "notice"]


async def test_waiting_for_the_next_entry() -> None:
    log = journal()
    waiting = asyncio.create_task(log.changed(10.0))
    await asyncio.sleep(0)
    log.record("notice", what="x")
    await waiting
    await log.changed(0.001)  # nothing comes, and that is no error
