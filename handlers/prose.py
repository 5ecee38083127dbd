"""Markdown of the knowledge base as Block Kit rich text.

Strategy: markdown-it parses, we translate the few things that entries use (paragraphs, lists,
code, emphasis).  Raw HTML, images and links become plain words: a card carries no live link.
"""

from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from handlers.blocks import EMPTY, Block, rich_section, rich_text, text_element

LONGEST = 4_000
"""Characters of prose on a card; the rest is in the knowledge base."""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def prose(markdown: str) -> list[Block]:
    """One rich text block with everything, or none for an empty text."""
    elements: list[Block] = []
    walk = _Walk(elements)
    for token in _parser().parse(markdown[:LONGEST]):
        walk.take(token)
    return [rich_text(elements)] if elements else []


class _Walk:
    """Collects rich text elements while the tokens go by."""

    def __init__(self, out: list[Block]) -> None:
        self._out = out
        self._lists: list[Block] = []
        self._item: list[Block] | None = None

    def take(self, token: Token) -> None:
        """Translate one token."""
        kind = token.type
        if kind in ("ordered_list_open", "bullet_list_open"):
            self._open_list("ordered" if kind.startswith("ordered") else "bullet")
        elif kind in ("ordered_list_close", "bullet_list_close"):
            self._flush()
            self._lists.pop()
        elif kind == "list_item_open":
            self._flush()
            self._item = []
        elif kind == "list_item_close":
            self._flush()
        elif kind == "inline":
            self._inline(token)
        elif kind in ("fence", "code_block"):
            self._code(token.content.rstrip("\n"))

    def _open_list(self, style: str) -> None:
        self._flush()
        depth = min(len(self._lists), 8)
        made: Block = {"type": "rich_text_list", "style": style, "indent": depth, "elements": []}
        self._lists.append(made)

    def _flush(self) -> None:
        """An item that has ended joins its list; the list stands where its first item ended."""
        if not self._item or not self._lists:
            self._item = None
            return
        current = self._lists[-1]
        if not self._out or self._out[-1] is not current:
            fresh = {**current, "elements": []}
            offset = current.get("offset", 0)
            if current["style"] == "ordered" and offset:
                fresh["offset"] = offset
            self._lists[-1] = current = fresh
            self._out.append(current)
        current["elements"].append(rich_section(self._item))
        self._item = None

    def _inline(self, token: Token) -> None:
        pieces = _pieces(token.children or [])
        if self._lists:
            if self._item:
                self._item.append(text_element("\n"))
            self._item = [*(self._item or []), *pieces]
        else:
            self._out.append(rich_section([*pieces, text_element("\n")]))

    def _code(self, content: str) -> None:
        """A block of code stands after the item that it belongs to; numbering goes on."""
        self._flush()
        if self._lists and self._lists[-1]["style"] == "ordered" and self._out:
            done = self._lists[-1]
            count = done.get("offset", 0) + len(done["elements"])
            self._lists[-1] = {**done, "elements": [], "offset": count}
        self._out.append(
            {"type": "rich_text_preformatted", "elements": [text_element(content or EMPTY)]}
        )


def _pieces(children: list[Token]) -> list[Block]:
    """Inline tokens as text elements; emphasis becomes bold."""
    made: list[Block] = []
    bold = 0
    for child in children:
        if child.type in ("strong_open", "em_open"):
            bold += 1
        elif child.type in ("strong_close", "em_close"):
            bold -= 1
        elif child.type in ("softbreak", "hardbreak"):
            made.append(text_element(" " if child.type == "softbreak" else "\n"))
        elif child.content:
            code: dict[str, Any] = {"bold": bold > 0, "code": child.type == "code_inline"}
            made.append(text_element(child.content, **code))
    return made or [text_element(EMPTY)]
