"""The manifest asks for what is used and for nothing else."""

import re
from pathlib import Path

from bot.sandbox.manifest import App
from handlers import ids
from handlers.manifest import manifest

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
