"""The history on the command line: what is asked, and where it is asked."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from bot.cli.main import run
from bot.store.sqlite import SqliteStore
from tests.store.samples import event, ticket

SETTINGS = '[targets]\nallow = ["*.corp.example"]\n[store]\npath = "tickets.db"\n'


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "rdp-triage.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return str(path)


def test_a_state_that_does_not_exist_is_a_mistake(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tickets", "list", "--state", "closed", "--config", config]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "'closed' is not one of" in said.err


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_purge_asks_on_stderr_and_deletes_nothing_without_a_yes(
    config: str, answer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert run(["tickets", "purge", "--days", "30", "--config", config]) == 130
    said = capsys.readouterr()
    assert said.out == ""
    assert "older than 30 days for good?" in said.err


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("srv-app-07", ["srv-app-07.corp.example", "srv-app-07"]),
        ("SRV-APP-07.corp.example", ["srv-app-07.corp.example"]),
        ("srv-app-0*", ["srv-app-078", "srv-app-07.corp.example", "srv-app-07"]),
        ("srv-app", []),
    ],
)
def test_a_host_is_found_by_its_short_name_and_by_its_beginning(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: str, found: list[str]
) -> None:
    async def fill() -> None:
        store = await SqliteStore.open(tmp_path / "tickets.db")
        for host in ("srv-app-07", "srv-app-07.corp.example", "srv-app-078", "srv-b"):
            await store.open_ticket(ticket(host), [event("opened", places=["dc1"])], [])
        await store.close()

    asyncio.run(fill())
    assert run(["tickets", "list", "--host", typed, "--json", "--config", config]) == 0
    hosts = [json.loads(line)["host"] for line in capsys.readouterr().out.splitlines()]
    assert hosts == found


def test_what_is_no_host_is_said_to_be_none(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tickets", "list", "--host", "srv app", "--config", config]) == 2
    assert "--host" in capsys.readouterr().err
