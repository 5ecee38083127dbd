"""What every store promises about parcels; see test_contract."""

from dataclasses import replace

import pytest

from bot.store.base import Store, StoreError
from tests.store.samples import NOON, card, later, note, ticket


class ParcelContract:
    async def test_parcels_made_before_the_ticket_had_a_number(self, store: Store) -> None:
        early = [replace(card(0), ticket=None), note("n")]
        number = (await store.open_ticket(ticket(), [], early)).number
        due = await store.due(NOON)
        assert [(parcel.key, parcel.ticket) for parcel in due] == [
            (f"card:{number}", number),
            ("n", number),
        ]

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

    async def test_what_slack_puts_off_is_no_try(self, store: Store) -> None:
        number = (await store.open_ticket(ticket(), [], [card(1)])).number
        for seconds in range(20):
            (parcel,) = await store.due(later(seconds))
            await store.mark(parcel, "sending")
            await store.mark(parcel, "due", later(seconds + 1), tried=False)
            await store.queue([card(number)])  # news does not break the limit
            assert await store.due(later(seconds)) == []
        (parcel,) = await store.due(later(30))
        assert parcel.tries <= 1

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

    async def test_a_retry_does_not_wait_for_a_clock_that_was_set_back(self, store: Store) -> None:
        await store.queue([note("tried"), replace(note("planned"), not_before=later(7200))])
        (parcel,) = await store.due(NOON)
        await store.mark(parcel, "sending")
        await store.mark(parcel, "due", later(60))
        assert await store.due(NOON) == []
        assert [each.key for each in await store.due(later(-3600))] == ["tried"]
