"""`kb try`: what a change changes, said in words and as JSON; a bad file is only reported."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.catalog import load
from bot.cli.main import run as main
from bot.desk.differing import difference
from bot.desk.trial import Wish, compare
from bot.engine import Model
from tests.catalog.kit import CASES, CAUSE, FIX, QUESTION, TALK, small, with_probe_items

Run = Callable[..., tuple[int, str, str]]
SLOW = CAUSE.replace("The service is down, so nobody gets in.", "The line is slow.").replace(
    "how_common: common", "how_common: rare"
)
FILES = {
    **with_probe_items(small()),
    "causes/network/slow-line.md": SLOW,
    "causes/network/slow-line.cases.yaml": CASES.replace("talk: silent", "talk: TMP")
    .replace("talk: slow", "talk: silent")
    .replace("talk: TMP", "talk: slow"),
    "fixes/take-the-cable.md": FIX.replace("service-down", "slow-line").replace(
        "Start the service", "Take the cable"
    ),
    "evidence/talk.yaml": TALK.replace(
        "matches:", "  - {state: slow, if_cause: slow-line, how_often_seen: usually}\nmatches:"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge base of two causes, and settings that name it."""
    for file, text in FILES.items():
        path = tmp_path / "mine" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = tmp_path / "rdp-triage.toml"
    config.write_text('[knowledge]\nfolder = "mine"\n[targets]\nallow = []\n', encoding="utf-8")
    return tmp_path / "mine"


@pytest.fixture
def kb(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(folder.parent)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    def command(*words: str) -> tuple[int, str, str]:
        code = main(["kb", "try", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def draft(folder: Path, file: str, text: str) -> str:
    path = folder.parent / "draft" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


COMMON = SLOW.replace("how_common: rare", "how_common: 1")
SILENT = "evidence/talk.yaml"
BLAMED = FILES[SILENT].replace(
    "state: silent, if_cause: service-down, how_often_seen: usually",
    "state: silent, if_cause: service-down, how_often_seen: hardly ever",
)


def test_a_case_says_verdict_and_step_before_and_after(kb: Run, folder: Path) -> None:
    code, out, _ = kb(draft(folder, SILENT, BLAMED))
    assert code == 0
    assert "changed   evidence talk" in out
    assert "causes/port/service-down.cases.yaml:4  it is slow" in out
    assert "verdict  found: slow-line 0." in out
    assert "-> inconclusive: service-down 0." in out
    fixes = "fix take-the-cable (Take the cable) -> fix start-service (Start the service)"
    assert f"next     {fixes}" in out
    assert "2 do not hold any more" in out
    assert "Simulated sessions: of 1000 (seed 1)" in out


def test_the_same_as_json(kb: Run, folder: Path) -> None:
    code, out, _ = kb(draft(folder, SILENT, BLAMED), "--json", "--sessions", "200")
    assert code == 0
    found = json.loads(out)
    assert found["schema"] == 1
    assert found["differs"] == [{"kind": "evidence", "id": "talk", "how": "changed"}]
    assert found["cases"]["count"] == 6
    change = found["cases"]["changes"][0]
    assert change["before"]["state"] == "found"
    assert change["after"]["state"] != "found"
    assert change["complaint"]
    assert found["sessions"]["count"] == 200
    assert 0 < found["sessions"]["first_step_changes"] <= 1


def test_equal_seeds_tell_the_same(kb: Run, folder: Path) -> None:
    file = draft(folder, "causes/network/slow-line.md", COMMON)
    assert kb(file, "--seed", "7") == kb(file, "--seed", "7")


def test_workers_change_only_the_time() -> None:
    before = Model.of(load(FILES))
    after = Model.of(load({**FILES, "causes/network/slow-line.md": COMMON}))
    found = [compare(before, after, Wish(60, workers=each)) for each in (1, 2)]
    assert found[0] == found[1]
    assert found[0].sessions.planned > 4


def test_words_alone_move_nothing(kb: Run, folder: Path) -> None:
    text = FIX.replace("Start the service", "Begin the service")
    code, out, _ = kb(draft(folder, "fixes/start-service.md", text))
    assert code == 0
    assert "reworded  fix start-service" in out
    assert "of 6, 0 change their verdict, 0 their next step." in out
    assert "the change may touch 0; 0 of these were led." in out


def test_a_new_entry_is_added(kb: Run, folder: Path) -> None:
    text = FIX.replace("Start the service", "Wait").replace("effort: 5", "effort: 1")
    code, out, _ = kb(draft(folder, "fixes/wait.md", text.replace("usually", "nearly always")))
    assert code == 0
    assert "new       fix wait" in out
    assert "fix start-service (Start the service) -> fix wait (Wait)" in out


def test_a_bad_file_is_told_and_nothing_is_tried(kb: Run, folder: Path) -> None:
    text = QUESTION.replace("effort: 2", "effort: two")
    code, out, err = kb(draft(folder, "questions/is-it-on.yaml", text))
    assert code == 1
    assert out.splitlines() == [
        "with your file/questions/is-it-on.yaml:7:1: effort: 'two' is not one of 1, 2, 5, 10, 15,"
        " 30, 60, or a number from 0.1 to 480"
    ]
    assert "nothing was tried" in err


def test_a_breach_of_the_rules_is_told_too(kb: Run, folder: Path) -> None:
    code, out, _ = kb(draft(folder, "fixes/start-service.md", FIX.replace("undo: Stop", "# undo:")))
    assert code == 1
    assert "a fix of risk 1 says how to undo it" in out


def test_a_folder_is_compared_as_a_whole(kb: Run, folder: Path) -> None:
    for file, text in {**FILES, "causes/network/slow-line.md": COMMON}.items():
        draft(folder, file, text)
    code, out, _ = kb("draft")
    assert code == 0
    assert out.splitlines()[1:3] == ["  changed   cause slow-line", ""]
    assert kb("mine", "--against", "draft")[0] == 0


def test_a_revision_of_git_is_compared_with(kb: Run, folder: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        subprocess.run(["git", *who, *words], cwd=folder.parent, check=True, capture_output=True)

    git("init", "-q")
    git("add", "mine")
    git("commit", "-qm", "as it was")
    assert "name what it was with --against" in kb("mine", "--against", "HEAD")[2]
    (folder / "causes/network/slow-line.md").write_text(COMMON, encoding="utf-8")
    code, out, _ = kb("mine", "--against", "HEAD")
    assert code == 0
    assert "changed   cause slow-line" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mine/fixes/start-service.md"], "name what it was with --against"),
        (["rdp-triage.toml"], "where does it belong?"),
        (["mine", "--against", "nowhere"], "neither a folder nor a revision"),
        (["mine", "--against", "--output=x"], "neither a folder nor a revision"),
        (["nowhere"], "does not exist"),
        (["rdp-triage.toml", "--as", "fixes/Bad.md"], "fixes/Bad.md: where does it belong?"),
    ],
)
def test_what_cannot_be_tried_is_refused(kb: Run, words: list[str], told: str) -> None:
    code, out, err = kb(*words)
    assert (code, out) == (2, "")
    assert told in err


def test_a_file_from_elsewhere_is_told_its_place(kb: Run, folder: Path) -> None:
    file = draft(folder, "x.md", FIX.replace("effort: 5", "effort: 60"))
    code, out, _ = kb(file, "--as", "fixes/start-service.md")
    assert code == 0
    assert "changed   fix start-service" in out


@pytest.mark.parametrize(
    ("file", "old", "new", "how", "touched"),
    [
        ("fixes/start-service.md", "effort: 5", "effort: 60", "changed", {"service-down"}),
        ("fixes/start-service.md", "Start the", "Begin the", "reworded", set()),
        ("questions/is-it-on.yaml", "Is the host on?", "On?", "reworded", set()),
        ("questions/is-it-on.yaml", "effort: 2", "effort: 5", "changed", {"service-down"}),
        ("evidence/talk.yaml", "silent: nothing", "silent: nobody", "reworded", set()),
        ("causes/network/slow-line.md", "rare", "common", "changed", {"slow-line"}),
        ("settings.yaml", "escalation_cost: 75", "escalation_cost: 70", "changed", None),
    ],
)
def test_differences_are_named(
    file: str, old: str, new: str, how: str, touched: set[str] | None
) -> None:
    assert old in FILES[file]
    found = difference(load(FILES), load({**FILES, file: FILES[file].replace(old, new, 1)}))
    (entry,) = found.entries
    assert entry.how == how
    assert found.touched == touched
