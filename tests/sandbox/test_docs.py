"""The contract page names what there is."""

import re
from pathlib import Path

import pytest

from bot.sandbox.cast import PEOPLE, populate
from bot.sandbox.clock import Clock
from bot.sandbox.faults import CALL_ACTIONS, ENVELOPE_ACTIONS, SOCKET_ACTIONS
from bot.sandbox.manifest import App
from bot.sandbox.methods import METHODS
from bot.sandbox.modals import Modals
from bot.sandbox.people import People
from bot.sandbox.reading import Reading
from bot.sandbox.upheavals import Upheavals
from tests.sandbox.support import MANIFEST

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()
WORDS = set(re.findall(r"[\w.:-]+", PAGE))


def public(*parts: type) -> set[str]:
    return {name for part in parts for name in vars(part) if not name.startswith("_")}


@pytest.mark.parametrize(
    "names",
    [
        METHODS.keys(),
        CALL_ACTIONS | ENVELOPE_ACTIONS | SOCKET_ACTIONS,
        {user.name for user in PEOPLE},
        {
            channel.name
            for channel in populate(Clock(), App.from_manifest(MANIFEST)).channels.values()
        },
        public(People, Modals, Upheavals),
        public(Reading) - {"tail"},
    ],
    ids=["methods", "faults", "people", "channels", "acts", "questions"],
)
def test_everything_is_named(names: set[str]) -> None:
    assert names - WORDS == set()


def test_every_behaviour_names_its_source() -> None:
    sources = set(re.findall(r"^\| ([a-z ]+) \| `[a-z]", PAGE, re.MULTILINE)) - {"name"}
    assert len(sources) > 10
    known = re.compile("|".join(sorted({*sources, "guess", "ours", "samples", "issue", "RFC"})))
    contract = PAGE.split("## Web API")[1].split("## Thirty")[0]
    rows = [line for line in contract.splitlines() if line.startswith("| ")]
    told = [line for line in rows if not line.startswith(("| behaviour", "| ---"))]
    assert len(told) >= 50
    stricter = "stricter than Slack"
    assert [
        line
        for line in told
        if not known.search(line.rsplit(" | ", 1)[1].replace(stricter, "ours"))
    ] == []


def test_the_thirty_are_all_there_with_tests_that_exist() -> None:
    rows = re.findall(r"^\| (\d+) \| .* \| (`tests/.*) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 31))
    for number, named in rows:
        for path, test in re.findall(r"`([\w/.]+)::(\w+)`", named):
            assert test.startswith(f"test_{int(number):02}_")
            assert f"def {test}(" in (Path(__file__).parents[2] / path).read_text()
