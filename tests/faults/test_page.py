"""Each fault on the page has its test."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "faults.md"


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    written = "\n".join(each.read_text(encoding="utf-8") for each in TESTS.rglob("test_*.py"))
    assert named
    assert named <= set(re.findall(r"def (test_\w+)\(", written))


def test_every_test_of_a_fault_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file.name != Path(__file__).name:
            for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8")):
                assert f"`{name}`" in page, name
