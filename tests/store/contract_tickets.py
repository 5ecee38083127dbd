"""What every store promises about tickets, events and knowledge; see test_contract."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.store.base import Event, FixRecord, Query, Stale, Stats, Store, StoreError
from tests.store.samples import AWAY, HOME, NOON, card, click, event, later, note, opening, ticket


class TicketContract:
    async def test_everything_of_a_ticket_comes_back(self, store: Store) -> None:
        full = ticket(
            closed_at=later(60),
            state="resolved",
            outcome="verified",
            cause="certificate-expired",
            fix="renew-certificate",
            owner="U2",
            codes=("0x904", "0x7"),
            message="An internal error has occurred.",
            via="jump1",
            gateway="rdg.corp.example",
            vantages=("jump1", "direct"),
            steps=3,
            names=("SRV-APP-07", "app.corp.example"),
            notes="after the update",
            channel="C1",
            card="1.5",
            body={"phase": "done", "deep": [{"x": None, "y": 1.5}]},
        )
        opened = await store.open_ticket(full, [event("opened", "U1", via="jump1")], [])
        assert opened == replace(full, number=opened.number, version=1)
        assert await store.ticket(opened.number) == opened
        (kept,) = await store.events(opened.number)
        assert kept.number is not None
        assert replace(kept, number=None) == event("opened", "U1", via="jump1")

    async def test_unknown_numbers(self, store: Store) -> None:
        assert await store.ticket(1) is None
        assert await store.events(1) == []

    async def test_times_are_aware_utc(self, store: Store) -> None:
        berlin = datetime(2026, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
        opened = await store.open_ticket(ticket(opened_at=berlin), [], [])
        assert opened.opened_at == berlin
        assert opened.opened_at.isoformat() == "2026-07-01T12:00:00+00:00"
        with pytest.raises(ValueError, match="without a zone"):
            await store.open_ticket(ticket(opened_at=berlin.replace(tzinfo=None)), [], [])

    async def test_a_claim_opens_one_ticket(self, store: Store) -> None:
        claim = await store.accept(opening("a"))
        first = await store.open_ticket(ticket(), [event("opened")], [note("n1")], claim.id)
        second = await store.open_ticket(ticket(), [event("opened")], [note("n2")], claim.id)
        assert second == first
        assert len(await store.events(first.number)) == 1
        assert [(p.key, p.ticket) for p in await store.due(NOON)] == [("n1", first.number)]
        assert len(await store.pending()) == 1

    async def test_opening_for_an_unknown_claim(self, store: Store) -> None:
        with pytest.raises(StoreError, match="no intent 5"):
            await store.open_ticket(ticket(), [], [], 5)

    async def test_a_change_writes_everything_and_counts_up(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        claim = await store.accept(click("a", opened.number))
        wanted = replace(opened, state="resolved", outcome="word", notes="ok", body={"a": 1})
        parcels = [card(opened.number), note("n")]
        changed = await store.change(wanted, [event("closed", "U1")], parcels, claim.id)
        assert changed == replace(wanted, version=2) == await store.ticket(opened.number)
        assert [each.kind for each in await store.events(opened.number)] == ["closed"]
        assert await store.pending() == []
        assert [parcel.key for parcel in await store.due(NOON)] == [f"card:{opened.number}", "n"]

    async def test_a_change_can_move_the_card_and_otherwise_leaves_it(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(channel="D1"), [], [])
        await store.card_at(opened.number, "D1", "1.1")
        changed = await store.change(opened)
        assert (changed.channel, changed.card) == ("D1", "1.1")
        moved = await store.change(replace(changed, channel="C1", card=""))
        assert (moved.channel, moved.card) == ("C1", "")
        await store.card_at(opened.number, "C1", "2.2")
        changed = await store.change(moved)  # read before the card was posted there
        assert (changed.channel, changed.card) == ("C1", "2.2")

    async def test_a_change_of_an_old_version_leaves_nothing(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        await store.change(opened)
        with pytest.raises(Stale) as caught:
            await store.change(replace(opened, notes="x"), [event()], [note("n")])
        assert (caught.value.number, caught.value.version) == (opened.number, 2)
        stored = await store.ticket(opened.number)
        assert stored == replace(opened, version=2)
        assert await store.events(opened.number) == []
        assert await store.due(NOON) == []

    async def test_concurrent_changes_have_one_winner(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        tries = [store.change(replace(opened, notes=str(each)), [event()]) for each in range(5)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(result, Stale) for result in results) == 4
        assert len(await store.events(opened.number)) == 1

    @pytest.mark.parametrize("part", ["event", "parcel", "claim"])
    async def test_a_failing_part_of_a_change_leaves_nothing(self, store: Store, part: str) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        claim = await store.accept(click("a", opened.number))
        events = [event(), event("no such kind") if part == "event" else event()]
        parcels = [note("n"), card(99 if part == "parcel" else opened.number)]
        with pytest.raises((StoreError, ValueError)):
            await store.change(
                replace(opened, notes="x"), events, parcels, 77 if part == "claim" else claim.id
            )
        assert await store.ticket(opened.number) == opened
        assert await store.events(opened.number) == []
        assert await store.due(NOON) == []
        assert len(await store.pending()) == 1

    async def test_a_change_of_an_unknown_ticket(self, store: Store) -> None:
        with pytest.raises(StoreError, match="no ticket #5"):
            await store.change(ticket(number=5, version=1))

    async def test_where_the_card_stands_survives_a_change(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(channel="C1"), [], [])
        await store.card_at(opened.number, "D9", "17.5")
        changed = await store.change(replace(opened, notes="seen before the card was posted"))
        assert (changed.channel, changed.card, changed.version) == ("D9", "17.5", 2)
        with pytest.raises(StoreError, match="no ticket #99"):
            await store.card_at(99, "C1", "1")

    async def test_appending_leaves_the_version(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        await store.append(opened.number, [event("observed", n=1), event("observed", n=2)])
        assert await store.ticket(opened.number) == opened
        assert [each.data["n"] for each in await store.events(opened.number)] == [1, 2]
        with pytest.raises(StoreError, match="no ticket #99"):
            await store.append(99, [event()])

    async def test_unfinished_are_the_open_ones_oldest_first(self, store: Store) -> None:
        states = ("open", "resolved", "open", "escalated", "abandoned", "cancelled")
        opened = [await store.open_ticket(ticket(state=state), [], []) for state in states]
        assert await store.unfinished() == [opened[0], opened[2]]

    async def test_knowledge_is_kept_once(self, store: Store) -> None:
        files = {"causes/name/x.md": "Grüße 🔥\n" * 1000, "codes.yaml": ""}
        await store.keep_knowledge("9f2c", files)
        await store.keep_knowledge("9f2c", {"other": "text"})
        assert await store.knowledge("9f2c") == files
        assert await store.knowledge("none") is None

    async def test_purging_takes_old_closed_tickets_with_all_they_have(self, store: Store) -> None:
        claim = await store.accept(opening("a"))
        old = await store.open_ticket(
            ticket("old", state="resolved", closed_at=later(1)), [event()], [], claim.id
        )
        await store.queue([card(old.number)])
        click_claim = await store.accept(click("b", old.number))
        assert claim.id is not None
        assert click_claim.id is not None
        await store.settle(claim.id, "done")
        await store.open_ticket(ticket("handed", state="escalated"), [event()], [])
        done = ticket("young", state="resolved", closed_at=later(9))
        young = await store.open_ticket(done, [event()], [])
        still_open = await store.open_ticket(ticket("busy"), [event()], [])
        assert await store.purge(later(5)) == 2
        assert await store.ticket(old.number) is None
        assert await store.events(old.number) == []
        assert await store.due(later(9)) == []
        assert await store.pending() == []
        assert (await store.search(Query(text="old"))).tickets == ()
        assert (await store.search(Query())).tickets == (still_open, young)
        assert (await store.accept(opening("a"))).outcome == "taken"  # its intent went too
        new = await store.open_ticket(ticket(), [], [])
        assert new.number == still_open.number + 1

    async def test_stats_count_by_kind_tenant_and_time(self, store: Store) -> None:
        for cause, count in (("expired", 2), ("firewall", 1)):
            for _ in range(count):
                done = ticket(state="resolved", outcome="word", cause=cause, fix=f"fix-{cause}")
                await store.open_ticket(done, [], [])
        await store.open_ticket(ticket(cause="firewall"), [], [])
        tomorrow = later(86_400)
        await store.open_ticket(ticket(tenant=AWAY, opened_at=tomorrow), [], [])
        home = await store.stats(HOME)
        assert home.tickets == 4
        assert home.states == {"resolved": 3, "open": 1}
        assert home.outcomes == {"word": 3}
        assert list(home.causes.items()) == [("expired", 2), ("firewall", 1)]
        assert home.fixes == {"fix-expired": 2, "fix-firewall": 1}
        assert (await store.stats()).tickets == 5
        assert (await store.stats(since=tomorrow)).tickets == 1
        assert (await store.stats(since=later(60))).tickets == 5  # it is the day that counts
        assert (await store.stats(HOME, tomorrow)).states == {}

    async def test_stats_tell_how_fixes_fared_and_how_long_it_took(self, store: Store) -> None:
        for number, result in enumerate(("worked", "failed", "worked", "unsure"), 1):
            opened = await store.open_ticket(ticket(), [], [])
            seen = Event("observed", "", later(number), {})
            again = Event("observed", "", later(9_000), {"fix": "renew", "result": result})
            moved = await store.change(opened, [seen, again])
            ended = replace(moved, state="resolved", closed_at=later(600 * number))
            await store.change(ended)
        await store.open_ticket(ticket(tenant=AWAY), [event(fix="renew", result="failed")], [])
        home = await store.stats(HOME)
        assert home.days == {"2026-03-01": 4}
        assert home.fared == {"renew": FixRecord(2, 3)}
        assert home.to_verdict is not None
        assert home.to_verdict.tickets == 4
        assert home.to_verdict.median == pytest.approx(2, rel=0.06)
        assert home.to_verdict.p90 == pytest.approx(4, rel=0.06)
        assert home.to_outcome is not None
        assert home.to_outcome.median == pytest.approx(1_200, rel=0.06)
        assert (await store.stats()).fared == {"renew": FixRecord(2, 4)}
        later_on = await store.stats(HOME, later(86_400))
        assert (later_on.fared, later_on.to_verdict, later_on.to_outcome) == ({}, None, None)

    async def test_a_reopened_ticket_has_no_time_of_its_outcome(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [event()], [])
        ended = await store.change(replace(opened, state="resolved", closed_at=later(60)))
        assert (await store.stats()).to_outcome is not None
        await store.change(replace(ended, state="open", closed_at=None))
        found = await store.stats()
        assert found.to_outcome is None
        assert found.to_verdict is not None

    async def test_stats_follow_changes_and_purges(self, store: Store) -> None:
        told = [event(), event("tried", fix="f", result="failed"), event(fix="f", result="worked")]
        opened = await store.open_ticket(ticket(), told, [])
        closed = replace(opened, state="resolved", cause="dns", fix="f", closed_at=later(1))
        changed = await store.change(closed)
        await store.change(replace(changed, notes="no matter"))
        stats = await store.stats()
        assert (stats.tickets, stats.states, stats.causes) == (1, {"resolved": 1}, {"dns": 1})
        assert stats.fared == {"f": FixRecord(1, 2)}
        await store.purge(later(2))
        assert await store.stats() == Stats(0, {}, {}, {}, {})
