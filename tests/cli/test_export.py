"""The export: every ticket, every field, and nothing that a spreadsheet would run."""

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli.common import cell
from bot.cli.export import COLUMNS, MORE, PAGE
from bot.cli.main import run
from bot.store.base import Ticket
from bot.store.sqlite import SqliteStore
from tests.cli.test_tickets import SETTINGS
from tests.store.samples import event, ticket

HOSTILE = '=HYPERLINK("http://evil";"x")\n@SUM(1)'


def exported(
    folder: Path, tickets: Sequence[Ticket], capsys: pytest.CaptureFixture[str], *options: str
) -> str:
    config = folder / "rdp-triage.toml"
    config.write_text(SETTINGS, encoding="utf-8")

    async def fill() -> None:
        store = await SqliteStore.open(folder / "tickets.db")
        for each in tickets:
            await store.open_ticket(each, [event("opened", places=["dc1"])], [])
        await store.close()

    asyncio.run(fill())
    assert run(["tickets", "export", *options, "--config", str(config)]) == 0
    return capsys.readouterr().out


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_ticket_is_there_once_newest_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    made = [ticket(f"srv-{number}") for number in range(PAGE + 5)]
    text = exported(tmp_path, made, capsys, "--format", form)
    found = rows(text) if form == "csv" else [json.loads(line) for line in text.splitlines()]
    assert [int(row["number"]) for row in found] == list(range(PAGE + 5, 0, -1))
    assert list(found[0]) == (COLUMNS if form == "csv" else ["schema", *COLUMNS])


def test_without_tickets_the_headings_stand_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exported(tmp_path, [], capsys, "--format", "csv") == ",".join(COLUMNS) + "\n"
    assert exported(tmp_path, [], capsys) == ""


def test_in_full_nothing_of_a_ticket_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ticket(
        owner="U2",
        via="dc1",
        gateway="rdg:443",
        names=("A", "B"),
        message="m",
        notes="n",
        signature="s",
        channel="C1",
        card="1.0",
        body={"phase": "waiting"},
    )
    (row,) = rows(exported(tmp_path, [given], capsys, "--format", "csv", "--full"))
    assert list(row) == [*COLUMNS, *MORE]
    assert all(row[name] for name in MORE)
    assert row["names"] == "A B"
    (line,) = exported(tmp_path / "", [], capsys, "--full").splitlines()
    found = json.loads(line)
    assert list(found) == ["schema", *COLUMNS, *MORE, "body", "events"]
    assert found["events"][0]["data"] == {"places": ["dc1"]}
    fields = set(Ticket.__dataclass_fields__) - {"tenant", "version"}
    assert fields <= found.keys()


def test_no_cell_begins_a_formula_and_every_row_stays_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = ticket(
        asked_by="@" + HOSTILE,
        codes=("-2147", "+1"),
        message=HOSTILE,
        notes=f"  {HOSTILE}",
        names=(HOSTILE,),
        gateway="\t=1",
    )
    text = exported(tmp_path, [hostile, hostile], capsys, "--format", "csv", "--full")
    for row in rows(text):
        assert None not in row
        for name, value in row.items():
            assert not value.lstrip()[:1] or value.lstrip()[0] not in "=+-@\t\r", name
        assert row["message"] == f"'{HOSTILE}"


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "\uff1d1"]
)
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["srv-1", "", None, 5, -5, "a=b", "10.1.2.3"])
def test_anything_else_stays_as_it_is(value: object) -> None:
    assert cell(value) == value


@pytest.mark.parametrize("name", [*COLUMNS, *MORE, "events", "body"])
def test_every_field_is_documented(name: str) -> None:
    page = Path("docs/cli.md").read_text(encoding="utf-8")
    assert f"`{name}`" in page.partition("## `tickets export`")[2].partition("\n## ")[0]
