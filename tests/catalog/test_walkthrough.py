"""The walkthrough of docs/knowledge.md: what it types and writes leads where it says."""

import json
import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.catalog import load, read_folder
from bot.catalog.lint import check
from bot.cli.main import run

HOME = Path(__file__).parents[2]
PAGE = (HOME / "docs" / "knowledge.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"(?ms)^```([a-z]+/[^\n]+)\n(.*?)^```$", PAGE))
JSON = [json.loads(text) for text in re.findall(r"(?ms)^```json\n(.*?)^```$", PAGE)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy with what the page's ``kb new`` makes in it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(HOME / "knowledge", "my-knowledge")
    (typed,) = re.findall(r"(?ms)^    rdp-triage (kb new cause smart.*?[^\\])$", PAGE)
    assert run(shlex.split(typed.replace("\\\n", " "))) == 0
    return tmp_path / "my-knowledge"


def test_the_walkthrough_ends_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert all((folder / file).exists() for file in FILES)
    assert run(["kb", "check", "my-knowledge"]) == 1
    told = capsys.readouterr().out
    assert {line.split(":")[0].removeprefix("my-knowledge/") for line in told.splitlines()} == set(
        FILES
    )
    for file, text in FILES.items():
        (folder / file).write_text(text, encoding="utf-8")
    catalog = load(read_folder(folder))
    assert check(catalog, date(2026, 11, 28)) == []
    assert "smart-card-pin-blocked" in catalog.causes


def test_what_the_page_quotes_of_kb_check_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = re.findall(r"(?m)^    (my-knowledge/fixes/.*)\n    (.*)$", PAGE)
    run(["kb", "check", "my-knowledge"])
    (line,) = quoted
    assert " ".join(line) in capsys.readouterr().out.splitlines()


def test_the_editors_settings_name_what_exists() -> None:
    settings, tasks = JSON
    for schema, files in settings["yaml.schemas"].items():
        assert (HOME / "knowledge" / schema.removeprefix("my-knowledge/")).is_file()
        assert list((HOME / "knowledge").glob(files.removeprefix("my-knowledge/")))
    pattern = tasks["tasks"][0]["problemMatcher"]["pattern"]
    for line, severity in (("a/b.md:3:1: risk: 4", None), ("a/b.md:3:1: warning: x", "warning")):
        found = re.match(pattern["regexp"], line)
        assert found
        assert found[pattern["file"]] == "a/b.md"
        assert (found[pattern["line"]], found[pattern["column"]]) == ("3", "1")
        assert found[pattern["severity"]] == severity
