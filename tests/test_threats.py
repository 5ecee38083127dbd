"""The pages of threats and rules name tests that exist and run, for every line."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
RULES = 35
PARTIES = (
    "requester",
    "guest",
    "target host",
    "jump box",
    "impostor of Slack",
    "editor of the knowledge base",
    "reader of logs",
    "thief of a backup",
)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@cache
def collected(files: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """The (file, function) of every test that pytest finds in these files."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = re.findall(r"(?m)^(tests/[\w/]+\.py)::(?:\w+::)*(\w+)", done.stdout)
    return frozenset(found)


@pytest.mark.parametrize("name", ["threats.md", "rules.md"])
def test_every_test_that_is_named_exists_and_runs(
    name: str, request: pytest.FixtureRequest
) -> None:
    named = NAMED.findall(page(name))
    assert len(named) >= RULES
    here = {
        (item.path.relative_to(ROOT).as_posix(), getattr(item, "originalname", item.name))
        for item in request.session.items
    }
    rest = [each for each in named if each not in here]
    # In a run of everything nothing is left; a run of this file alone asks another pytest.
    known = collected(tuple(sorted({file for file, _ in rest}))) if rest else frozenset()
    assert [f"{file}::{test}" for file, test in rest if (file, test) not in known] == []


def test_every_threat_has_a_measure_and_a_test() -> None:
    rows = [line for line in page("threats.md").splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith(("| tries to", "| ---"))]
    assert len(rows) >= 40
    for row in rows:
        _, what, measure, tests, _ = (cell.strip() for cell in row.split("|"))
        assert what
        assert measure
        assert NAMED.findall(tests), row
        assert not NAMED.sub("", tests).strip(), row


@pytest.mark.parametrize("party", PARTIES)
def test_every_party_has_a_chapter(party: str) -> None:
    headings = re.findall(r"(?m)^## (.+)$", page("threats.md"))
    assert [each for each in headings if party in each]


def test_every_rule_is_there_once_with_a_test() -> None:
    rules = re.split(r"(?m)^(?=\d+\. \*\*)", page("rules.md"))[1:]
    assert [int(rule.split(".")[0]) for rule in rules] == list(range(1, RULES + 1))
    assert [rule for rule in rules if not NAMED.findall(rule)] == []
