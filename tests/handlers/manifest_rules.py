"""What Slack takes as a manifest, for the parts that ours has, as a JSON Schema of our own.

Limits and keys are those of docs.slack.dev/reference/app-manifest and of Slack's published schema
(github.com/slackapi/manifest-schema, version 2.0.0, MIT), put in our own words; stricter in that a
part that we do not use is an unknown key.  Whoever has Slack's file names it in the variable
``SLACK_MANIFEST_SCHEMA``, and the tests hold the manifest against it as well.
"""

from typing import Any

Schema = dict[str, Any]


def words(longest: int, shortest: int = 1, pattern: str = "") -> Schema:
    made: Schema = {"type": "string", "minLength": shortest, "maxLength": longest}
    return {**made, "pattern": pattern} if pattern else made


def table(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def several(item: Schema, most: int, least: int = 0) -> Schema:
    return {
        "type": "array", "items": item, "minItems": least, "maxItems": most, "uniqueItems": True,
    }  # fmt: skip


FLAG: Schema = {"type": "boolean"}
NAME = words(50)
ADDRESS = words(3_000, pattern="^https://")
MANIFEST = table(
    {
        "display_information": table({"name": words(35), "description": words(140)}),
        "features": table(
            {
                "app_home": table(
                    {
                        "home_tab_enabled": FLAG,
                        "messages_tab_enabled": FLAG,
                        "messages_tab_read_only_enabled": FLAG,
                    }
                ),
                "bot_user": table({"display_name": words(80), "always_online": FLAG}),
                "shortcuts": several(
                    table(
                        {
                            "name": words(24),
                            "type": {"enum": ["message", "global"]},
                            "callback_id": words(255),
                            "description": words(150),
                        }
                    ),
                    most=10,
                    least=1,
                ),
                "slash_commands": several(
                    table(
                        {"command": words(32, 2, "^/"), "description": words(2_000)},
                        {"usage_hint": words(1_000), "should_escape": FLAG, "url": ADDRESS},
                    ),
                    most=50,
                    least=1,
                ),
            }
        ),
        "oauth_config": table({"scopes": table({"bot": several(NAME, most=255)})}),
        "settings": table(
            {
                "event_subscriptions": table(
                    {"bot_events": several(NAME, most=100)}, {"request_url": ADDRESS}
                ),
                "interactivity": table({"is_enabled": FLAG}, {"request_url": ADDRESS}),
                "org_deploy_enabled": FLAG,
                "socket_mode_enabled": FLAG,
                "token_rotation_enabled": FLAG,
            }
        ),
    }
)
