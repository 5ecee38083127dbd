from pathlib import Path

from bot.store.sqlite import SqliteStore
from bot.store.terminal import TerminalStore
from tests.store.samples import NOON, card, event, note, ticket


async def test_tickets_are_shared_and_parcels_are_not(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    slack, terminal = await SqliteStore.open(path), await TerminalStore.open(path)
    await slack.queue([note("for slack")])
    opened = await terminal.open_ticket(ticket(), [event("opened")], [note("opened")])
    changed = await terminal.change(opened, [event("asked")], [card(opened.number)])
    assert await slack.ticket(opened.number) == changed
    assert len(await slack.events(opened.number)) == 2
    assert [parcel.key for parcel in await terminal.due(NOON)] == ["opened", "card:1"]
    assert [parcel.key for parcel in await slack.due(NOON)] == ["for slack"]
    await slack.close()
    await terminal.close()
