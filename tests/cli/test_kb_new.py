"""`kb new`: whole files with marks, nothing overwritten, nothing half written."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.catalog import KnowledgeError, load, read_folder, shipped
from bot.catalog.likeness import alike
from bot.catalog.lint_worth import Item, rows
from bot.cli.main import run as main
from tests.catalog.kit import CAUSE, small, with_probe_items

FILES = with_probe_items(small())
LADDER = "evidence/ladder.yaml"
WHOLE_CAUSE = ["new", "cause", "badge-broken", "--layer", "session"]
WHOLE_CAUSE += ["--fix", "mend-badge", "--fix", "other-badge", "--question", "is-it-broken"]
WHOLE_CAUSE += ["--by", "Ada", "--title"]
TITLE = 'The "badge": broken.'

FILLED = {
    "who_feels_it": "user",
    "how_common": "rare",
    "how_often_seen": "usually",
    "how_well": "usually",
    "effort": "5",
    "who_can": "helper",
    "risk": "1",
    "winner": "service-down",
    "state": "session",
    "ladder": "session",
    "not_sure_share": "seldom",
    "yes": "half",
}
"""What a person writes where only some words or numbers fit; elsewhere any text does."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    says = "says:\n  - {state: port, if_cause: service-down, how_often_seen: usually}\n"
    whole = {**FILES, LADDER: FILES[LADDER].replace("source:", f"{says}# why\nsource:", 1)}
    for file, text in whole.items():
        (made / file).parent.mkdir(parents=True, exist_ok=True)
        (made / file).write_text(text, encoding="utf-8")
    return made


@dataclass(frozen=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def kb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def command(*words: str) -> Done:
        code = main(["kb", *words])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return command


@pytest.fixture
def run(kb: Run) -> Run:
    return lambda folder, *words: kb(*words, "--folder", str(folder))


def state_of(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def fill(text: str) -> str:
    """Write something fitting over every mark."""
    for field, word in FILLED.items():
        text = re.sub(rf'\b{field}: "<FILL IN [^"]*"', f"{field}: {word}", text)
    text = re.sub(r'\{said: "<FILL IN [^"]*"', "{said: seldom", text)
    text = text.replace("yes: half\n", "yes: It is\n")
    return re.sub(r"<FILL IN [^<>]*>", "some text", text)


def test_a_new_cause_is_whole(folder: Path, run: Run) -> None:
    done = run(folder, *WHOLE_CAUSE, TITLE)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{folder}/{file}"
        for file in (
            "causes/session/badge-broken.md",
            "causes/session/badge-broken.cases.yaml",
            "fixes/mend-badge.md",
            "fixes/other-badge.md",
            "questions/is-it-broken.yaml",
            LADDER,
        )
    ]
    assert not list(folder.rglob(".new-*"))


def test_every_mark_is_named_with_its_place(folder: Path, run: Run, kb: Run) -> None:
    run(folder, *WHOLE_CAUSE, TITLE)
    marks = 0
    done = kb("check", str(folder))
    assert done.exit_code == 1
    told = done.stdout.splitlines()
    for path in folder.rglob("*.*"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in re.finditer(r"<FILL IN ([^<>]*)>", line):
                marks += 1
                words = re.escape(f"still the scaffold's text; write {found[1]}")
                place = rf"{re.escape(str(path))}:{number}:\d+: .*: {words}"
                assert any(re.fullmatch(place, each) for each in told), line
    assert len(told) == marks > 30


def test_once_filled_in_it_is_read(folder: Path, run: Run) -> None:
    run(folder, *WHOLE_CAUSE, TITLE)
    with pytest.raises(KnowledgeError):
        load(read_folder(folder))
    catalog = load({file: fill(text) for file, text in read_folder(folder).items()})
    cause = catalog.causes["badge-broken"]
    assert (cause.title, cause.layer, cause.reviewed.by) == (TITLE, "session", "Ada")
    assert [cure.cause for cure in catalog.fixes["other-badge"].cures] == ["badge-broken"]
    assert [says.cause for says in catalog.questions["is-it-broken"].says] == ["badge-broken"]
    assert ("badge-broken", "session") in {
        (says.cause, says.state) for says in catalog.evidence["ladder"].says
    }


@pytest.mark.parametrize("kind", ["fix", "question", "evidence"])
def test_the_other_kinds_are_about_a_cause(folder: Path, kind: str, run: Run) -> None:
    done = run(folder, "new", kind, "something", "--cause", "service-down")
    assert done.exit_code == 0, done.stderr
    load({file: fill(text) for file, text in read_folder(folder).items()})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("new cause service-down --layer session", "causes/port/service-down.md exists already"),
        ("new fix start-service", "fixes/start-service.md exists already"),
        ("new cause a --layer port --fix start-service", "fixes/start-service.md exists already"),
        ("new cause Bad_Name --layer port", "'Bad_Name' is not an id"),
        ("new cause ../../x --layer port", "'../../x' is not an id"),
        ("new cause other --layer port", "'other' is not an id"),
        ("new cause a --layer prot", "unknown layer 'prot'; did you mean 'port'?"),
        ("new cause a", "--layer is missing; it is one of name, network, port"),
        ("new fix a --layer port", "--layer, --fix, --question and --like go with a cause"),
        ("new fix a --cause nobody", "--cause nobody: there is no such cause"),
        ("new cause a --layer port --like nobody", "--like nobody: there is no such cause"),
        ("new cause a --layer port --cause b", "--cause goes with a fix"),
    ],
)
def test_what_cannot_be_done_writes_nothing(
    folder: Path, arguments: str, told: str, run: Run
) -> None:
    before = state_of(folder)
    done = run(folder, *arguments.split())
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert state_of(folder) == before


def test_a_failure_in_the_middle_leaves_the_folder_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    before = state_of(folder)

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device", target)

    monkeypatch.setattr("bot.catalog.writing.shutil.copymode", full)
    done = run(folder, *WHOLE_CAUSE, TITLE)
    assert done.exit_code == 2
    assert "No space left on device; nothing was written" in done.stderr
    assert state_of(folder) == before


def test_without_hard_links_nothing_is_overwritten_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(self))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    assert run(folder, "new", "fix", "a").exit_code == 0
    assert "<FILL IN" in (folder / "fixes/a.md").read_text(encoding="utf-8")
    assert not list(folder.rglob(".new-*"))


def test_a_ladder_without_a_place_for_the_row_is_left_alone(folder: Path, run: Run) -> None:
    path = folder / LADDER
    path.write_text(re.sub(r"says:\n.*\n", "says: []\n", path.read_text()), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    done = run(folder, "new", "cause", "a", "--layer", "port")
    assert done.exit_code == 0
    assert path.read_text(encoding="utf-8") == before
    assert "Add this line to says of" in done.stderr
    assert "if_cause: a," in done.stderr


def test_the_shipped_knowledge_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kb: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    done = kb("new", "fix", "a")
    assert done.exit_code == 2
    assert "cp -r" in done.stderr
    assert 'folder = "my-knowledge"' in done.stderr


def test_the_folder_of_the_settings_is_used(folder: Path, kb: Run) -> None:
    config = folder.parent / "rdp-triage.toml"
    config.write_text('[knowledge]\nfolder = "mine"\n[targets]\nallow = []\n', encoding="utf-8")
    done = kb("new", "fix", "a", "--config", str(config))
    assert done.exit_code == 0, done.stderr
    assert (folder / "fixes/a.md").exists()
    checked = kb("check", "--config", str(config))
    assert f"{folder}/fixes/a.md:2:1: title: still the scaffold's text" in checked.stdout


def test_a_folder_that_is_none_is_named(tmp_path: Path, run: Run) -> None:
    assert "is not a folder" in run(tmp_path / "nowhere", "new", "fix", "a").stderr
    assert "settings.yaml is missing" in run(tmp_path, "new", "fix", "a").stderr


def test_a_look_alike_is_spoken_of_like_its_model(folder: Path, run: Run) -> None:
    talk = folder / "evidence/talk.yaml"
    more = "  # service-down, too\n  - if_cause:\n      - service-down\n    states: {slow: 0.1}\n"
    text = talk.read_text(encoding="utf-8").replace("says:\n", f"says:\n{more}")
    talk.write_text(text, encoding="utf-8")
    before = read_folder(folder)
    done = run(folder, "new", "cause", "twin", "--layer", "port", "--like", "service-down")
    assert done.exit_code == 0, done.stderr
    after = read_folder(folder)
    changed = {file for file in before if before[file] != after[file]}
    assert changed == {LADDER, "evidence/talk.yaml", "questions/is-it-on.yaml"}
    catalog = load({file: fill(text) for file, text in after.items()})
    items: list[Item] = [*catalog.evidence.values(), *catalog.questions.values()]
    for item in items:
        table = rows(item)
        assert table.get("twin") == table.get("service-down"), item.id
    for file in changed:  # nothing else was touched
        lines = after[file].replace("[service-down, twin]", "service-down").splitlines()
        assert [line for line in lines if "twin" not in line] == before[file].splitlines()


@pytest.mark.parametrize("known", ["certificate-expired", "smart-card-sign-in-fails"])
def test_every_line_about_a_shipped_cause_can_be_copied(known: str) -> None:
    files = shipped()
    made = {**files, **alike(files, known, "a-new-one")}
    made["causes/port/a-new-one.md"] = CAUSE
    catalog = load(made)
    items: list[Item] = [*catalog.evidence.values(), *catalog.questions.values()]
    for item in items:
        table = rows(item)
        assert table.get("a-new-one") == table.get(known), item.id
