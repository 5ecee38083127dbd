"""Who sent a payload, and where it stands; read from the payload, never from a button's value."""

import secrets
from collections.abc import Mapping
from typing import Any

from bot.desk.api import Sender, Tenant

Body = Mapping[str, Any]


def commander(body: Body) -> Sender:
    """The sender of a slash command."""
    return Sender(
        body["user_id"],
        Tenant(body.get("enterprise_id") or "", body["team_id"]),
        body["channel_id"],
        body.get("trigger_id") or secrets.token_hex(8),
        body.get("response_url") or "",
    )


def clicker(body: Body, channel: str = "") -> Sender:
    """The sender of a click or a submitted view; ``channel`` where the payload names none."""
    user, team = body["user"], body.get("team") or {}
    enterprise = body.get("enterprise") or {}
    return Sender(
        user["id"],
        Tenant(enterprise.get("id") or "", user.get("team_id") or team.get("id") or ""),
        (body.get("channel") or {}).get("id") or channel,
        body.get("trigger_id") or secrets.token_hex(8),
        body.get("response_url") or "",
    )


def opener(body: Body) -> Sender:
    """The sender of an event; it names no team of a person, so the workspace's counts."""
    return Sender(
        body["event"]["user"],
        Tenant(body.get("enterprise_id") or "", body["team_id"]),
        key=str(body.get("event_id") or secrets.token_hex(8)),
    )


def card_of(body: Body) -> str:
    """The timestamp of the message on which a button stood; empty for private messages."""
    container = body.get("container") or {}
    if container.get("is_ephemeral"):
        return ""
    return str(container.get("message_ts") or "")
