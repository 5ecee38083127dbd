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
