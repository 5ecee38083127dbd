"""What every store promises about intents; see test_contract."""

import asyncio
from dataclasses import replace

import pytest

from bot.store.base import Store, StoreError
from tests.store.samples import click, event, later, note, opening, ticket


class IntentContract:
    async def test_an_intent_is_taken_once(self, store: Store) -> None:
        first = await store.accept(opening("a", "U1", later(1)))
        again = await store.accept(opening("a", "U1", later(9)))
        assert (first.outcome, again.outcome) == ("taken", "repeated")
        assert again.id == first.id
        assert (again.by, again.at) == ("U1", later(1))
        assert again.intent == opening("a", "U1", later(1))

    async def test_an_intent_is_found_by_its_key_whatever_became_of_it(self, store: Store) -> None:
        claim = await store.accept(opening("a", "U1", later(1)))
        assert claim.id is not None
        assert await store.intent("a") == claim.intent
        await store.settle(claim.id, "done")
        assert await store.intent("a") == claim.intent
        assert await store.intent("b") is None

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
        await store.settle(first.id, "refused", [(number, refusal)], [note("sorry")])
        assert [parcel.key for parcel in await store.due(later(0))] == ["sorry"]
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

    async def test_a_version_is_taken_later_by_one_alone(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        first = await store.accept(click("a", number, None, "U1", later(1)))
        second = await store.accept(click("b", number, None, "U2", later(2)))
        won = await store.take(second, 1)
        assert (won.outcome, won.id, won.intent.version) == ("taken", second.id, 1)
        assert (await store.take(second, 1)).outcome == "taken"
        lost = await store.take(first, 1)
        assert (lost.outcome, lost.id, lost.by, lost.at) == ("stale", first.id, "U2", later(2))
        third = await store.accept(click("c", number, 1, "U3", later(3)))
        assert (third.outcome, third.by) == ("stale", "U2")
        assert [claim.id for claim in await store.pending()] == [first.id, second.id]

    async def test_a_version_that_is_over_is_not_taken(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(), [], [])
        claim = await store.accept(click("a", opened.number, None, "U1"))
        await store.change(opened)
        late = await store.take(claim, 1)
        assert (late.outcome, late.by) == ("stale", None)
        assert (await store.take(claim, 2)).outcome == "taken"

    async def test_taking_for_an_unknown_intent(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [])).number
        claim = await store.accept(click("a", number, None, "U1"))
        with pytest.raises(StoreError, match="no intent 99"):
            await store.take(replace(claim, id=99), 1)
