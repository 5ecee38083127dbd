"""The app as its manifest declares it: what is not declared there does not work.

Reads the same manifest that is pasted into Slack, so that a forgotten scope or command fails in
a test and not in a workspace. (Slack's manifest reference; scopes and events are not checked by
its JSON Schema, hence the lists of our own.)
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KNOWN_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "users:read",
        "users:read.email",
    }
)
KNOWN_EVENTS = {  # event -> the scope that it needs, None when it needs none
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "channel_archive": "channels:read",
    "member_joined_channel": "channels:read",
}


APP_ID = "A0RDPTRIAGE"


class ManifestError(ValueError):
    """Slack would not take this manifest; the message lists every fault."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command."""

    name: str
    should_escape: bool
    description: str = ""
    hint: str = ""


@dataclass(slots=True)
class App:
    """The installed app, its declared surface and its credentials."""

    name: str
    commands: dict[str, Command]
    shortcuts: dict[str, str]  # callback_id -> "message" or "global"
    scopes: tuple[str, ...]
    events: frozenset[str]
    socket_mode: bool
    interactivity: bool
    home_tab: bool
    messages_tab: bool
    shortcut_names: dict[str, str]  # callback_id -> what people read in the menu
    id: str = APP_ID
    bot_id: str = "B0RDPTRIAGE"
    user_id: str = "U0RDPBOT"
    revoked: bool = False
    bot_token: str = field(default_factory=lambda: f"xoxb-local-{secrets.token_hex(12)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-{APP_ID}-{secrets.token_hex(12)}")
    app_scopes: tuple[str, ...] = ("connections:write",)  # those of the app-level token
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "App":
        """The app of a manifest; raises ManifestError with all faults."""
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        home = features.get("app_home", {})
        app = cls(
            name=manifest["display_information"]["name"],
            commands={
                entry["command"]: Command(
                    entry["command"],
                    entry.get("should_escape", False),
                    entry.get("description", ""),
                    entry.get("usage_hint", ""),
                )
                for entry in features.get("slash_commands", [])
            },
            shortcuts={
                entry["callback_id"]: entry["type"] for entry in features.get("shortcuts", [])
            },
            scopes=tuple(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            socket_mode=settings.get("socket_mode_enabled", False),
            interactivity=settings.get("interactivity", {}).get("is_enabled", False),
            home_tab=home.get("home_tab_enabled", False),
            messages_tab=home.get("messages_tab_enabled", False),
            shortcut_names={
                entry["callback_id"]: entry["name"] for entry in features.get("shortcuts", [])
            },
        )
        if faults := _faults(app):
            raise ManifestError("; ".join(faults))
        return app


def _faults(app: App) -> list[str]:
    faults = [f"unknown scope {name}" for name in app.scopes if name not in KNOWN_SCOPES]
    faults += [f"unknown event {name}" for name in sorted(app.events) if name not in KNOWN_EVENTS]
    faults += [
        f"event {name} needs scope {scope}"
        for name, scope in KNOWN_EVENTS.items()
        if name in app.events and scope and scope not in app.scopes
    ]
    faults += [f"command {name} has no slash" for name in app.commands if name[:1] != "/"]
    if (app.commands or app.shortcuts) and "commands" not in app.scopes:
        faults.append("commands and shortcuts need scope commands")
    if app.shortcuts and not app.interactivity:
        faults.append("shortcuts need interactivity")
    if len(app.name) > 35:
        faults.append("name is longer than 35 characters")
    return faults
