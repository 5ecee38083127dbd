"""What every store promises: one suite, run against each adapter.

A subclass gives a fixture ``store``.  Nothing here may depend on the instance staying the same
between two calls; what does (who holds a parcel) is tested beside the adapter.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.store.base import Query, Stale, Store, StoreError
from tests.store.samples import (
    AWAY,
    HOME,
    NOON,
    card,
    click,
    event,
    later,
    note,
    opening,
    ticket,
)


class IntentContract:
    async def test_an_intent_is_taken_once(self, store: Store) -> None:
        first = await store.accept(opening("a", "U1", later(1)))
        again = await store.accept(opening("a", "U1", later(9)))
        assert (first.outcome, again.outcome) == ("taken", "repeated")
        assert again.id == first.id
        assert (again.by, again.at) == ("U1", later(1))
        assert again.intent == opening("a", "U1", later(1))

    async def test_the_same_intent_at_once_is_taken_once(self, store: Store) -> None:
        claims = await asyncio.gather(*(store.accept(opening("a")) for _ in range(5)))
        assert sorted(claim.outcome for claim in claims) == ["repeated"] * 4 + ["taken"]

    async def test_one_click_wins_a_version_and_the_others_learn_whose(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        clicks = [click(f"c{user}", number, 1, f"U{user}", later(user)) for user in range(5)]
        claims = await asyncio.gather(*(store.accept(each) for each in clicks))
        (won,) = [claim for claim in claims if claim.outcome == "taken"]
        lost = [claim for claim in claims if claim is not won]
        assert {claim.outcome for claim in lost} == {"stale"}
        assert {(claim.by, claim.at) for claim in lost} == {(won.intent.user, won.intent.at)}
        assert [claim.id for claim in await store.pending()] == [won.id]

    async def test_a_refused_click_frees_its_version(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        first = await store.accept(click("a", number, user="U1"))
        assert first.id is not None
        refusal = event("refused", "U1", why="guest")
        await store.settle(first.id, "refused", [(number, refusal)])
        second = await store.accept(click("b", number, user="U2"))
        assert second.outcome == "taken"
        assert [each.data for each in await store.events(number)] == [{"why": "guest"}]
        assert (await store.accept(click("a", number, user="U1"))).outcome == "repeated"

    async def test_a_click_on_an_old_version_is_stale(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        claim = await store.accept(click("a", opened.number, 1, "U1", later(1)))
        await store.change(opened, claim_id=claim.id)
        late = await store.accept(click("b", opened.number, 1, "U2", later(2)))
        assert (late.outcome, late.id, late.by, late.at) == ("stale", None, "U1", later(1))
        moved = replace(opened, version=2)
        await store.change(moved)  # the program itself, not a click
        late = await store.accept(click("c", opened.number, 2, "U2", later(2)))
        assert (late.outcome, late.by, late.at) == ("stale", None, None)

    async def test_a_click_on_a_version_to_come_is_stale(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        assert (await store.accept(click("a", opened.number, 2))).outcome == "stale"

    async def test_a_click_without_version_uses_none_up(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        for key in ("a", "b"):
            assert (await store.accept(click(key, number, None))).outcome == "taken"
        assert (await store.accept(click("c", number, 1))).outcome == "taken"

    async def test_a_click_on_an_unknown_ticket(self, store: Store) -> None:
        claim = await store.accept(click("a", 99))
        assert (claim.outcome, claim.id) == ("unknown-ticket", None)
        assert await store.pending() == []

    async def test_pending_keeps_order_and_loses_what_is_settled(self, store: Store) -> None:
        claims = [await store.accept(opening(key, at=later(5))) for key in "cab"]
        assert [claim.intent.key for claim in await store.pending()] == ["c", "a", "b"]
        assert await store.pending() == claims
        assert claims[1].id is not None
        await store.settle(claims[1].id, "done")
        assert [claim.intent.key for claim in await store.pending()] == ["c", "b"]

    async def test_settling_an_unknown_intent(self, store: Store) -> None:
        with pytest.raises(StoreError, match="no intent 7"):
            await store.settle(7, "done")

    async def test_settling_is_all_or_nothing(self, store: Store) -> None:
        claim = await store.accept(opening("a"))
        assert claim.id is not None
        with pytest.raises(StoreError, match="no ticket #99"):
            await store.settle(claim.id, "done", [(99, event())])
        assert [each.id for each in await store.pending()] == [claim.id]


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
        young = await store.open_ticket(ticket("young", closed_at=later(9)), [event()], [])
        still_open = await store.open_ticket(ticket("busy"), [event()], [])
        assert await store.purge(later(5)) == 1
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
        await store.open_ticket(ticket(tenant=AWAY, opened_at=later(60)), [], [])
        home = await store.stats(HOME)
        assert home.tickets == 4
        assert home.states == {"resolved": 3, "open": 1}
        assert home.outcomes == {"word": 3}
        assert list(home.causes.items()) == [("expired", 2), ("firewall", 1)]
        assert home.fixes == {"fix-expired": 2, "fix-firewall": 1}
        assert (await store.stats()).tickets == 5
        assert (await store.stats(since=later(60))).tickets == 1
        assert (await store.stats(HOME, later(60))).states == {}


class ParcelContract:
    async def test_cards_are_merged_and_notes_are_sent_once(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        await store.queue([card(number), note("n", {"text": "1"}), card(number)])
        await store.queue([note("n", {"text": "2"})])
        due = await store.due(NOON)
        assert [(parcel.kind, parcel.payload) for parcel in due] == [
            ("card", {}),
            ("note", {"text": "1"}),
        ]
        for parcel in due:
            await store.mark(parcel, "sent")
        await store.queue([card(number), note("n")])
        assert [parcel.kind for parcel in await store.due(NOON)] == ["card"]

    @pytest.mark.parametrize("end", ["sent", "dead"])
    async def test_a_card_asked_for_while_it_is_sent_stays_due(
        self, store: Store, end: str
    ) -> None:
        number = (await store.open_ticket(ticket(), [], [card(1)])).number
        (parcel,) = await store.due(NOON)
        await store.mark(parcel, "sending")
        await store.queue([card(number)])
        await store.mark(parcel, "sent" if end == "sent" else "dead")
        (again,) = await store.due(NOON)
        assert (again.key, again.state, again.tries) == (parcel.key, "due", 0)
        await store.mark(again, "sending")
        await store.mark(again, "sent")
        assert await store.due(NOON) == []

    async def test_a_card_not_asked_for_again_is_done(self, store: Store) -> None:
        await store.queue([note("a"), note("b")])
        for parcel, end in zip(await store.due(NOON), ("sent", "dead"), strict=True):
            await store.mark(parcel, "sending")
            await store.mark(parcel, "sent" if end == "sent" else "dead")
        assert await store.due(NOON) == []

    async def test_a_retry_waits_for_its_time(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [card(1)])).number
        (parcel,) = await store.due(NOON)
        assert (parcel.state, parcel.tries) == ("due", 0)
        await store.mark(parcel, "sending")
        await store.mark(parcel, "due", later(30))
        await store.queue([card(number)])  # news does not break the limit that Slack has set
        assert await store.due(later(29)) == []
        (retry,) = await store.due(later(30))
        assert (retry.state, retry.tries) == ("due", 1)

    async def test_asking_again_takes_the_earlier_time(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        await store.queue([card(number, later(20))])
        await store.queue([card(number, later(10))])
        await store.queue([card(number, later(30))])
        assert await store.due(later(9)) == []
        assert len(await store.due(later(10))) == 1

    async def test_at_once_beats_any_time(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        await store.queue([card(number, later(20)), card(number)])
        assert len(await store.due(NOON)) == 1

    async def test_times_asked_for_while_sending_count_afterwards(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [card(1)])).number
        (parcel,) = await store.due(NOON)
        await store.mark(parcel, "sending")
        await store.queue([card(number, later(20)), card(number, later(10))])
        await store.mark(parcel, "sent")
        assert await store.due(later(9)) == []
        assert len(await store.due(later(10))) == 1

    async def test_longest_due_first_and_no_more_than_the_limit(self, store: Store) -> None:
        await store.queue([note("a"), note("b"), note("c")])
        (first,) = await store.due(NOON, limit=1)
        await store.mark(first, "due", NOON)  # goes to the end
        assert [parcel.key for parcel in await store.due(NOON)] == ["b", "c", "a"]

    async def test_marking_an_unknown_parcel(self, store: Store) -> None:
        with pytest.raises(StoreError, match="no parcel 'n'"):
            await store.mark(note("n"), "sent")
