"""The history on the command line: what is asked, and where it is asked."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from bot.cli.main import run
from bot.store.sqlite import SqliteStore
from tests.store.samples import ticket

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


HOSTS = ("srv-1", "srv-1.corp.example", "srv-10.corp.example", "srv-1-old.corp.example", "10.0.0.7")


async def filled(folder: Path) -> None:
    store = await SqliteStore.open(folder / "tickets.db")
    for host in HOSTS:
        await store.open_ticket(ticket(host), [], [])
    await store.close()


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("srv-1", [2, 1]),
        ("SRV-1", [2, 1]),
        ("srv-1.corp.example", [2]),
        ("SRV-1.corp.example.", [2]),
        ("srv-1*", [4, 3, 2, 1]),
        ("srv-1.corp*", [2]),
        ("10.0.0.7", [5]),
        ("corp", []),
    ],
)
def test_a_short_name_is_its_full_ones_too(
    config: str, capsys: pytest.CaptureFixture[str], host: str, wanted: list[int]
) -> None:
    asyncio.run(filled(Path(config).parent))
    assert run(["tickets", "list", "--host", host, "--json", "--config", config]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["number"] for line in told] == wanted


def test_what_is_no_host_is_told(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(filled(Path(config).parent))
    assert run(["tickets", "list", "--host", "srv 1;x", "--config", config]) == 2
    said = capsys.readouterr()
    assert (said.out, "--host" in said.err) == ("", True)


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_purge_asks_on_stderr_and_deletes_nothing_without_a_yes(
    config: str, answer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert run(["tickets", "purge", "--days", "30", "--config", config]) == 130
    said = capsys.readouterr()
    assert said.out == ""
    assert "older than 30 days for good?" in said.err
