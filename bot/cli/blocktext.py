"""Block Kit as plain text: how the demo prints a Slack message in a terminal."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

Block = Mapping[str, Any]

_MARKUP = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")
_DATE = re.compile(r"<!date\^[^|<>]*\|([^<>]*)>")


def text_of(blocks: Iterable[Block], people: Mapping[str, str] | None = None) -> str:
    """All blocks, one after the other, buttons in brackets; ``people`` names who is mentioned.

    A date is its fallback.
    """
    said = "\n".join(filter(None, (_block(block) for block in blocks)))
    known = people or {}
    named = _MENTION.sub(lambda found: f"@{known.get(found[1], found[1])}", said)
    return _DATE.sub(r"\1", named)


def _block(block: Block) -> str:
    match block["type"]:
        case "divider":
            return "-" * 60
        case "actions":
            return "  ".join(_element(each) for each in block["elements"])
        case "context":
            return " · ".join(_text(each) for each in block["elements"])
        case "rich_text":
            return "\n".join(_rich(each) for each in block["elements"])
        case _:
            parts = [block.get("text"), *block.get("fields", ())]
            said = "\n".join(_text(part) for part in parts if part)
            aside = block.get("accessory")
            return f"{said}  {_element(aside)}" if aside else said


def _element(element: Block) -> str:
    if element["type"] == "overflow":
        return "[More: " + ", ".join(_text(each["text"]) for each in element["options"]) + "]"
    return f"[{_text(element['text'])}]" if "text" in element else ""


def _text(part: Block) -> str:
    if part.get("type") == "image":
        return str(part.get("alt_text", ""))
    said = str(part.get("text", ""))
    return html.unescape(_MARKUP.sub(r"\1", said)) if part.get("type") == "mrkdwn" else said


def _rich(element: Block) -> str:
    """A section, list, quote or preformatted block of rich text."""
    inner = element.get("elements", ())
    if element["type"] == "rich_text_list":
        ordered = element.get("style") == "ordered"
        start = int(element.get("offset", 0)) + 1
        marks = (f"{start + index}. " if ordered else "- " for index in range(len(inner)))
        lead = "   " * int(element.get("indent", 0))
        return "\n".join(lead + mark + _rich(each) for mark, each in zip(marks, inner, strict=True))
    said = "".join(str(each.get("text") or each.get("url") or "") for each in inner)
    if element["type"] == "rich_text_preformatted":
        return "\n".join(f"    {line}" for line in said.splitlines())
    return said
