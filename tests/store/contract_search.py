"""What the history promises: every field of Query, paging, tenants, hostile text."""

from dataclasses import replace

import pytest

from bot.store.base import Query, Store, Ticket
from tests.store.samples import AWAY, HOME, later, ticket


async def _fill(store: Store) -> list[Ticket]:
    wanted = [
        ticket("srv-app-07", asked_by="U1", codes=("0x904", "0x7"), state="resolved", cause="dns"),
        ticket("srv-app-08", asked_by="U2", owner="U1", message="lost connection", names=("APP8",)),
        ticket(
            "srv-db-01", asked_by="U2", codes=("0x7",), notes="Übergabe geplant", fix="open-port"
        ),
        ticket("srv-app-07", tenant=AWAY, asked_by="U1", codes=("0x904",), message="connection"),
    ]
    return [await store.open_ticket(each, [], []) for each in wanted]


FAMILY = ("srv-1", "srv-1.corp.example", "srv-1-old", "srv-1-old.corp.example", "srv-10", "asrv-1")


class SearchContract:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (Query(host="srv-1."), [2, 1]),
            (Query(host="SRV-1.", text="lost"), [2, 1]),
            (Query(host="srv-1.", text="lost", state="resolved"), []),
            (Query(host="srv-1", text="lost"), [1]),
            (Query(host="srv-1.corp.example."), [2]),
            (Query(host="srv-1-old.", limit=1), [4]),
        ],
    )
    async def test_a_short_name_finds_its_full_ones(
        self, store: Store, query: Query, found: list[int]
    ) -> None:
        for name in FAMILY:
            await store.open_ticket(ticket(host=name, message="lost"), [], [])
        assert [each.number for each in (await store.search(query)).tickets] == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (Query(), [4, 3, 2, 1]),
            (Query(host="", user="", state="", cause="", code="", text=" "), [4, 3, 2, 1]),
            (Query(tenant=HOME), [3, 2, 1]),
            (Query(tenant=AWAY), [4]),
            (Query(host="SRV-APP-07"), [4, 1]),
            (Query(host="srv-app-0"), []),
            (Query(host="srv-app*"), [4, 2, 1]),
            (Query(host="Srv-*", tenant=HOME), [3, 2, 1]),
            (Query(host="srv-app-07", tenant=HOME), [1]),
            (Query(user="U1"), [4, 2, 1]),
            (Query(user="U1", tenant=HOME), [2, 1]),
            (Query(user="U1", before=2), [1]),
            (Query(state="resolved"), [1]),
            (Query(state="open", user="U2"), [3, 2]),
            (Query(cause="dns"), [1]),
            (Query(code="0X904"), [4, 1]),
            (Query(code="0x7", tenant=HOME), [3, 1]),
            (Query(code="0x90"), []),
            (Query(text="srv-app-07"), [4, 1]),
            (Query(text="connection"), [4, 2]),
            (Query(text="connection", tenant=HOME), [2]),
            (Query(text="connection lost"), [2]),
            (Query(text="conn"), []),
            (Query(text="conn*"), [4, 2]),
            (Query(text="app8"), [2]),
            (Query(text="ubergabe"), [3]),
            (Query(text="open-port"), [3]),
            (Query(text="dns"), [1]),
            (Query(text="0x904"), [4, 1]),
            (Query(text="srv", code="0x7"), [3, 1]),
            (Query(text="srv", user="U1", before=4), [2, 1]),
            (Query(text="srv", state="resolved", host="srv-app*", cause="dns"), [1]),
        ],
    )
    async def test_every_field(self, store: Store, query: Query, found: list[int]) -> None:
        tickets = await _fill(store)
        page = await store.search(query)
        assert [each.number for each in page.tickets] == found
        assert all(each == tickets[each.number - 1] for each in page.tickets)
        assert not page.more

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (Query(since=later(2)), [5, 4, 3]),
            (Query(until=later(2)), [2, 1]),
            (Query(since=later(1), until=later(3)), [3, 2]),
            (Query(since=later(9)), []),
            (Query(until=later(0)), []),
            (Query(since=later(3), until=later(1)), []),
            (Query(since=later(1), before=4, limit=1), [3]),
            (Query(text="h", since=later(1), until=later(4)), [4, 3, 2]),
            (Query(user="U1", since=later(3)), [5, 4]),
            (Query(host="h", state="open", until=later(1)), [1]),
            (Query(host="h*", since=later(4)), [5]),
        ],
    )
    async def test_days_are_from_and_up_to(
        self, store: Store, query: Query, found: list[int]
    ) -> None:
        for each in range(5):
            await store.open_ticket(ticket("h", owner="U1", opened_at=later(each)), [], [])
        page = await store.search(query)
        assert [each.number for each in page.tickets] == found

    @pytest.mark.parametrize(
        "query",
        [Query(), Query(host="h"), Query(host="h*"), Query(user="U1"), Query(text="h")],
    )
    async def test_pages_meet_without_gap_or_overlap(self, store: Store, query: Query) -> None:
        for _ in range(7):
            await store.open_ticket(ticket("h", owner="U1"), [], [])
        numbers: list[int] = []
        before, sizes = None, []
        while True:
            page = await store.search(replace(query, before=before, limit=3))
            numbers += [each.number for each in page.tickets]
            sizes.append(len(page.tickets))
            before = page.tickets[-1].number
            if not page.more:
                break
        assert numbers == [7, 6, 5, 4, 3, 2, 1]
        assert sizes == [3, 3, 1]

    @pytest.mark.parametrize(
        "hostile",
        [
            "rdp-gateway",
            "C:\\x",
            '"',
            'a"b',
            "'; drop table ticket; --",
            "🔥",
            "NEAR(",
            "NEAR(a b)",
            "a AND",
            "OR",
            "NOT b",
            "host : x",
            "{host} : x",
            "^a",
            "a + b",
            "-",
            "*",
            "**",
            "a\x00b",
            "\ud800x",
            "(" * 500,
            "word " * 5000,
            "%_",
            "<!channel>",
        ],
    )
    async def test_hostile_text_is_only_text(self, store: Store, hostile: str) -> None:
        opened = await store.open_ticket(
            ticket("quiet", message=hostile, notes=hostile, codes=(hostile,)), [], []
        )
        await store.open_ticket(ticket("other"), [], [])
        for query in (Query(text=hostile), Query(code=hostile), Query(host=f"x{hostile}")):
            page = await store.search(query)
            assert {each.number for each in page.tickets} <= {opened.number}
        if any(letter.isalnum() for letter in hostile.replace("\ud800", "")):
            page = await store.search(Query(text=hostile))
            assert page.tickets == (opened,)

    async def test_a_change_is_found_and_what_it_replaced_is_not(self, store: Store) -> None:
        opened = await store.open_ticket(ticket(message="before"), [], [])
        await store.change(replace(opened, message="after", closed_at=later(1)))
        assert (await store.search(Query(text="before"))).tickets == ()
        assert len((await store.search(Query(text="after"))).tickets) == 1
