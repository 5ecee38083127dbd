"""The command line on the lab: the demo as anybody tries it, and a ticket in the terminal."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole.cards import said
from tests.whole.processes import cli
from tests.whole.support import HOST, Whole, whole


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[Whole]:
    """The lab and its settings; no bot runs."""
    async with whole(tmp_path, start=False) as world:
        yield world


async def test_the_demo_plays_a_whole_ticket(tmp_path: Path) -> None:
    done = await cli("demo", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    story = (
        f"/rdp {HOST} 0x904 0x7",
        "fault  Certificate  expired",
        "nothing has changed",
        "The administrator deletes the expired certificate",
        "resolved, verified",
        "Before  Certificate: expired",
        "Now  Certificate: valid to",
        f"/rdp history {HOST}",
        "resolved, verified",
    )
    place = 0
    for line in story:
        place = done.out.find(line, place)
        assert place >= 0, f"{line!r} is missing or out of order in\n{done.out}"
        place += len(line)
    left = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert left == [], "it leaves nothing where it was started"


async def test_the_end_of_input_leaves_a_terminal_ticket_open(quiet: Whole) -> None:
    done = await quiet.cli("triage", HOST, "0x904", "0x7", stdin="recheck\nnonsense\n")
    assert done.code == 1, "a fault was found"
    assert "certificate has expired" in done.out
    assert "Looked again: nothing has changed" in done.out
    assert "'nonsense' is none of" in done.err
    assert "End of input: ticket #1 stays open." in done.err
    (row,) = await quiet.tickets()
    assert (row["state"], row["outcome"], row["host"]) == ("open", None, HOST)
    assert row["asked_by"] == f"cli:{getpass.getuser()}"
    assert row["codes"] == ["0x904", "0x7"]


async def test_a_terminal_ticket_closes_on_the_persons_word(quiet: Whole) -> None:
    done = await quiet.cli("triage", "srv-app-01", stdin="close\n")
    assert done.code == 0
    assert "Everything that can be seen without a password is fine" in done.out
    (row,) = await quiet.tickets()
    assert (row["state"], row["outcome"], row["cause"]) == ("resolved", "word", None)


async def test_terminal_and_bot_share_the_tickets_but_not_the_cards(quiet: Whole) -> None:
    await quiet.bot.start()
    card = await quiet.open()
    done = await quiet.cli("triage", "srv-db-01")
    assert done.code == 1, done.err
    await quiet.slack.settle()
    assert quiet.slack.from_app("helpdesk") == [card]
    assert [(row["number"], row["host"]) for row in await quiet.tickets()] == [
        (2, "srv-db-01"),
        (1, HOST),
    ]
    assert "closes right after" in done.out
    await quiet.bot.stop()


async def test_only_one_bot_serves_a_database(quiet: Whole) -> None:
    await quiet.bot.start()
    second = await cli("serve", "--config", str(quiet.config), env=quiet.bot.tokens)
    assert (second.code, second.out) == (2, "")
    assert "tickets.db" in second.err
    card = await quiet.open()
    assert "certificate has expired" in said(card), "the first one goes on"
    await quiet.bot.stop()


async def test_the_demo_at_the_keyboard_goes_by_beginnings_of_labels(tmp_path: Path) -> None:
    words = "nowhere\nsrv-file-01 nonsense\nsrv-file-01\nstopped\nstopped\nrepair\nit w\n"
    done = await cli("demo", "--terminal", folder=tmp_path, stdin=words)
    assert done.code == 0
    assert "'nowhere' is not a host of the lab" in done.err
    assert "'nonsense' is not an error code" in done.err
    card, closed = done.out.split("(lab) The administrator starts Remote Desktop Services.")
    assert "Next: Start Remote Desktop Services" in card
    proof, sentence = closed.find("Before  Port 3389: refused"), closed.find("Fixed by")
    assert 0 <= proof < sentence < closed.find("ok           Name"), "the proof comes first"
