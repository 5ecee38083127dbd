"""The public cases have the form of ``kb diagnose`` and name causes that exist."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.catalog import load, shipped
from bot.catalog.report import check_report
from bot.desk.cases import read_cases

HERE = Path(__file__).parent
SETS = ("collected", "blind")


def _lines(name: str) -> list[dict[str, Any]]:
    text = (HERE / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


CASES = {name: _lines(name) for name in SETS}
SOURCES = {name: _lines(f"{name}-sources") for name in SETS}
EVERY = [case for name in SETS for case in CASES[name]]
EVERY_SOURCE = [source for name in SETS for source in SOURCES[name]]
TAGS: dict[str, list[str]] = yaml.safe_load((HERE / "tags.yaml").read_text(encoding="utf-8"))
CATALOG = load(shipped())
LAYERS = {path.name for path in (HERE.parents[1] / "knowledge" / "causes").iterdir()}
SOURCE_KEYS = ["id", "source", "title", "cause", "confidence"]
CONFIDENCE = {"confirmed by reporter", "confirmed by several", "author's claim"}
USED = sorted({case["truth"]["cause_tag"] for case in EVERY})


@pytest.mark.parametrize("name", SETS)
def test_every_line_is_read_as_kb_diagnose_reads_it(name: str) -> None:
    path = HERE / f"{name}.jsonl"
    read = read_cases(path.read_text(encoding="utf-8"), path.name)
    assert [case.id for case in read] == [case["id"] for case in CASES[name]]
    for case in CASES[name]:
        check_report(case["report"])


@pytest.mark.parametrize("name", SETS)
def test_ids_are_sorted_unique_and_the_same_in_both_files(name: str) -> None:
    ids = [case["id"] for case in CASES[name]]
    assert ids == sorted(set(ids))
    assert ids == [source["id"] for source in SOURCES[name]]


def test_a_case_says_something_to_a_helper() -> None:
    for case in EVERY:
        assert case["observations"] or case["message"] or case["report"], case["id"]


@pytest.mark.parametrize("source", EVERY_SOURCE, ids=lambda source: source["id"])
def test_a_source_is_complete(source: dict[str, str]) -> None:
    assert list(source) == SOURCE_KEYS
    assert source["source"].startswith("https://")
    assert source["title"]
    assert source["cause"].endswith(".")
    assert source["confidence"] in CONFIDENCE


def test_no_source_is_used_twice() -> None:
    addresses = [source["source"] for source in EVERY_SOURCE]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("tag", USED)
def test_a_tag_names_one_or_two_causes_that_exist(tag: str) -> None:
    assert 1 <= len(TAGS[tag]) <= 2
    assert set(TAGS[tag]) <= set(CATALOG.causes)


@pytest.mark.parametrize("tag", USED)
def test_a_tag_belongs_to_one_layer(tag: str) -> None:
    layers = {case["truth"]["layer"] for case in EVERY if case["truth"]["cause_tag"] == tag}
    assert len(layers) == 1
    assert layers <= LAYERS
