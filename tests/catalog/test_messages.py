"""What people type and paste, read with the shipped tables."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.catalog import load, shipped
from bot.catalog.report import read_report

CATALOG = load(shipped())
MESSAGES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("messages.yaml").read_text("utf-8")
)


def test_there_are_enough() -> None:
    assert len(MESSAGES) >= 80


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["said"][:60])
def test_what_an_expert_reads_is_evidence(message: dict[str, Any]) -> None:
    found = read_report(CATALOG, (), message["said"], {})
    if not message["gives"]:
        assert found == {}
    assert {item: found.get(item) for item in message["gives"]} == message["gives"]
