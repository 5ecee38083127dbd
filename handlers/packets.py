"""Packet -> the message for the second line, and a modal with the same as Markdown to copy.

Strategy: like a card, within Slack's limits by giving its parts less room; what people typed and
what targets sent stands in rich text elements, where nothing is live.
"""

from collections.abc import Sequence
from typing import Any

from bot.desk.api import Packet
from handlers import blocks as b
from handlers.cards import Room, fitting, mention, press
from handlers.ids import View

MOST_LINES = {4_000: 12, 1_500: 8, 600: 5, 0: 2}
"""Lines of a chapter by the room that prose has; the rest is under Details."""

LONGEST_PAGE = 60_000
"""Characters of a page, which Slack limits to 250,000 bytes."""


def message(packet: Packet, group: str = "") -> dict[str, Any]:
    """``text`` and ``blocks``; ``group`` is the user group that is told where nobody is named."""
    return {
        "text": _text(packet, group),
        "blocks": fitting(lambda room: _blocks(packet, group, room)),
    }


def _text(packet: Packet, group: str) -> str:
    said = b.fallback(packet.summary).replace("{by}", mention(packet.by), 1)
    whom = _whom(packet, group)
    return b.cut(f"{whom}: {said}" if whom else said, b.FALLBACK)


def _whom(packet: Packet, group: str) -> str:
    return mention(packet.to) if packet.to else mention(group) if group else ""


def _blocks(packet: Packet, group: str, room: Room) -> list[b.Block]:
    whom = _whom(packet, group)
    head = f"{b.escape(packet.state)}, handed over by {mention(packet.by)}"
    head += (f" to {whom}" if whom else "") + f", {b.escape(packet.after)} in"
    if packet.owner:
        head += f", claimed by {mention(packet.owner)}"
    made = [
        b.header(f"#{packet.number}  {packet.host}"),
        b.context(b.mrkdwn(head)),
        b.words(packet.sentence, room.text),
    ]
    made += [_chapter(title, lines, room) for title, lines in packet.chapters]
    return [*made, *b.actions([press(each) for each in packet.buttons])]


def _chapter(title: str, lines: Sequence[str], room: Room) -> b.Block:
    most = MOST_LINES[room.prose]
    pieces = [b.text_element(f"{title}\n", bold=True)]
    pieces += [b.text_element(f"{b.cut(line, room.small)}\n") for line in lines[:most]]
    if len(lines) > most:
        pieces.append(b.text_element(f"and {len(lines) - most} more under Details\n"))
    return b.rich_text([b.rich_section(pieces)])


def page(number: str, text: str) -> b.Block:
    """A modal from which the Markdown of a packet can be copied."""
    size, text = b.RICH_TEXT, text[:LONGEST_PAGE]
    parts = [text[start : start + size] for start in range(0, len(text), size)] or [b.EMPTY]
    blocks = [
        b.rich_text([{"type": "rich_text_preformatted", "elements": [b.text_element(part)]}])
        for part in parts
    ]
    return b.modal(View.DETAILS, f"#{number[:10]} as Markdown", blocks)
