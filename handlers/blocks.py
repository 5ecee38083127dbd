"""Block Kit dictionaries that Slack accepts, whatever is put into them.

Strategy: each builder cuts to Slack's limit and replaces what would be empty; foreign text goes
into plain text or preformatted elements, where nothing is live.  mrkdwn is used only for our own
words, with exactly ``& < >`` escaped in everything put into them.
What is neither seen nor wanted (controls, lone surrogates, marks that turn the direction of what
follows) is left out, except the joiners that scripts and emoji need.
Limits: docs.slack.dev/reference/block-kit.
"""

import re
from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]

MOST_BLOCKS = 50
HEADER, SECTION, BUTTON, VALUE, OPTION, OPTION_VALUE = 150, 3000, 75, 2000, 75, 150
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
CONTEXT_ELEMENTS, ACTION_ELEMENTS, OVERFLOW_OPTIONS = 10, 25, 5
FALLBACK = 3000
RICH_TEXT = 3000
EMPTY = "-"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Unicode: C0 and C1 except tab and line feed, bidirectional and format controls, tags."""


def seen(text: str) -> str:
    """The text without what a reader cannot see and what turns the text after it around."""
    return _UNSEEN.sub("", text)


def escape(text: str) -> str:
    """Exactly the three characters that make Slack text live."""
    return seen(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(text: str) -> str:
    """Foreign text as the plain ``text`` of a message: escaped, and no address becomes a link."""
    return cut(escape(text).replace("://", ": //"), FALLBACK)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters and never blank; an escaped character is not cut in two."""
    text = seen(text)
    if not text.strip():
        return EMPTY
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    start = short.rfind("&", max(0, len(short) - 5))
    if start >= 0 and ";" not in short[start:]:
        short = short[:start]
    return f"{short}…"


def plain(text: str, limit: int) -> Block:
    """A text in which nothing is live; emoji codes stay as typed."""
    return {"type": "plain_text", "text": cut(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int = SECTION) -> Block:
    """A text of ours; whatever was put into it has been escaped."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def header(text: str) -> Block:
    """The first line of a card."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str) -> Block:
    """A paragraph of our own words in mrkdwn."""
    return {"type": "section", "text": mrkdwn(text)}


def words(text: str, limit: int = SECTION) -> Block:
    """A paragraph in which nothing is live."""
    return {"type": "section", "text": plain(text, limit)}


def context(*texts: Block) -> Block:
    """Small print: text objects made by plain() or mrkdwn()."""
    return {"type": "context", "elements": list(texts[:CONTEXT_ELEMENTS])}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Block]) -> list[Block]:
    """A row of buttons; none where there is nothing to press."""
    return [{"type": "actions", "elements": list(elements[:ACTION_ELEMENTS])}] if elements else []


def button(action_id: str, label: str, value: str, style: str = "", confirm: str = "") -> Block:
    """A button; ``confirm`` is a question that is asked before."""
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": plain(label, BUTTON),
        "value": seen(value)[:VALUE] or EMPTY,
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = {
            "title": plain(label, CONFIRM_TITLE),
            "text": plain(confirm, CONFIRM_TEXT),
            "confirm": plain(label, CONFIRM_BUTTON),
            "deny": plain("Not now", CONFIRM_BUTTON),
        }
    return made


def option(label: str, value: str) -> Block:
    """An entry of a menu or select."""
    return {"text": plain(label, OPTION), "value": seen(value)[:OPTION_VALUE] or EMPTY}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """The menu behind three dots."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": list(options[:OVERFLOW_OPTIONS]),
    }


def text_element(text: str, *, bold: bool = False, code: bool = False) -> Block:
    """A piece of rich text; it is never parsed for links or mentions."""
    made: Block = {"type": "text", "text": seen(text)[:RICH_TEXT] or EMPTY}
    style = {name: True for name, on in (("bold", bold), ("code", code)) if on}
    return {**made, "style": style} if style else made


def rich_section(elements: Sequence[Block]) -> Block:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def rich_text(elements: Sequence[Block]) -> Block:
    """A block of rich text: sections, lists, preformatted."""
    return {"type": "rich_text", "elements": list(elements)}


def modal(callback_id: str, title: str, blocks: Sequence[Block], **rest: Any) -> Block:
    """A modal; ``rest`` may hold private_metadata and submit (a label)."""
    made: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": list(blocks[:100]),
    }
    if "submit" in rest:
        made["submit"] = plain(rest["submit"], 24)
    if "private_metadata" in rest:
        made["private_metadata"] = str(rest["private_metadata"])[:3000]
    return made


def field(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """An input of a modal; its block id and action id are the same."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label, 2000),
        "optional": optional,
        "element": {**element, "action_id": name},
    }
