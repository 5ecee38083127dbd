"""The page about the lab says what the lab is."""

import re
from pathlib import Path

import pytest

from bot.lab import GATEWAYS, HOSTS, Gateway, Host, JumpboxState
from tests.real import conftest

PAGE = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_every_host_has_its_line(row: Host) -> None:
    cause = f"`{row.cause}`" if row.cause else "none"
    cells = (f"`{row.name}`", row.address, cause, row.ladder, row.wrong, row.repair)
    assert f"| {' | '.join(cells)} |\n" in PAGE


@pytest.mark.parametrize("row", GATEWAYS, ids=lambda row: row.name)
def test_every_gateway_has_its_line(row: Gateway) -> None:
    cause = f"`{row.cause}`" if row.cause else "none"
    cells = (f"`{row.name}`", row.address, cause, row.wrong, row.repair)
    assert f"| {' | '.join(cells)} |\n" in PAGE


@pytest.mark.parametrize("state", JumpboxState)
def test_every_state_of_the_jump_box_has_its_line(state: JumpboxState) -> None:
    assert f"| `{state}` |" in PAGE


def test_every_real_server_that_the_page_names_exists() -> None:
    table = PAGE.partition("| fixture |")[2].partition("\n\n")[0]
    names = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert len(names) == 7
    assert [name for name in names if not hasattr(conftest, name)] == []
