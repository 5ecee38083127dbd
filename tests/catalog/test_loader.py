"""The loader: every slip has its file, line and column; anything else is a catalog."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog import (
    Catalog,
    KnowledgeError,
    Problem,
    catalog_cases,
    load,
    read_folder,
    shipped,
)
from bot.catalog.loader import digest
from tests.catalog.kit import small

CAUSE = "causes/port/service-down.md"
CASES = "causes/port/service-down.cases.yaml"
FIX = "fixes/start-service.md"
QUESTION = "questions/is-it-on.yaml"
TALK = "evidence/talk.yaml"


def _problems(files: dict[str, str]) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(files)
    return [str(problem) for problem in caught.value.problems]


def _planted(file: str, old: str, new: str) -> list[str]:
    files = small()
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)
    return _problems(files)


def test_the_small_folder_is_whole() -> None:
    catalog = load(small())
    assert list(catalog.causes) == ["service-down"]
    assert catalog.causes["service-down"].prior.word == "common"
    assert catalog.causes["service-down"].text == "People see nothing."
    assert catalog.fixes["start-service"].cures[0].well.value == 0.8
    assert catalog.questions["is-it-on"].otherwise == {"on": 0.95, "off": 0.05}
    assert catalog.evidence["talk"].otherwise == pytest.approx(
        {"silent": 0.05, "slow": 0.15, "none": 0.8}
    )
    assert catalog.evidence["talk"].origin == "report"


MISTAKES = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["told"][-1][-60:])
def test_each_planted_mistake_is_told_with_its_place(mistake: dict[str, Any]) -> None:
    assert _planted(mistake["file"], mistake["old"], mistake["new"]) == mistake["told"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("causes/prot/x.md", "causes/prot/x.md:1:1: unknown layer 'prot'; did you mean 'port'?"),
        ("fixes/My Fix.md", "fixes/My Fix.md:1:1: 'My Fix' is not an id: small letters, digits"),
        ("fixes/x.yaml", "fixes/x.yaml:1:1: not a place for knowledge: "),
        ("causes/port/other.md", "causes/port/other.md:1:1: 'other' is not an id"),
    ],
)
def test_each_misplaced_file_is_named(file: str, expected: str) -> None:
    found = _problems({**small(), file: "x: 1"})
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_all_errors_of_all_files_come_at_once_and_sorted() -> None:
    files = small()
    files[CAUSE] = files[CAUSE].replace("how_common", "how_comon")
    files[FIX] = files[FIX].replace("service-down", "service-dwn")
    files[TALK] = "a: [\n"
    del files["settings.yaml"]
    found = _problems(files)
    assert [line.split(":")[0] for line in found] == sorted(
        [CAUSE, CAUSE, TALK, FIX, "settings.yaml"]
    )


def test_a_file_at_fault_still_exists_for_those_that_name_it() -> None:
    files = small()
    files[CAUSE] = files[CAUSE].replace("how_common", "how_comon")
    assert all(line.startswith(CAUSE) for line in _problems(files))


def test_a_cause_in_two_layers_is_refused() -> None:
    found = _problems({**small(), "causes/name/service-down.md": small()[CAUSE]})
    assert found == [f"{CAUSE}:1:1: the cause stands in causes/name/service-down.md too"]


def test_a_catalog_loads_again_from_its_own_files() -> None:
    catalog = load(small())
    assert load(catalog.files) == catalog


def test_the_hash_names_what_decides() -> None:
    files = small()
    assert len(digest(files)) == 16
    assert digest({**files, CASES: "[]"}) == digest(files)
    assert digest({**files, FIX: files[FIX] + " "}) != digest(files)
    assert digest(dict(reversed(files.items()))) == digest(files)


def test_a_folder_is_read_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    for file, text in {**small(), "README.md": "no entry", "notes.txt": "none"}.items():
        target = tmp_path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (tmp_path / ".hidden.yaml").write_text("x", encoding="utf-8")
    assert read_folder(tmp_path) == dict(sorted(small().items()))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "codes.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(KnowledgeError, match=r"codes\.yaml:1:1: not UTF-8 text"):
        read_folder(tmp_path)


def test_proof_cases_know_where_they_stand() -> None:
    cases = catalog_cases(small())
    assert [(case.cause, case.expect, case.line) for case in cases] == [
        ("service-down", "first", 1),
        ("service-down", "not-first", 4),
        ("service-down", "inconclusive", 7),
    ]
    assert cases[0].input == {"evidence": {"talk": "silent"}}


SIGNS = [*"a:{}[],'\"|>?#&*!\t\x07\ud800é\u2028", ": ", "\n", "\n  ", "- ", "---"]
WORDS = ["title", "says", "0x904", "1", "-1e9", "common", "{cause: x, how_well: half}"]
PIECES = st.sampled_from(SIGNS + WORDS)
BASE = small()


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from([CAUSE, CASES, FIX, QUESTION, TALK, "codes.yaml", "settings.yaml"]),
    st.data(),
)
def test_fuzzed_files_give_problems_with_a_place_or_a_catalog(
    file: str, data: st.DataObject
) -> None:  # property 21 of the engine
    text = BASE[file]
    start = data.draw(st.integers(0, min(len(text), 600)))
    length = data.draw(st.integers(0, 40))
    piece = data.draw(st.one_of(st.text(max_size=12), st.lists(PIECES, max_size=12).map("".join)))
    files = {**BASE, file: text[:start] + piece + text[start + length :]}
    for problem in _outcome(files):
        assert problem.file in files
        assert 1 <= problem.line <= len(files[problem.file].splitlines()) + 1
        assert problem.column >= 1
        assert problem.message


def _outcome(files: dict[str, str]) -> list[Problem]:
    """The problems (at least one), or none for a catalog; any other exception fails the test."""
    try:
        assert isinstance(load(files), Catalog)
    except KnowledgeError as error:
        return error.problems or [Problem("", 0, 0, "an error without a problem")]
    return []


def test_without_its_proof_cases_the_shipped_knowledge_is_the_same() -> None:
    whole, part = load(shipped()), load(shipped(cases=False))
    assert (part.hash, part.causes, part.codes) == (whole.hash, whole.causes, whole.codes)
    assert len(part.files) < len(whole.files)
