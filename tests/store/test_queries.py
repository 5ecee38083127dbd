"""Searches stay fast because each walks one index, newest first, and sorts nothing."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.store import queries
from bot.store.base import Query
from bot.store.connection import open_writer
from bot.store.rows import new_ticket_row
from tests.store.samples import HOME, NOON, later, ticket


@pytest.mark.parametrize(
    ("query", "walks"),
    [
        (Query(), ["SCAN ticket"]),
        (Query(before=5), ["USING INTEGER PRIMARY KEY (rowid<?)"]),
        (Query(tenant=HOME), ["ticket_tenant (enterprise_id=? AND team_id=?)"]),
        (Query(tenant=HOME, state="resolved"), ["ticket_state (state=?)"]),
        (Query(tenant=HOME, cause="x", state="resolved"), ["ticket_cause (cause=?)"]),
        (
            Query(tenant=HOME, host="h", cause="x", user="U"),
            ["ticket_host (host=? AND enterprise_id=? AND team_id=?)"],
        ),
        (Query(tenant=HOME, host="h", state="open"), ["ticket_state (state=?)"]),
        (Query(user="U", state="open"), ["ticket_state (state=?)"]),
        (
            Query(tenant=HOME, user="U", state="resolved", before=5),
            ["ticket_asked_by (asked_by=? AND rowid<?)", "ticket_owner (owner=? AND rowid<?)"],
        ),
        (
            Query(tenant=HOME, text="x", host="h", user="U"),
            ["ticket_host (host=? AND enterprise_id=? AND team_id=?)", "VIRTUAL TABLE"],
        ),
        (
            Query(tenant=HOME, text="x", user="U", before=5),
            [
                "ticket_asked_by (asked_by=? AND rowid<?)",
                "VIRTUAL TABLE",
                "ticket_owner (owner=? AND rowid<?)",
                "VIRTUAL TABLE",
            ],
        ),
        (Query(code="0x904", before=5), ["VIRTUAL TABLE", "PRIMARY KEY"]),
        (Query(since=NOON), ["USING INTEGER PRIMARY KEY (rowid>?)"]),
        (
            Query(tenant=HOME, since=NOON, until=NOON),
            ["ticket_tenant (enterprise_id=? AND team_id=? AND rowid>? AND rowid<?)"],
        ),
        (Query(cause="x", until=NOON), ["ticket_cause (cause=? AND rowid<?)"]),
    ],
)
def test_a_page_walks_an_index_in_order(tmp_path: Path, query: Query, walks: list[str]) -> None:
    db = open_writer(tmp_path / "tickets.db", create=True)
    plans = _plans(db, query)
    db.close()
    reads = [line for line in plans if line.startswith(("SEARCH", "SCAN ticket"))]
    assert len(reads) == len(walks), plans
    for line, walk in zip(reads, walks, strict=True):
        assert walk in line
    # Of two walks, each cut to a page, and of one host's tickets the numbers are sorted.
    if "MERGE (UNION)" not in plans and "ticket_host" not in walks[0]:
        assert not [line for line in plans if "TEMP B-TREE" in line], plans


@pytest.mark.parametrize(
    "query",
    [
        Query(tenant=HOME, text="x", host="h", user="U"),
        Query(tenant=HOME, text="x", cause="c", since=NOON),
        Query(tenant=HOME, code="0x904", state="open"),
    ],
)
def test_where_nothing_else_leaves_a_few_the_words_lead(
    tmp_path: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FEW", -1)
    db = open_writer(tmp_path / "tickets.db", create=True)
    plans = _plans(db, query)
    db.close()
    assert len(plans) == 2, plans
    assert "VIRTUAL TABLE" in plans[0]
    assert "PRIMARY KEY" in plans[1]


def _plans(db: Database, query: Query) -> list[str]:
    """SQLite's plan of the statement that finds the numbers of a page."""
    statements: list[tuple[str, object]] = []
    with db.tracer(lambda sql, values: statements.append((sql, values))):
        queries.search(db, query)
    sql, values = next((s, v) for s, v in statements if s.startswith("select number"))
    assert isinstance(values, dict)
    return [row[3] for row in db.execute(f"explain query plan {sql}", values)]


def test_a_common_beginning_of_a_host_is_met_going_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "WIDE_PREFIX", 0)
    db = open_writer(tmp_path / "tickets.db", create=True)
    assert _plans(db, Query(host="srv*")) == ["SCAN ticket"]
    monkeypatch.setattr(queries, "WIDE_PREFIX", 10)
    for query in (Query(host="srv*"), Query(host="srv*", tenant=HOME)):
        assert "COVERING INDEX ticket_host (host>? AND host<?)" in _plans(db, query)[0]
    db.close()


@pytest.fixture(scope="module")
def index() -> Database:
    db = Database(memory=True)
    db.execute("create virtual table ticket_fts using fts5(codes, notes)")
    return db


@given(text=st.text(), code=st.text())
def test_any_text_is_a_valid_expression(index: Database, text: str, code: str) -> None:
    expression = queries.match_expression(text, code)
    if expression:
        index.execute("select rowid from ticket_fts where ticket_fts match ?", [expression])


@given(word=st.text(st.characters(categories=["L", "Nd"], max_codepoint=0x17F), min_size=1))
def test_a_word_finds_itself(index: Database, word: str) -> None:
    index.execute("delete from ticket_fts")
    index.execute("insert into ticket_fts (notes) values (?)", [word])
    expression = queries.match_expression(word, None)
    (count,) = index.execute(
        "select count(*) from ticket_fts where ticket_fts match ?", [expression]
    ).fetchone()
    assert count == 1


def test_whichever_index_leads_the_same_tickets_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every combination of filters, by words or by rows, with a wide or a narrow beginning."""
    db = open_writer(tmp_path / "tickets.db", create=True)
    for number in range(120):
        made = ticket(
            f"srv-{number % 3}.corp.example",
            asked_by=f"U{number % 4}",
            owner="U9" if number % 5 == 0 else None,
            cause=f"cause-{number % 7}",
            codes=("0x904",) if number % 2 else ("0x7",),
            state="resolved" if number % 3 else "open",
            message="lost connection" if number % 2 else "connection",
            opened_at=later(number),
        )
        db.table("ticket").insert(new_ticket_row(made, None))
    filters: list[dict[str, Any]] = [
        {"host": "srv-1.corp.example"},
        {"host": "srv-*"},
        {"user": "U9"},
        {"user": "U1"},
        {"cause": "cause-3"},
        {"code": "0x904"},
        {"text": "lost"},
        {"text": "conn*", "state": "open"},
        {"state": "resolved"},
        {"since": later(20), "until": later(100)},
        {"tenant": HOME},
    ]
    found = {}
    for few, wide in ((400, 20_000), (-1, 20_000), (400, 5), (-1, 0)):
        monkeypatch.setattr(queries, "FEW", few)
        monkeypatch.setattr(queries, "WIDE_PREFIX", wide)
        found[few, wide] = [
            [each.number for each in queries.search(db, Query(**{**a, **b, **c})).tickets]
            for a, b, c in combinations(filters, 3)
        ]
    db.close()
    first, *others = found.values()
    assert all(other == first for other in others)
    assert sum(map(bool, first)) > 100
