"""How people, conversations and messages look in answers and payloads."""

from typing import Any

from bot.sandbox.state import State
from bot.sandbox.world import Channel, Message, User

Json = dict[str, Any]


def user(person: User) -> Json:
    """A user object as users.info gives it."""
    return {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.name.capitalize(),
        "tz": person.tz,
        "tz_offset": person.tz_offset,
        "profile": {"real_name": person.name.capitalize(), "display_name": person.name},
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_bot": person.is_bot,
        "is_app_user": False,
    }


def channel(state: State, conversation: Channel) -> Json:
    """A conversation object as conversations.info gives it."""
    if conversation.kind == "im":
        (other,) = conversation.members - {state.app.user_id} or {state.app.user_id}
        return {"id": conversation.id, "is_im": True, "user": other, "is_open": True}
    foreign = {state.world.users[member].team_id for member in conversation.members}
    return {
        "id": conversation.id,
        "name": conversation.name,
        "is_channel": conversation.kind == "public",
        "is_group": conversation.kind == "private",
        "is_im": False,
        "is_private": conversation.kind == "private",
        "is_archived": conversation.archived,
        "is_member": state.app.user_id in conversation.members,
        "is_ext_shared": foreign > {conversation.team_id},
        "context_team_id": conversation.team_id,
    }


def message(state: State, item: Message) -> Json:
    """A message object; the app's own carry bot_id and app_id."""
    body: Json = {
        "type": "message",
        "user": item.user,
        "text": item.text,
        "ts": item.ts,
        "team": state.world.users[item.user].team_id,
    }
    if item.user == state.app.user_id:
        body |= {"bot_id": state.app.bot_id, "app_id": state.app.id}
    if item.blocks:
        body["blocks"] = item.blocks
    if item.thread_ts:
        body["thread_ts"] = item.thread_ts
    if item.metadata:
        body["metadata"] = item.metadata
    if item.edited and not item.blocks:  # a change of blocks leaves no mark
        body["edited"] = {"user": item.user, "ts": f"{item.versions[-1].at:.6f}"}
    return body
