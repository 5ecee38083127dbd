import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.store.rows import (
    event_row,
    event_value,
    export_row,
    iso,
    new_ticket_row,
    packed,
    ticket_value,
    unpacked,
)
from tests.store.samples import NOON, event, later, ticket

KEYS = (
    "number host port asked_by opened_at closed_at state outcome cause fix codes vantages "
    "knowledge epoch steps"
)
TEXT = st.text()
PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.dictionaries(PLAIN, st.none() | st.integers() | PLAIN | st.lists(PLAIN))
TIMES = st.datetimes(timezones=st.timezones())


@given(message=PLAIN, codes=st.lists(PLAIN), body=JSON, opened=TIMES)
def test_a_ticket_round_trip(message: str, codes: list[str], body: Any, opened: datetime) -> None:
    opened = opened.replace(year=max(2, min(opened.year, 9998)))
    value = ticket(message=message, codes=tuple(codes), body=body, opened_at=opened, version=1)
    row = {**new_ticket_row(value, None), "number": 0}
    assert ticket_value(row) == replace(value, opened_at=opened.astimezone(UTC))


@given(text=TEXT)
def test_any_text_can_be_kept(text: str) -> None:
    row = new_ticket_row(ticket(text, codes=(text,), notes=text, body={"x": text}), None)
    for value in row.values():
        str(value).encode()  # raises for what the database cannot hold
    assert ticket_value({**row, "number": 1}).body == {"x": text}


@given(first=TIMES, second=TIMES)
def test_text_order_of_times_is_their_order(first: datetime, second: datetime) -> None:
    first, second = (each.replace(year=max(2, min(each.year, 9998))) for each in (first, second))
    first, second = first.astimezone(UTC), second.astimezone(UTC)
    assert (iso(first) < iso(second)) == (first < second)


@given(data=JSON)
def test_an_event_round_trip(data: Any) -> None:
    value = replace(event(), data=data)
    assert event_value({**event_row(1, value), "number": 3}) == replace(value, number=3)


@given(files=st.dictionaries(PLAIN, PLAIN))
def test_files_round_trip(files: dict[str, str]) -> None:
    assert unpacked(packed(files)) == files


def test_the_export_has_exactly_its_keys() -> None:
    row = export_row(
        ticket(codes=("0x904",), vantages=("jump1",), closed_at=later(60), outcome="word")
    )
    assert " ".join(row) == KEYS
    assert row["opened_at"] == "2026-03-01T12:00:00.000000+00:00"
    assert row["closed_at"] == "2026-03-01T12:01:00.000000+00:00"
    assert (row["codes"], row["vantages"], row["outcome"]) == (["0x904"], ["jump1"], "word")
    assert json.loads(json.dumps(row)) == row
    assert export_row(ticket())["closed_at"] is None
    assert datetime.fromisoformat(row["opened_at"]) == NOON
