"""What a store promises about epochs, lessons and how fixes fared."""

from dataclasses import replace

from bot.store.base import EpochRecord, FixRecord, Query, Store
from tests.store.samples import AWAY, HOME, NOON, event, later, ticket


def epoch(digest: str, knowledge: str = "k1", **values: object) -> EpochRecord:
    return EpochRecord(digest, knowledge, NOON, "cli:lead", values)


class LearningContract:
    async def test_epochs_are_kept_once_and_come_back_as_they_were(self, store: Store) -> None:
        first = epoch("a", priors={"x": 0.25})
        await store.keep_epoch(first)
        await store.keep_epoch(replace(first, made_at=later(60), values={}))
        assert await store.epoch("a") == first
        assert await store.epoch("b") is None

    async def test_the_newest_epoch_is_that_of_its_knowledge_or_of_all(self, store: Store) -> None:
        assert await store.newest_epoch() is None
        for digest, knowledge in (("a", "k1"), ("b", "k1"), ("c", "k2")):
            await store.keep_epoch(epoch(digest, knowledge))
        newest = [await store.newest_epoch(each) for each in ("k1", "k2", "k3", None)]
        assert [each and each.hash for each in newest] == ["b", "c", None, "c"]

    async def test_lessons_are_closed_tickets_with_their_events(self, store: Store) -> None:
        for state in ("open", "resolved", "escalated"):
            told = event("opened", note=state)
            await store.open_ticket(replace(ticket("srv"), state=state), [told], [])
        found = await store.lessons()
        assert [each.ticket.number for each in found] == [2, 3]
        assert [each.events[0].data["note"] for each in found] == ["resolved", "escalated"]
        assert [each.ticket.number for each in await store.lessons(2)] == [3]
        assert len(await store.lessons(0, 1)) == 1

    async def test_a_fix_fared_as_its_results_say(self, store: Store) -> None:
        for tenant, results in ((HOME, ("failed", "worked")), (AWAY, ("worked", "different"))):
            made = await store.open_ticket(ticket("srv", tenant=tenant), [], [])
            told = [event("tried", fix="f", result=each) for each in results]
            unclear = [
                event("tried", fix="f", said="worked"),
                event("tried", fix="g", result="worked"),
            ]
            unclear += [event("tried", fix="f", result=each) for each in ("cannot", "unsure")]
            await store.append(made.number, [*told, *unclear])
        assert await store.fix_record(HOME, "f") == FixRecord(1, 2)
        assert await store.fix_record(AWAY, "f", last=3) == FixRecord(0, 1)
        assert await store.fix_record(HOME, "h") == FixRecord(0, 0)

    async def test_like_tickets_are_found_by_their_signature(self, store: Store) -> None:
        for host, tenant, signature in (
            ("one", HOME, "a=b 0x904"), ("two", HOME, "a=b 0x904"), ("three", HOME, ""),
            ("four", AWAY, "a=b 0x904"),
        ):  # fmt: skip
            made = ticket(host, tenant=tenant, signature=signature)
            await store.open_ticket(made, [], [])
        found = await store.search(Query(tenant=HOME, signature="a=b 0x904"))
        assert [each.host for each in found.tickets] == ["two", "one"]
        everything = await store.search(Query(tenant=HOME, signature=""))
        assert len(everything.tickets) == 3
