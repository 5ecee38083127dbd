import copy

import pytest

from bot.sandbox.manifest import App, ManifestError
from tests.sandbox.support import MANIFEST, Json


def changed(**parts: Json) -> Json:
    manifest = copy.deepcopy(MANIFEST)
    for part, values in parts.items():
        manifest[part].update(values)
    return manifest


def test_what_is_declared_is_there() -> None:
    app = App.from_manifest(MANIFEST)
    assert app.commands["/rdp"].should_escape
    assert app.shortcuts == {"triage_host": "message", "start_here": "global"}
    assert app.scopes == ("commands", "chat:write", "users:read")
    assert app.socket_mode
    assert app.home_tab


def test_every_install_has_its_own_credentials() -> None:
    one, other = App.from_manifest(MANIFEST), App.from_manifest(MANIFEST)
    assert one.bot_token.startswith("xoxb-")
    assert one.app_token.startswith("xapp-")
    assert len({one.bot_token, other.bot_token, one.signing_secret, other.signing_secret}) == 4


def test_all_faults_are_reported_at_once() -> None:
    manifest = changed(
        display_information={"name": "x" * 36},
        features={"slash_commands": [{"command": "rdp"}]},
        oauth_config={"scopes": {"bot": ["chat:wirte"]}},
        settings={
            "event_subscriptions": {"bot_events": ["app_hoem_opened", "app_mention"]},
            "interactivity": {"is_enabled": False},
        },
    )
    with pytest.raises(ManifestError) as refused:
        App.from_manifest(manifest)
    for fault in (
        "unknown scope chat:wirte",
        "unknown event app_hoem_opened",
        "event app_mention needs scope app_mentions:read",
        "command rdp has no slash",
        "commands and shortcuts need scope commands",
        "shortcuts need interactivity",
        "name is longer than 35 characters",
    ):
        assert fault in str(refused.value)
