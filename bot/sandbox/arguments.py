"""Arguments of a Web API call: form, query or JSON in, typed values out."""

import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.errors import SlackError

STRUCTURED = {  # arguments that a form carries as a JSON string -> the error for bad JSON
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}
FLAGS = frozenset(
    {
        "as_user",
        "include_locale",
        "include_num_members",
        "link_names",
        "mrkdwn",
        "prevent_creation",
        "reply_broadcast",
        "return_im",
        "unfurl_links",
        "unfurl_media",
    }
)


class Arguments:
    """What a method was called with; absent and null are the same."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.values = {key: _value(key, raw[key]) for key in raw if raw[key] is not None}

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> Any:
        """The value, None when absent."""
        return self.values.get(key)

    def text(self, key: str) -> str:
        """The value as a string, empty when absent."""
        return str(self.values.get(key, ""))

    def flag(self, key: str) -> bool:
        """The value as a boolean, False when absent."""
        return bool(self.values.get(key, False))

    def check(self, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        """Raise SlackError invalid_arguments for what is missing, or unknown to Slack's reference.

        Slack itself ignores unknown arguments; here they are mistakes. ``team_id`` is always
        allowed since the SDK adds it.
        """
        known = {*required, *optional, "team_id", "token"}
        words = [f"missing required field: {key}" for key in required if key not in self.values]
        words += [f"unknown argument: {key}" for key in self.values if key not in known]
        if words:
            messages = [f"[ERROR] {word}" for word in words]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})


def _value(key: str, value: Any) -> Any:
    if key in STRUCTURED and isinstance(value, str):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise SlackError(STRUCTURED[key]) from None
    if key in FLAGS and isinstance(value, str):
        return value.lower() in {"1", "true"}
    return value
