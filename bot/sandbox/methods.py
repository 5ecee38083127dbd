"""The Web API methods that this Slack has: scopes, tier and arguments of each, in one table.

Source of the columns: Slack's method pages. A method that is not listed is unknown_method.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox import chat, directory, surfaces
from bot.sandbox.arguments import Arguments
from bot.sandbox.state import State

Run = Callable[[State, Arguments], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method; any one of ``scopes`` suffices, ``holder`` says whose token it takes.

    Tier None means limits of its own (chat.postMessage) or none worth the name.
    """

    run: Run
    tier: Literal[2, 3, 4] | None
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    holder: Literal["bot", "app"] = "bot"


WRITE = ("chat:write",)
BODY = ("text", "blocks", "attachments", "link_names", "parse", "metadata")
POSTED = (*BODY, "thread_ts", "mrkdwn", "unfurl_links", "unfurl_media", "reply_broadcast")
OPEN = ("channels:manage", "groups:write", "im:write", "mpim:write")

METHODS: dict[str, Method] = {
    "auth.test": Method(directory.auth_test, None),
    "apps.connections.open": Method(directory.connections_open, 3, holder="app"),
    "chat.postMessage": Method(chat.post_message, None, WRITE, ("channel",), POSTED),
    "chat.update": Method(chat.update, 3, WRITE, ("channel", "ts"), BODY),
    "chat.delete": Method(chat.delete, 3, WRITE, ("channel", "ts")),
    "chat.postEphemeral": Method(
        chat.post_ephemeral, 4, WRITE, ("channel", "user"), (*BODY, "thread_ts")
    ),
    "chat.getPermalink": Method(chat.get_permalink, None, (), ("channel", "message_ts")),
    "views.open": Method(surfaces.views_open, 4, (), ("trigger_id", "view")),
    "views.push": Method(surfaces.views_push, 4, (), ("trigger_id", "view")),
    "views.update": Method(
        surfaces.views_update, 4, (), ("view",), ("view_id", "external_id", "hash")
    ),
    "views.publish": Method(surfaces.views_publish, 4, (), ("user_id", "view"), ("hash",)),
    "conversations.open": Method(
        directory.conversations_open, 3, OPEN, (), ("channel", "users", "return_im")
    ),
    "conversations.info": Method(
        directory.conversations_info, 3, (), ("channel",), ("include_num_members",)
    ),
    "conversations.members": Method(
        directory.conversations_members, 4, (), ("channel",), ("cursor", "limit")
    ),
    "users.info": Method(directory.users_info, 4, ("users:read",), ("user",), ("include_locale",)),
    "bots.info": Method(directory.bots_info, 3, ("users:read",), ("bot",)),
    "team.info": Method(directory.team_info, 3, ("team:read",), (), ("team",)),
}
