"""The schemas for editors: made from the forms, true of every shipped entry, strict where they can.

A schema sees one file.  What it cannot see (names in other files, sums, what is written twice, what
is not YAML at all) stays with `kb check`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker

from bot.catalog import Problem, shipped
from bot.catalog.contract import PROBES
from bot.catalog.parsing import FORMS, Kind, kind_of, tree_of
from bot.catalog.schemas import EXAMPLES, schema_of, schemas, write
from bot.catalog.words import HOW_COMMON
from bot.catalog.yamltree import Value
from tests.catalog.kit import small

FOLDER = Path(__file__).parents[2] / "knowledge" / "schema"
MISTAKES = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))
BEYOND = (
    "unknown cause", "unknown evidence", "unknown fix", "unknown access group", "unknown state",
    "is missing here", "adds up to", "add up to", "stands here twice", "duplicate key", "not YAML",
    "the file begins with", "the line ---", "the text below", "exactly one of the two",
)  # fmt: skip
"""What is told of mistakes that no schema of one file can see."""


@cache
def validator(kind: Kind) -> Draft7Validator:
    return Draft7Validator(schema_of(kind), format_checker=FormatChecker())


def refused(file: str, text: str) -> list[str]:
    """What a schema says of a file; its fields are read as the program reads them."""
    place, found = kind_of(file), tree_of(file, text)
    assert not isinstance(place, Problem)
    assert not isinstance(found, Problem)
    value: Value = found[0].value
    return [error.message for error in validator(place[0]).iter_errors(value)]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_files_are_those_of_the_forms(name: str) -> None:
    """Make them anew with ``python -m bot.catalog.schemas``."""
    assert (FOLDER / name).read_text(encoding="utf-8") == schemas()[name]


def test_there_is_no_other_file(tmp_path: Path) -> None:
    write(tmp_path / "schema")
    made = {path.name for path in (tmp_path / "schema").iterdir()}
    assert made == {path.name for path in FOLDER.iterdir()} == {f"{kind}.json" for kind in FORMS}


@pytest.mark.parametrize("kind", FORMS)
def test_a_schema_is_one(kind: Kind) -> None:
    Draft7Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("kind", FORMS)
def test_every_shipped_file_fits_its_schema(kind: Kind) -> None:
    files = {file: text for file, text in shipped().items() if kind_of(file)[0] == kind}  # type: ignore[index]
    assert files
    assert {file: told for file, text in files.items() if (told := refused(file, text))} == {}


@pytest.mark.parametrize("file", sorted(small()))
def test_the_smallest_files_fit(file: str) -> None:
    assert refused(file, small()[file]) == []


@pytest.mark.parametrize(
    "mistake",
    [m for m in MISTAKES if not all(any(b in told for b in BEYOND) for told in m["told"])],
    ids=lambda mistake: str(mistake["new"])[:30].strip(),
)
def test_a_schema_refuses_what_it_can_see(mistake: dict[str, Any]) -> None:
    text = small()[mistake["file"]]
    assert mistake["old"] in text
    assert refused(mistake["file"], text.replace(mistake["old"], mistake["new"], 1))


def test_most_mistakes_of_form_are_seen() -> None:
    seen = [m for m in MISTAKES if not all(any(b in told for b in BEYOND) for told in m["told"])]
    assert len(seen) >= 13


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_is_an_entry(kind: Kind) -> None:
    example = EXAMPLES[kind]
    assert list(validator(kind).iter_errors(json.loads(json.dumps(example)))) == []
    FORMS[kind].model_validate(example)


@pytest.mark.parametrize("kind", ["cause", "fix", "question", "evidence", "cases", "settings"])
def test_every_field_says_what_it_is(kind: Kind) -> None:
    schema = schema_of(kind)
    fields = schema.get("properties") or schema["$defs"]["CaseForm"]["properties"]
    assert all(field.get("description") for field in fields.values())


def test_words_and_probes_can_be_chosen() -> None:
    common = schema_of("cause")["properties"]["how_common"]
    assert common["anyOf"][0] == {"enum": list(HOW_COMMON.words)}
    assert schema_of("fix")["properties"]["changes"]["items"]["enum"] == list(PROBES)
    assert schema_of("question")["properties"]["not_sure_share"]["default"] == "seldom"


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("{state: 'off', if_cause: a, how_often_seen: half}", True),
        ("{if_cause: [a, b], states: {'off': half}}", True),
        ("{state: 'off', if_cause: a}", False),
        ("{if_cause: a}", False),
        ("{state: 'off', if_cause: a, how_often_seen: half, states: {'on': half}}", False),
    ],
)
def test_a_line_of_says_has_one_form(line: str, fits: bool) -> None:
    file = "questions/is-it-on.yaml"
    old = "{state: 'off', if_cause: service-down, how_often_seen: usually}"
    assert old in small()[file]
    assert (refused(file, small()[file].replace(old, line)) == []) == fits
