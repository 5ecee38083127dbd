"""Slack's markup: escaping of commands with ``should_escape``, and what in a text is live.

Escaping of commands: docs.slack.dev, implementing slash commands. That plain host names under a
well-known domain become links too is what Slack's clients do to messages; for commands a guess.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.world import World

Json = dict[str, Any]
WORD = re.compile(
    r"(?P<user>(?<!\S)@(?P<name>[\w.-]+))"
    r"|(?P<channel>(?<!\S)\#(?P<room>[\w-]+))"
    r"|(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<host>(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|de|io|net|org)(?![\w.-]))",
    re.IGNORECASE,
)
ENTITY = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
BARE_URL = re.compile(r"https?://[^\s<>|]+")


def escaped(world: World, text: str) -> str:
    """A command's text as an app with ``should_escape`` gets it."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return WORD.sub(lambda found: _escape_word(world, found), safe)


def _escape_word(world: World, found: re.Match[str]) -> str:
    whole = found.group()
    if found["user"]:
        ids = [user.id for user in world.users.values() if user.name == found["name"]]
        return f"<@{ids[0]}>" if ids else whole
    if found["channel"]:
        rooms = [room for room in world.channels.values() if room.name == found["room"]]
        if not rooms:
            return whole
        label = rooms[0].name if rooms[0].kind == "public" else ""
        return f"<#{rooms[0].id}|{label}>"
    if found["url"]:
        return f"<{whole}>"
    return f"<mailto:{whole}|{whole}>" if found["mail"] else f"<http://{whole}|{whole}>"


@dataclass(frozen=True, slots=True)
class Live:
    """Something in a message that notifies or can be followed.

    ``kind``: user, channel, group, broadcast, date, link (written as markup), bare-link (made a
    link by the client).
    """

    kind: str
    target: str
    label: str = ""


NOTIFYING = frozenset({"user", "group", "broadcast"})


def live(text: str, blocks: list[Json]) -> list[Live]:
    """Everything live in a message: in its fallback text, mrkdwn objects and rich text."""
    found = list(_of_mrkdwn(text))
    for part in _walk(blocks):
        if part.get("type") == "mrkdwn":
            found += _of_mrkdwn(part["text"], bare=not part.get("verbatim"))
        else:
            found += _of_rich_text(part)
    return found


def _of_mrkdwn(text: str, *, bare: bool = True) -> Iterator[Live]:
    for entity in ENTITY.finditer(text):
        yield _entity(entity[1], entity[2] or "")
    if bare:
        for url in BARE_URL.finditer(ENTITY.sub(" ", text)):
            yield Live("bare-link", url.group())


def _entity(body: str, label: str) -> Live:
    for mark, kind in (("@", "user"), ("#", "channel"), ("!subteam^", "group"), ("!date^", "date")):
        if body.startswith(mark):
            return Live(kind, body.removeprefix(mark), label)
    return Live("broadcast", body[1:], label) if body[0] == "!" else Live("link", body, label)


def _of_rich_text(part: Json) -> Iterator[Live]:
    keys = {"user": "user_id", "channel": "channel_id", "usergroup": "usergroup_id"}
    kind = str(part.get("type"))
    if kind in keys and keys[kind] in part:
        yield Live("group" if kind == "usergroup" else kind, part[keys[kind]])
    elif kind == "broadcast":
        yield Live("broadcast", part["range"])
    elif kind == "link":
        yield Live("link", part["url"], part.get("text", ""))


def _walk(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
