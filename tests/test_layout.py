"""Rules of the house that import contracts cannot see."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")])
MOST_LINES = 260
SQL = re.compile(r"(?i)[\"'](select .+ from|insert into|update \w+ set|delete from|create table)\b")


def named(pattern: str) -> list[str]:
    """Files of the product in which a pattern occurs."""
    return [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]


def test_the_environment_is_read_in_one_place() -> None:
    assert named(r"\bos\.environ\b|\bgetenv\(") == [
        "bot/settings.py",
        "bot/settings_environment.py",
    ]


def test_sql_stands_in_the_store_only() -> None:
    found = [path for path in PRODUCT if SQL.search(path.read_text(encoding="utf-8"))]
    assert found
    assert {path.parent for path in found} == {ROOT / "bot" / "store"}


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_job(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_nothing_is_left_to_be_done() -> None:
    assert named(r"\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedError") == []
