"""`kb explain`: entries and cases in words, with the numbers that the words stand for."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.cli.description import text
from bot.cli.main import run
from bot.desk.describing import describe, ids
from bot.engine import Model

ALL = load(shipped())


@pytest.fixture
def case(tmp_path: Path) -> Path:
    made = {
        "id": "c1",
        "evidence": {"ladder": "tls", "tls-hello": "closed", "server-kind": "windows"},
        "answers": {"does-another-user-get-in": "no"},
        "report": {"onset": "suddenly"},
    }
    path = tmp_path / "case.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["kb", "explain", *arguments]) == 0
    return capsys.readouterr().out


def parsed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(told(capsys, *arguments, "--json"))
    assert made["schema"] == 1
    return made


def test_a_cause_is_explained_from_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "private-key-unreadable")
    for part in (
        "private-key-unreadable  (cause)",
        ALL.causes["private-key-unreadable"].title.split()[0],
        "What points to it:",
        "What points away:",
        "Questions that help",
        "repair-machinekeys-permissions",
        "Sources: ",
        "Reviewed ",
    ):
        assert part in said
    (entry,) = parsed(capsys, "private-key-unreadable")["entries"]
    closed = next(
        each
        for each in entry["points_to_it"]
        if (each["item"], each["state"]) == ("tls-hello", "closed")
    )
    assert closed["points"] > 10
    assert closed["with_it"] == pytest.approx(0.62, abs=0.01)
    away = entry["points_away"]
    points = [round(each["points"], 6) for each in away]
    assert points == sorted(points)


@pytest.mark.parametrize(
    ("name", "kind", "keys"),
    [
        ("tls-hello", "evidence", {"states", "trust", "usual_state", "proves", "set_by"}),
        ("which-event-does-the-host-log", "question", {"ask", "answers", "where_to_look"}),
        ("turn-nla-off-as-a-test", "fix", {"cures", "risk", "undo", "goes_on_to", "price"}),
    ],
)
def test_every_kind_has_its_own_facts(
    capsys: pytest.CaptureFixture[str], name: str, kind: str, keys: set[str]
) -> None:
    (entry,) = parsed(capsys, name)["entries"]
    assert entry["kind"] == kind
    assert keys | {"id", "title", "source", "reviewed"} <= set(entry)


def test_every_entry_can_be_explained() -> None:
    model = Model.of(ALL)
    for name in ids(model):
        for entry in describe(model, name):
            said = text(entry)
            assert said.startswith(f"{name}  (")
            assert entry["title"].split()[0] in said
            json.dumps(entry)


def test_an_unknown_id_is_named_with_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "explain", "certificate-expird"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "did you mean certificate-expired" in said.err


@pytest.mark.parametrize("arguments", [[], ["tls-hello", "--case", "x.json"]])
def test_it_takes_an_id_or_a_case(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(["kb", "explain", *arguments]) == 2
    assert "either an ID or --case" in capsys.readouterr().err


def test_a_case_shows_the_step_the_others_and_sheets_that_add_up(
    capsys: pytest.CaptureFixture[str], case: Path
) -> None:
    made = parsed(capsys, "--case", str(case))
    assert made["id"] == "c1"
    everybody = sum(10 ** (each["points"] / 10) for each in made["causes"])
    assert everybody == pytest.approx(made["shares"], rel=1e-3)
    for cause in made["causes"]:
        assert 10 ** (cause["points"] / 10) / everybody == pytest.approx(cause["probability"])
    for sheet in made["sheets"]:
        lines = [sheet["start"], *sheet["lines"], sheet["rest"]]
        assert sum(line["points"] for line in lines) == pytest.approx(sheet["total"], abs=1e-9)
        assert sheet["shares"] / made["shares"] == pytest.approx(sheet["probability"], rel=0.002)
    more = [each["more"] for each in made["not_taken"]]
    assert more
    assert more == sorted(more)
    assert made["next"]["why"].endswith(".")


def test_the_same_case_in_words(capsys: pytest.CaptureFixture[str], case: Path) -> None:
    said = told(capsys, "--case", str(case))
    for part in ("c1: ", "Next, ", "Not taken, ", "Does another user get in? No", "in all: "):
        assert part in said
    assert "Further causes" in said or "more causes together" in said


def test_what_is_not_counted_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    question = ALL.questions["which-event-does-the-host-log"]
    twin = next(each for each in ALL.evidence.values() if each.same_check == question.same_check)
    path = tmp_path / "twice.json"
    twice = {"evidence": {twin.id: twin.usual_state}, "answers": {question.id: "key"}}
    path.write_text(json.dumps(twice), encoding="utf-8")
    made = parsed(capsys, "--case", str(path))
    assert len(made["not_counted"]) == 1


def test_a_case_that_names_what_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"evidence": {"ladder": "sideways"}}', encoding="utf-8")
    assert run(["kb", "explain", "--case", str(path)]) == 2
    assert "sideways" in capsys.readouterr().err
