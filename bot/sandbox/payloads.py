"""The payloads that Slack sends to apps, one function a kind.

Shapes: docs.slack.dev interaction payloads, and the samples in bolt-python's scenario tests.
"""

import secrets
from typing import Any, Literal

from bot.sandbox import show
from bot.sandbox.state import State
from bot.sandbox.views import View
from bot.sandbox.world import Channel, Message, User

Json = dict[str, Any]
OLD_TOKEN = "local-verification-token"  # noqa: S105 (deprecated by Slack, never checked)
NAMES = {"im": "directmessage", "private": "privategroup"}


def command(state: State, user: User, channel: Channel, line: tuple[str, str]) -> Json:
    """A slash command: ``line`` is the command and its text."""
    team = state.world.teams[user.team_id]
    return {
        "token": OLD_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": NAMES.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": line[0],
        "text": line[1],
        "api_app_id": state.app.id,
        "is_enterprise_install": "false",
        "response_url": state.origin + state.urls.issue("commands", channel.id, user.id),
        "trigger_id": state.triggers.issue(user.id),
    }


def message_action(
    state: State, user: User, message: Message, action: Json, stateful: Json
) -> Json:
    """block_actions from a message; of an ephemeral message Slack sends no content."""
    channel = state.world.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    body = {
        **_interaction(state, "block_actions", user),
        "container": container,
        "channel": {"id": channel.id, "name": NAMES.get(channel.kind, channel.name)},
        "state": {"values": stateful},
        "response_url": state.origin + state.urls.issue("actions", channel.id, user.id, message),
        "actions": [action],
    }
    if not message.only_for:
        body["message"] = show.message(state, message)
    return body


def view_action(state: State, view: View, action: Json) -> Json:
    """block_actions from a modal or a Home tab."""
    user = state.world.users[view.user_id]
    return {
        **_interaction(state, "block_actions", user, view.id),
        "container": {"type": "view", "view_id": view.id},
        "view": view.body(state.app),
        "state": {"values": view.values},
        "actions": [action],
    }


def view_submission(state: State, view: View) -> Json:
    """The submit button of a modal."""
    user = state.world.users[view.user_id]
    body = _interaction(state, "view_submission", user, view.id)
    return {**body, "view": view.body(state.app), "response_urls": []}


def view_closed(state: State, view: View, *, cleared: bool) -> Json:
    """A modal that asked for it was closed; it brings no trigger."""
    body = _interaction(state, "view_closed", state.world.users[view.user_id], view.id)
    del body["trigger_id"]
    return {**body, "view": view.body(state.app), "is_cleared": cleared}


def shortcut(state: State, user: User, callback_id: str, message: Message | None) -> Json:
    """A global shortcut, or a message shortcut when there is a message."""
    kind: Literal["shortcut", "message_action"] = "message_action" if message else "shortcut"
    body = {
        **_interaction(state, kind, user),
        "callback_id": callback_id,
        "action_ts": f"{state.clock.now():.6f}",
    }
    if message:
        channel = state.world.channels[message.channel]
        body |= {
            "channel": {"id": channel.id, "name": NAMES.get(channel.kind, channel.name)},
            "message_ts": message.ts,
            "message": show.message(state, message),
            "response_url": state.origin + state.urls.issue("app", channel.id, user.id, message),
        }
    return body


def event(state: State, inner: Json) -> Json:
    """An event of the Events API."""
    return {
        "token": OLD_TOKEN,
        "team_id": state.world.home.id,
        "api_app_id": state.app.id,
        "type": "event_callback",
        "event": inner,
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(state.clock.now()),
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": state.world.home.id,
                "user_id": state.app.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def _interaction(state: State, kind: str, user: User, view_id: str | None = None) -> Json:
    team = state.world.teams[user.team_id]
    return {
        "type": kind,
        "token": OLD_TOKEN,
        "api_app_id": state.app.id,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "trigger_id": state.triggers.issue(user.id, view_id),
    }
