"""`kb check`: whose knowledge it reads, and which proof cases it notes as about to tip."""

import re
from pathlib import Path

import pytest

from bot.catalog import load, shipped
from bot.cli.main import run
from bot.desk.proof import CLOSE, margins
from tests.catalog.kit import small, with_probe_items


def written(folder: Path, files: dict[str, str]) -> Path:
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def test_cases_that_hold_by_little_are_noted() -> None:
    files = shipped()
    notes = margins(load(files))
    assert notes
    for note in notes:
        found = re.match(r"holds by (0\.\d+): ([a-z0-9-]+) (0\.\d+), then", note.message)
        assert found, note.message
        assert float(found[1]) <= CLOSE
        assert note.file.endswith(f"/{found[2]}.cases.yaml")
        assert files[note.file].splitlines()[note.line - 1] == "- expect: first"
        assert ": note: holds by" in str(note)


def test_notes_are_no_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "check", "--margins"]) == 0
    out, err = capsys.readouterr()
    assert "knowledge/causes/" in out
    assert ": note: " in out
    assert "0 errors, 0 warnings" in err


def test_the_folder_of_the_settings_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path / "mine", with_probe_items(small()))
    config = tmp_path / "rdp-triage.toml"
    config.write_text('[knowledge]\nfolder = "mine"\n[targets]\nallow = []\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run(["kb", "check"])
    assert f"{folder}/causes/port/service-down.cases.yaml" in capsys.readouterr().out
    assert run(["kb", "explain", "service-down"]) == 0
    assert "The service is down" in capsys.readouterr().out
    (folder / "fixes/start-service.md").write_text("---\nrisk: 9\n---\nx\n", encoding="utf-8")
    for command in (["kb", "explain", "service-down"], ["code", "0x904"], ["kb", "simulate"]):
        assert run(command) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert f"{folder}/fixes/start-service.md:2:1: risk:" in err


def test_a_folder_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rdp-triage.toml").write_text('[knowledge]\nfolder = "mine"\n[targets]\nallow = []\n')
    for command in (["kb", "check"], ["kb", "explain", "a"], ["code", "0x904"]):
        assert run(command) == 2
        assert f"{tmp_path}/mine is not a folder" in capsys.readouterr().err


def test_a_case_that_another_look_alike_wins_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = dict(shipped())
    name = "causes/name/short-name-not-completed.cases.yaml"
    files[name] = files[name].replace("winner: name-not-found", "winner: host-down-or-asleep", 1)
    folder = written(tmp_path / "mine", files)
    assert run(["kb", "check", str(folder)]) == 1
    said = capsys.readouterr().out
    assert f"{name}:7:1: expected host-down-or-asleep first, but name-not-found" in said
