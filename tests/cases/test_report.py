"""The report on real cases: its figures on made-up ones, and what it says about bad input."""

import json
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.catalog import load, shipped
from tests.cases.reading import BadInput, cases_of, groups_of, tags_of
from tests.cases.report import TAGS, main
from tests.cases.scoring import loss
from tests.cases.summary import TARGETS, interval

BLOCKED: dict[str, Any] = {
    "id": "t1",
    "evidence": {"ladder": "nla", "nla-answer": "error", "ntlm": "blocked"},
    "truth": {"cause_tag": "no-ntlm", "layer": "nla-credssp"},
}
NAMELESS: dict[str, Any] = {
    "id": "t2",
    "evidence": {"ladder": "name", "name-lookup": "nxdomain"},
    "truth": {"cause_tag": "no-name", "layer": "name"},
}
VAGUE: dict[str, Any] = {
    "id": "t3",
    "message": "It does not work.",
    "truth": {"cause_tag": "bad-password", "layer": "credentials-policy"},
}
CASES = (BLOCKED, NAMELESS, VAGUE)
MEANING = """
no-ntlm: [ntlm-blocked]
no-name: [name-not-found, client-dns-differs]
bad-password: [wrong-credentials]
"""


class Desk:
    """A folder with inputs, and the report run on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def lines(self, *cases: Any, name: str = "cases.jsonl") -> Path:
        return self.write(name, "\n".join(json.dumps(case) for case in cases))

    def groups(self, families: Sequence[Sequence[str]] = (), **entries: Any) -> Path:
        text = json.dumps({"groups": entries, "families": families})
        return self.write("groups.json", text)

    def run(self, *more: Any, cases: Sequence[Any] = CASES, tags: str = MEANING) -> Result:
        path, meaning = self.lines(*cases), self.write("tags.yaml", tags)
        given = [str(each) for each in (path, "--tags", meaning, *more)]
        return CliRunner().invoke(main, given)

    def figures(self, *more: Any, cases: Sequence[Any] = CASES, tags: str = MEANING) -> Any:
        result = self.run("--json", *more, cases=cases, tags=tags)
        assert result.exit_code == 0, result.output
        return json.loads(result.output)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def share(figures: Any, name: str, of: str = "all") -> Any:
    chosen = next(each for each in figures["sets"] if each["name"] == of)
    return next(each for each in chosen["shares"] if each["name"] == name)


def test_right_causes_count(desk: Desk) -> None:
    figures = desk.figures(cases=[BLOCKED, NAMELESS])
    assert share(figures, "top-1")["value"] == 1.0
    assert share(figures, "true layer first")["value"] == 1.0
    assert share(figures, "confident mistakes")["value"] == 0.0
    assert [case["first"][0]["id"] for case in figures["cases"]] == [
        "ntlm-blocked",
        "name-not-found",
    ]


def test_a_wrong_meaning_lowers_the_score(desk: Desk) -> None:
    wrong = MEANING.replace("ntlm-blocked", "path-mtu-black-hole")
    right, worse = desk.figures(), desk.figures(tags=wrong)
    assert share(worse, "top-1")["value"] < share(right, "top-1")["value"]
    assert share(worse, "confident mistakes")["value"] > 0
    assert worse["sets"][0]["mistakes"] == ["t1"]
    assert worse["sets"][0]["losses"][0]["value"] > right["sets"][0]["losses"][0]["value"]


def test_the_engine_never_reads_the_truth(desk: Desk) -> None:
    honest = desk.figures()
    lied = [{**case, "truth": {"cause_tag": "no-name", "layer": "name"}} for case in CASES]
    fooled = desk.figures(cases=lied)
    for before, after in zip(honest["cases"], fooled["cases"], strict=True):
        assert (before["state"], before["first"]) == (after["state"], after["first"])
    assert share(fooled, "top-1")["value"] < share(honest, "top-1")["value"]


def test_a_tag_that_no_cause_answers_to_is_a_miss(desk: Desk) -> None:
    figures = desk.figures(cases=[BLOCKED], tags="no-name: [name-not-found]")
    assert share(figures, "top-3")["value"] == 0.0
    assert figures["cases"][0]["rank"] is None
    assert figures["sets"][0]["mistakes"] == ["t1"]


def test_groups_have_figures_of_their_own(desk: Desk) -> None:
    groups = desk.groups(
        t1={"group": "wire"}, t2={"group": "told"}, t3={"group": "open"}, t99={"group": "open"}
    )
    figures = desk.figures("--groups", groups)
    counts = {each["name"]: each["count"] for each in figures["sets"]}
    assert counts == {"all": 3, "wire": 1, "told": 1, "wire+told": 2, "open": 1}
    assert share(figures, "open honest", "open")["value"] == 1.0
    assert share(figures, "open honest", "open")["verdict"] == "met"
    with pytest.raises(StopIteration):
        share(figures, "open honest", "all")


def test_an_early_judgement_of_an_open_case_is_not_honest(desk: Desk) -> None:
    figures = desk.figures("--groups", desk.groups(t1={"group": "open"}), cases=[BLOCKED])
    assert share(figures, "open honest", "open")["value"] == 0.0


@pytest.mark.parametrize("way", ["equals", "families"])
def test_kin_tags_are_right_but_not_strictly(desk: Desk, way: str) -> None:
    entry = {"group": "wire", "equals": ["no-ntlm"] if way == "equals" else []}
    families = [["no-name", "no-ntlm"]] if way == "families" else []
    case = {**BLOCKED, "truth": NAMELESS["truth"]}
    groups = desk.groups(families, t1=entry)
    figures = desk.figures("--groups", groups, cases=[case, {**BLOCKED, "id": "t9"}])
    top = share(figures, "top-1", "wire")
    assert (top["value"], top["strict"]) == (1.0, 0.0)
    assert (top["verdict"], top["strict_verdict"]) == ("met", "missed")
    assert share(figures, "true layer first", "wire")["value"] == 1.0


def test_the_text_names_targets_and_confident_mistakes(desk: Desk) -> None:
    wrong = MEANING.replace("ntlm-blocked", "path-mtu-black-hole")
    result = desk.run("--groups", desk.groups(t1={"group": "wire"}), tags=wrong)
    assert result.exit_code == 0
    assert "target >= 90 %: missed" in result.output
    assert "confidently wrong: t1 no-ntlm: ntlm-blocked at 0." in result.output
    assert "priors alone" in result.output


def test_equal_input_gives_equal_text(desk: Desk) -> None:
    assert desk.run().output == desk.run().output


def test_every_target_belongs_to_a_figure_that_is_shown(desk: Desk) -> None:
    groups = desk.groups(t1={"group": "wire"}, t2={"group": "told"}, t3={"group": "open"})
    figures = desk.figures("--groups", groups)
    shown = {
        (each["name"], share["name"])
        for each in figures["sets"]
        for share in each["shares"]
        if share["target"]
    }
    assert shown == set(TARGETS)


def test_several_right_causes_are_one_class() -> None:
    shares = {"a": 0.3, "b": 0.2, "c": 0.4, "other": 0.1}
    both = loss(shares, ["a", "b"])
    assert both.log == pytest.approx(-log(0.5))
    assert both.brier == pytest.approx(0.5**2 + 0.4**2 + 0.1**2)
    assert loss(shares, []).log == pytest.approx(-log(0.1))
    assert loss({"a": 1.0}, ["a"]).brier == 0.0


def test_the_interval_holds_the_share_and_narrows_with_more_cases() -> None:
    few, many = interval([True, False] * 5, "x"), interval([True, False] * 100, "x")
    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert interval([True] * 9, "x") == (1.0, 1.0)


TRUTH = BLOCKED["truth"]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"truth": TRUTH}, "needs a name"),
        ({"id": "t1"}, "nothing to score against"),
        ({"id": "t1", "truth": {"cause_tag": "x", "layer": "moon"}}, "the layer of the truth"),
        ({"id": "t1", "truth": TRUTH, "colour": "red"}, "unknown key 'colour'"),
        ({"id": "t1", "truth": TRUTH, "report": {"mood": "bad"}}, "mood"),
        ({"id": "t1", "truth": TRUTH, "evidence": {"ladder": "moon"}}, "moon"),
        ([], "a case is a JSON object"),
    ],
)
def test_a_bad_case_is_named(desk: Desk, case: Any, said: str) -> None:
    result = desk.run(cases=[case])
    assert result.exit_code == 2
    assert said in result.output
    assert "cases.jsonl:1" in result.output


def test_bad_files_are_named(desk: Desk) -> None:
    with pytest.raises(BadInput, match=r"absent.jsonl cannot be read"):
        cases_of([desk.folder / "absent.jsonl"])
    with pytest.raises(BadInput, match="it is empty"):
        cases_of([desk.write("empty.jsonl", "\n")])
    with pytest.raises(BadInput, match=r"broken.jsonl:1: not JSON"):
        cases_of([desk.write("broken.jsonl", "{")])
    with pytest.raises(BadInput, match=r"twice.jsonl:2: the id 't1' was there before"):
        cases_of([desk.lines(BLOCKED, BLOCKED, name="twice.jsonl")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "lines of the form"),
        ("a: certificate-expired", ":1: a names one or 2 causes"),
        ("a: [x, y, z]", "names one or 2 causes"),
        ("a: []", "names one or 2 causes"),
        ("\na: [certificate-expire]", ":2: a names 'certificate-expire', which is no cause"),
        ("a: [", "not YAML"),
    ],
)
def test_bad_tags_are_named(desk: Desk, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        tags_of(desk.write("tags.yaml", text), {"certificate-expired"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", 'an object with "groups"'),
        ('{"groups": {"t1": {"group": "maybe"}}}', "t1: the group is one of: wire, told, open"),
        ('{"groups": {"t1": {"group": "wire", "equals": "x"}}}', "t1: equals: a list of tags"),
        ('{"groups": {}, "families": ["x"]}', "a family: a list of tags"),
        ('{"groups": {}, "families": 3}', "families: a list"),
    ],
)
def test_bad_groups_are_named(desk: Desk, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        groups_of(desk.write("groups.json", text))


def test_every_tag_of_the_project_names_causes_that_exist() -> None:
    assert len(tags_of(TAGS, load(shipped()).causes)) > 80
