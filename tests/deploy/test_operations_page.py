"""docs/operations.md and the program say the same: metrics, parts, addresses, exit codes."""

import re
from pathlib import Path

from bot.cli.serve import NotNow
from bot.settings import Settings
from bot.wiring.meters import Meters
from bot.wiring.reloading import FIXED

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
HELP = re.compile(r"(?m)^# HELP ((?:rdp_triage|process)_[a-z_]+) ")
NAMED = re.compile(r"\b((?:rdp_triage|process)_[a-z_]+)")


def metrics() -> set[str]:
    return set(HELP.findall(Meters().text().decode()))


def test_every_metric_is_described_and_none_that_is_not_there() -> None:
    ours = {name for name in metrics() if name.startswith("rdp_triage_")}
    named = {re.sub(r"_bucket$", "", name) for name in NAMED.findall(PAGE)}
    families = {name for name in named if name.endswith("_")}  # written as a family of metrics
    assert ours <= named
    assert named - families <= metrics()


def test_what_needs_a_restart_is_listed() -> None:
    for key in FIXED:
        assert f"`{key.partition(' ')[0]}`" in PAGE


def test_every_listening_socket_is_named_with_its_default() -> None:
    settings = Settings.model_validate({"targets": {}})
    for page in (PAGE, README):
        assert f"`http.listen`, default `{settings.http.listen}`" in page
        assert f"`slack.listen`, default `{settings.slack.listen}`" in page


def test_the_exit_code_for_a_supervisor_is_the_one_of_the_page() -> None:
    assert f"| {NotNow.exit_code} | Slack was not well" in PAGE
