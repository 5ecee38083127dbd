"""`lab score`: the verdicts on the lab beside its truth, and that a wrong one would show."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import labscore
from bot.cli.labscore import KINDS, judged, summary, table
from bot.cli.main import run
from bot.lab.jumpbox import JumpboxState
from bot.lab.truth import CASES


def test_the_score_reaches_its_goal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "score", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == len(told["cases"]) == len(CASES)
    assert told["right_share"] >= 0.95, [
        each for each in told["cases"] if each["result"] != "right"
    ]
    assert told["results"]["confident"] == 0
    assert sum(told["results"].values()) == told["total"]


def test_the_lab_covers_every_rung() -> None:
    faults = [each for each in CASES if each.cause or each.box != "ok"]
    assert len(faults) >= 25
    assert len({each.name for each in CASES}) == len(CASES)
    assert {each.state for each in CASES} == set(JumpboxState)


@pytest.mark.parametrize(
    ("truth", "kind"),
    [
        ("certificate-expired", "right"),
        ("certificate-name-mismatch", "layer"),
        ("firewall-blocks-port", "wrong"),
        (None, "wrong"),
    ],
)
async def test_a_verdict_that_is_not_the_truth_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truth: str | None, kind: str
) -> None:
    case = next(each for each in CASES if each.name == "srv-app-07")
    monkeypatch.setattr(labscore, "CASES", (replace(case, cause=truth),))
    found = await judged(tmp_path)
    assert [each.kind for each in found] == [kind]
    assert summary(found)["results"] == {name: int(name == kind) for name in KINDS}
    assert "certificate-expired" in table(found)
    monkeypatch.setattr(labscore, "CONFIDENT", 0.1)
    sure = {"wrong": "confident"}.get(kind, kind)
    assert [each.kind for each in await judged(tmp_path)] == [sure]
