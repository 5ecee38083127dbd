"""The page on set-up and the doctor speak of the same findings, and so do the planted mistakes."""

import re
from pathlib import Path

from tests.doctor.mistakes import MISTAKES

ROOT = Path(__file__).parents[2]
AREAS = "slack|jumpbox|targets|store|knowledge|machine|clock"
COMPOSED = {
    *(f"slack.{which}-token-{fault}" for which in ("bot", "app") for fault in ("missing", "kind")),
    *(f"machine.{which}-listen-taken" for which in ("http", "slack")),
}
"""Ids that the source puts together."""


def test_every_finding_is_described_and_nothing_else() -> None:
    sources = "".join(path.read_text("utf-8") for path in ROOT.glob("bot/doctor/*.py"))
    settings = {"slack.listen", "targets.deny"}
    made = set(re.findall(rf'"((?:{AREAS})\.[a-z][a-z-]+)"', sources)) - settings | COMPOSED
    page = (ROOT / "docs" / "setup.md").read_text("utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    described = set(re.findall(rf"`((?:{AREAS})\.[a-z-]+)`", table))
    assert described == made
    assert {each.id for each in MISTAKES} <= made
