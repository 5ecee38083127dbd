"""The Slack app as a manifest: exactly what is implemented, with the fewest scopes.

``commands`` for the slash command and the shortcut, ``chat:write`` for cards and notes,
``users:read`` to tell guests from members; the Home tab and its one event need no scope.  The app
token needs ``connections:write``.
"""

from typing import Any

from handlers.ids import Command, EventName, Shortcut


def manifest(request_url: str = "") -> dict[str, Any]:
    """The manifest to paste when the app is created.

    ``request_url`` is where Slack posts in HTTP mode; without it the app uses Socket Mode.
    """
    made = _socket_manifest()
    if request_url:
        made["features"]["slash_commands"][0]["url"] = request_url
        made["settings"]["event_subscriptions"]["request_url"] = request_url
        made["settings"]["interactivity"]["request_url"] = request_url
        made["settings"]["socket_mode_enabled"] = False
    return made


def _socket_manifest() -> dict[str, Any]:
    return {
        "display_information": {
            "name": "RDP triage",
            "description": "Finds out why a Remote Desktop connection fails, and proves the repair",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "rdp-triage", "always_online": True},
            "shortcuts": [
                {
                    "name": "Triage this host",
                    "type": "message",
                    "callback_id": Shortcut.TRIAGE_HOST.value,
                    "description": "Look at the host that this message speaks of",
                }
            ],
            "slash_commands": [
                {
                    "command": Command.RDP.value,
                    "description": "Find out why Remote Desktop to a host fails",
                    "usage_hint": "HOST [0x904 0x7 or the error text] | help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "users:read"]}},
        "settings": {
            "event_subscriptions": {"bot_events": [EventName.HOME_OPENED.value]},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }
