"""The manifest asks for what is used and for nothing else."""

import copy
import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from bot.sandbox.manifest import App
from handlers import ids
from handlers.manifest import manifest
from tests.handlers.manifest_rules import MANIFEST

SOURCES = "\n".join(
    path.read_text() for path in Path("handlers").glob("*.py") if path.name != "transport.py"
)
SCOPES = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_postEphemeral": "chat:write",
    "users_info": "users:read",
    "views_open": "",
    "views_update": "",
    "views_publish": "",
}


OFFICIAL = os.environ.get("SLACK_MANIFEST_SCHEMA", "")


def schemas() -> list[Any]:
    """Our rules, and Slack's own file where somebody has it."""
    theirs = [json.loads(Path(OFFICIAL).read_text("utf-8"))] if OFFICIAL else []
    return [MANIFEST, *theirs]


@pytest.mark.parametrize("schema", schemas())
def test_what_the_command_prints_is_a_manifest_that_slack_takes(schema: Any) -> None:
    printed = CliRunner().invoke(cli, ["manifest"])
    assert printed.exit_code == 0
    made = json.loads(printed.stdout)
    assert made == manifest()
    jsonschema.Draft7Validator(schema).validate(made)


@pytest.mark.parametrize("schema", schemas())
def test_for_http_mode_slack_is_told_where_to_post(schema: Any) -> None:
    url = "https://bot.corp.example/slack/events"
    printed = CliRunner().invoke(cli, ["manifest", "--url", url])
    assert printed.exit_code == 0
    made = json.loads(printed.stdout)
    jsonschema.Draft7Validator(schema).validate(made)
    assert made["settings"]["socket_mode_enabled"] is False
    assert printed.stdout.count(url) == 3
    for wrong in ("http://bot.corp.example/slack/events", "https://bot.corp.example/", "bot"):
        assert CliRunner().invoke(cli, ["manifest", "--url", wrong]).exit_code == 2


def test_it_asks_for_no_scope_and_no_event_beyond_these() -> None:
    made = manifest()
    assert made["oauth_config"] == {"scopes": {"bot": ["chat:write", "commands", "users:read"]}}
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened"]}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("display_information.name", "x" * 36),
        ("display_information.description", "x" * 141),
        ("features.bot_user.display_name", ""),
        ("features.shortcuts.0.name", "x" * 25),
        ("features.shortcuts.0.type", "thread"),
        ("features.slash_commands.0.command", "rdp"),
        ("features.slash_commands.0.usage_hint", "x" * 1_001),
        ("features.slash_commands.0.uri", "https://x.example"),
        ("oauth_config.scopes.bot_user", []),
        ("settings.interactivity.is_enabled", "yes"),
    ],
)
def test_the_rules_can_say_no(path: str, wrong: Any) -> None:
    *way, last = path.split(".")
    made: Any = copy.deepcopy(manifest())
    place = made
    for key in way:
        place = place[int(key) if key.isdigit() else key]
    place[last] = wrong
    assert not jsonschema.Draft7Validator(MANIFEST).is_valid(made)


def test_the_local_slack_takes_it() -> None:
    app = App.from_manifest(manifest())
    assert list(app.commands) == ["/rdp"]
    assert app.commands["/rdp"].should_escape
    assert app.home_tab
    assert app.events == {"app_home_opened"}
    assert app.shortcuts == {"triage_host": "message"}


def test_scopes_are_exactly_those_of_the_methods_in_use() -> None:
    used = set(re.findall(r"client\.([a-z]+_\w+)", SOURCES))
    assert used == set(SCOPES)
    wanted = {scope for scope in SCOPES.values() if scope} | {"commands"}
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == wanted


def test_ids_are_spelled_in_one_place() -> None:
    spelled = [
        action.value
        for action in ids.Action
        if any(
            f'"{action.value}"' in path.read_text()
            for path in Path("handlers").glob("*.py")
            if path.name != "ids.py"
        )
    ]
    assert spelled == []
