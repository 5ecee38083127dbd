"""Messages of the bot as people read them."""

import json
import re

from bot.cli.blocktext import text_of
from bot.sandbox.world import Message


def said(message: Message) -> str:
    """A message as people read it, buttons in brackets."""
    return text_of(message.blocks) if message.blocks else message.text


def labels(message: Message) -> list[str]:
    """What stands on a message's buttons."""
    return [
        element["text"]["text"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def settled(card: Message) -> bool:
    """A card on which nothing is going on: it has more to press than Cancel."""
    return bool(set(labels(card)) - {"Cancel"})


def stamp(card: Message) -> str:
    """Ticket and version that a card's buttons carry: ``12:3``."""
    found = re.search(r'"value": "(\d+:\d+):', json.dumps(card.blocks))
    return found[1] if found else ""


def number(card: Message) -> int:
    """The ticket's number in the card's header."""
    return int(said(card).split()[0].removeprefix("#"))


def titled(message: Message, host: str) -> bool:
    """Whether it is the card of this host."""
    first = message.blocks[0] if message.blocks else {}
    return bool(first.get("type") == "header" and first["text"]["text"].endswith(f"  {host}"))
