"""The chat.* methods: who may post where, and what a message may contain."""

from typing import Any

from bot.sandbox.arguments import Arguments
from bot.sandbox.blocks import check_message_blocks
from bot.sandbox.errors import SlackError
from bot.sandbox.show import message as show_message
from bot.sandbox.state import State
from bot.sandbox.world import Channel, Message, Version

Json = dict[str, Any]
TEXT_KEPT = 40_000  # longer text is cut when posted
TEXT_UPDATED = 4_000  # longer text is refused when updated


def post_message(state: State, call: Arguments) -> Json:
    """chat.postMessage."""
    channel = writable(state, call.text("channel"), allow_user=True)
    version = content(state, call, "api")
    thread_ts = call.text("thread_ts") or None
    if thread_ts:
        state.world.find(channel, thread_ts)
    message = state.world.post(channel, state.app.user_id, version, thread_ts=thread_ts)
    message.metadata = call.get("metadata")
    body = show_message(state, message)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def update(state: State, call: Arguments) -> Json:
    """chat.update."""
    channel = _visible(state, call.text("channel"))
    if channel.archived:
        raise SlackError("is_inactive")
    message = _own(state, channel, call.text("ts"), "cant_update_message")
    if len(call.text("text")) > TEXT_UPDATED:
        raise SlackError("msg_too_long")
    version = content(state, call, "api")
    if _only_rich_text(message.blocks) and version.blocks and not _rich_text(version.blocks):
        raise SlackError("block_mismatch")
    message.versions.append(version)
    if "metadata" in call:
        message.metadata = call.get("metadata") or None
    body = show_message(state, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": body}


def delete(state: State, call: Arguments) -> Json:
    """chat.delete."""
    channel = _visible(state, call.text("channel"))
    message = _own(state, channel, call.text("ts"), "cant_delete_message")
    message.deleted_at = state.clock.now()
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(state: State, call: Arguments) -> Json:
    """chat.postEphemeral; the message exists only in the client of one member."""
    channel = writable(state, call.text("channel"), allow_user=False)
    user = state.world.users.get(call.text("user"))
    if user is None or user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    version = content(state, call, "api")
    thread_ts = call.text("thread_ts") or None
    message = state.world.post(channel, state.app.user_id, version, thread_ts=thread_ts)
    message.only_for = user.id
    return {"message_ts": message.ts}


def get_permalink(state: State, call: Arguments) -> Json:
    """chat.getPermalink."""
    channel = _visible(state, call.text("channel"))
    message = state.world.find(channel, call.text("message_ts"))
    digits = message.ts.replace(".", "")
    link = f"{state.origin}/archives/{channel.id}/p{digits}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def writable(state: State, ref: str, *, allow_user: bool) -> Channel:
    """The conversation that the app may post to, by id, name, or the id of a user to write to."""
    if ref in state.world.users:
        if not allow_user or ref == state.app.user_id:
            raise SlackError("channel_not_found")
        channel = state.world.direct(state.app.user_id, ref)
    else:
        channel = _visible(state, ref)
    if channel.kind == "im" and not state.app.messages_tab:
        raise SlackError("messages_tab_disabled")
    if channel.archived:
        raise SlackError("is_archived")
    if state.app.user_id not in channel.members and "chat:write.public" not in state.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def content(state: State, call: Arguments, by: str) -> Version:
    """What a call wants to say; raises SlackError no_text and the errors of blocks."""
    blocks = check_message_blocks(call.get("blocks") or [])
    text = call.text("text").strip()
    if call.get("attachments"):
        raise SlackError("invalid_attachments")  # this emulator knows no attachments
    if not text and not blocks:
        raise SlackError("no_text")
    if not text:
        state.journal.record("warning", what="message without text", blocks=len(blocks))
    if call.flag("link_names"):
        state.journal.record("warning", what="link_names turns plain names into mentions")
    return state.world.version(text[:TEXT_KEPT], blocks, by)


def _visible(state: State, ref: str) -> Channel:
    """A conversation that the app can know of: public, or one that it is a member of."""
    channel = state.world.channel(ref)
    if channel.kind != "public" and state.app.user_id not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def _own(state: State, channel: Channel, ts: str, refusal: str) -> Message:
    message = state.world.find(channel, ts)
    if message.only_for:
        raise SlackError("message_not_found")
    if message.user != state.app.user_id:
        raise SlackError(refusal)
    return message


def _rich_text(blocks: list[Json]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


def _only_rich_text(blocks: list[Json]) -> bool:
    return bool(blocks) and all(block["type"] == "rich_text" for block in blocks)
