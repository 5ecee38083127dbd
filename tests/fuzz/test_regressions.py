"""Inputs that were found once stay tested."""

from pathlib import Path

import pytest

from tests.fuzz.parsers import PARSERS, outcome

FILE = Path(__file__).with_name("regressions.txt")
LINES = [
    line.split(" ", 2)
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("name", "data", "why"), LINES, ids=[line[2] for line in LINES])
def test_what_once_broke_a_parser(name: str, data: str, why: str) -> None:
    found = outcome(PARSERS[name], [bytes.fromhex(data)])
    apart = [bytes((byte,)) for byte in bytes.fromhex(data)]
    assert outcome(PARSERS[name], apart) == found, why
