"""A person's data, whole, and its erasure: nothing of it is left in the bytes of the file."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.store.base import EpochRecord, Event, Intent, Query, StoreError
from bot.store.caring import CaringStore
from tests.store.samples import HOME, NOON, card, event, later, note, opening, ticket

WHO, OTHER = "U0PLANTED", "U0PLANTEDTOO"
TYPED = "zebrastripe grandmother cannot log on"
REASON = "quokkaphobia at the branch"
PLANTED = ("zebrastripe", "grandmother", "quokkaphobia", "hooks.slack.com", "D0PRIVATE")
BY = Event("closed", "cli:admin", NOON)


async def lived(store: CaringStore) -> int:
    """A ticket that the person asked for and escalated, and one of somebody else."""
    payload = {
        "sender": {"channel": "D0PRIVATE", "reply": "https://hooks.slack.com/commands/planted"},
        "message": TYPED,
        "host": "srv-app-07",
    }
    claim = await store.accept(Intent("open:t1", "open", HOME, WHO, NOON, payload))
    mine = ticket(asked_by=WHO, message=TYPED, notes=REASON, channel="D0PRIVATE", card="1.2")
    body = {"trial": ["worked", "renew", WHO], "handed": OTHER}
    mine = replace(mine, body=body)
    opened = await store.open_ticket(mine, [event("opened", WHO)], [], claim.id)
    said = [
        event("tried", WHO, fix="renew", result="worked", why="access"),
        event("escalated", WHO, reason=REASON, to=OTHER),
        event("answered", OTHER, question="who", state="one"),
    ]
    told = note("note:1:U0PLANTED", {"text": f"<@{WHO}> said {REASON}", "user": WHO, "by": WHO})
    told = replace(told, payload={**told.payload, "reply": "https://hooks.slack.com/planted"})
    closed = replace(opened, state="resolved", outcome="word", cause="c", fix="renew")
    await store.change(replace(closed, closed_at=later(60)), said, [told])
    await store.settle(claim.id or 0, "done")
    again = Intent(f"again:{WHO}:t1", "again", HOME, WHO, NOON, {"sender": {}, "wish": "open:t1"})
    await store.settle((await store.accept(again)).id or 0, "refused")
    theirs = await store.open_ticket(ticket(asked_by=OTHER, message="theirs"), [], [card(2)])
    await store.append(theirs.number, [event("shared", WHO, claimed=True)])
    await store.keep_epoch(EpochRecord("h", "k", NOON, WHO, {}))
    return opened.number


async def opened(path: Path) -> CaringStore:
    return await CaringStore.open(path / "tickets.db")


def bytes_of(path: Path) -> bytes:
    """The database with everything beside it."""
    return b"".join(each.read_bytes() for each in sorted(path.glob("tickets.db*")))


async def test_everything_about_a_person_comes_out(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    number = await lived(store)
    found = await store.traces(WHO)
    counts = {table: len(rows) for table, rows in found.items()}
    assert counts == {"ticket": 1, "event": 4, "intent": 2, "parcel": 1, "epoch": 1}
    (mine,) = found["ticket"]
    assert (mine["number"], mine["message"]) == (number, TYPED)
    assert mine["body"]["trial"] == ["worked", "renew", WHO]
    # Another id that begins alike is another person.
    assert OTHER not in {row["by"] for row in found["event"]}
    assert await store.traces("U0NOBODY") == {table: [] for table in counts}
    await store.close()


async def test_nothing_of_an_erased_person_is_left_in_the_file(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    number = await lived(store)
    before = await store.stats()
    erased = await store.erase(WHO, BY)
    assert await store.scrub()
    after = await store.ticket(number)
    assert after is not None
    assert after.asked_by == after.body["trial"][2] == erased.alias
    assert (after.message, after.notes, after.channel, after.card) == ("", "", None, None)
    assert after.body["handed"] == OTHER
    told = {each.kind: each.data for each in await store.events(number)}
    assert told["tried"] == {"fix": "renew", "result": "worked", "why": "access"}
    assert told["escalated"] == {"reason": "", "to": OTHER}
    assert (await store.search(Query(text="grandmother"))).tickets == ()
    assert await store.stats() == before
    assert await store.traces(WHO) == {table: [] for table in erased.rows}
    await store.close()
    left = bytes_of(tmp_path)
    for planted in PLANTED:
        assert planted.encode() not in left, planted
    assert left.replace(OTHER.encode(), b"").count(WHO.encode()) == 0
    assert b"theirs" in left


async def test_without_erasure_the_bytes_are_there(tmp_path: Path) -> None:
    """Guard: the test above would see them."""
    store = await opened(tmp_path)
    await lived(store)
    await store.close()
    left = bytes_of(tmp_path)
    for planted in PLANTED:
        assert planted.encode() in left, planted


async def test_an_erasure_is_noted_and_the_guards_stand_again(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await lived(store)
    erased = await store.erase(WHO, BY)
    noted = await store.intent(f"erase:{erased.alias}")
    assert noted is not None
    assert (noted.user, noted.at, noted.payload) == ("cli:admin", NOON, erased.rows)
    assert await store.pending() == []
    await store.close()
    with (
        closing(sqlite3.connect(tmp_path / "tickets.db")) as db,
        pytest.raises(sqlite3.Error, match="never changed"),
    ):
        db.execute("update event set data = '{}'")


async def test_who_reads_before_and_writes_after_does_not_bring_a_person_back(
    tmp_path: Path,
) -> None:
    store = await opened(tmp_path)
    number = await lived(store)
    read = await store.ticket(number)
    assert read is not None
    await store.erase(WHO, BY)
    with pytest.raises(StoreError, match="is at version"):
        await store.change(read)
    await store.close()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"asked_by": WHO}, r"open tickets \(#1\); close them first"),
        ({"owner": WHO}, r"open tickets \(#1\)"),
    ],
)
async def test_who_has_something_open_is_not_erased(
    tmp_path: Path, fields: dict[str, Any], said: str
) -> None:
    store = await opened(tmp_path)
    await store.open_ticket(ticket(**fields), [], [])
    with pytest.raises(StoreError, match=said):
        await store.erase(WHO, BY)
    assert (await store.ticket(1)) is not None
    await store.close()


async def test_who_waits_for_something_is_not_erased(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.accept(opening("o", WHO))
    with pytest.raises(StoreError, match="1 wishes of U0PLANTED are not done"):
        await store.erase(WHO, BY)
    await store.close()


async def test_a_login_of_a_terminal_is_a_person_too(tmp_path: Path) -> None:
    store, who = await opened(tmp_path), "cli:jos\u00e9"
    await store.append(
        (await store.open_ticket(ticket(), [], [])).number, [event("shared", who, to=who)]
    )
    assert (await store.erase(who, BY)).rows["event"] == 1
    assert not any((await store.traces(who)).values())
    await store.close()
