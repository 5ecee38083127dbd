"""The history on the command line: what is asked, and where it is asked."""

import io
from pathlib import Path

import pytest

from bot.cli.main import run

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
