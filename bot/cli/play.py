"""The demo without a terminal: one whole ticket, played through the real bot and a local Slack.

Strategy: the script is a person, not the product: it types a command, reads the card and presses
buttons that stand on it.  The administrator's act is a step of its own between two clicks, so
that the second look has something to prove.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from bot.cli.blocktext import text_of
from bot.cli.stage import SLACK
from bot.lab.world import Lab
from bot.sandbox.cast import PEOPLE
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message

HOST = "srv-app-07"
COMMAND = f"/rdp {HOST} 0x904 0x7"
MOST_STEPS = 6
PATIENCE = 20.0
SAME = "..."
"""Stands for lines of a card that read as before."""

OPENING = """\
The real bot, in a local Slack, looks at a simulated host; nothing outside this machine is touched.
Lines with  |  are what Slack shows; of a card that is edited, only what is new.\
"""
CLOSING = """
In a terminal,  rdp-triage demo  opens a page on which you are the technician.\
"""


class NotAsPlanned(Exception):
    """The ticket did not go the way that the demo shows."""


async def play(folder: Path) -> None:
    """Play one ticket and print it; raises NotAsPlanned."""
    from bot.app import serve
    from bot.settings import read
    from handlers.manifest import manifest

    async with Lab() as lab, LocalSlack(manifest()) as slack:
        path = lab.settings_toml(folder, SLACK.format(api_url=slack.api_url))
        ready = asyncio.Event()
        bot = asyncio.create_task(serve(read(path, slack.tokens), ready=ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if bot.done():
                waiting.cancel()
                await bot
            await slack.connected()
            await Script(lab, slack).run()
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)


class Script:
    """What @asker does in #helpdesk."""

    def __init__(self, lab: Lab, slack: LocalSlack) -> None:
        self._lab = lab
        self._slack = slack
        self._shown: list[str] = []

    async def run(self) -> None:
        """From the command to the history."""
        click.echo(OPENING)
        _scene(f"@asker types in #helpdesk:  {COMMAND}")
        await self._slack.command("asker", "helpdesk", COMMAND)
        card = await self._card()
        for _ in range(MOST_STEPS):
            self._show(card)
            if "resolved, verified" in text_of(card.blocks):
                break
            await self._answer(card)
        else:
            raise NotAsPlanned(f"the ticket was not resolved in {MOST_STEPS} steps")
        line = f"/rdp history {HOST}"
        _scene(f"@asker types:  {line}")
        seen = len(self._slack.ephemerals("asker"))
        await self._slack.command("asker", "helpdesk", line)
        await self._slack.wait_for(
            lambda: len(self._slack.ephemerals("asker")) > seen, PATIENCE, "the history"
        )
        self._shown = []
        self._show(self._slack.ephemerals("asker")[-1])
        click.echo(CLOSING)

    async def _answer(self, card: Message) -> None:
        """Press what a person would press now."""
        offered = list(_labels(card.blocks))
        if "It worked" not in offered:
            await self._press(card, "Not sure")
            return
        if not self._tells(card, "has not changed") and not self._tells(
            card, "Nothing has changed"
        ):
            _scene("Nobody has touched the server yet. @asker presses  [It worked]")
        else:
            row = await self._lab.repair(HOST)
            _scene(f"{row.repair}\nThen @asker presses  [It worked]")
        await self._press(card, "It worked", tell=False)

    def _show(self, message: Message) -> None:
        """Print a message; of a card that is edited only what is new."""
        people = {user.id: user.name for user in PEOPLE}
        said = text_of(message.blocks, people) if message.blocks else message.text
        lines = [line.rstrip() for line in said.splitlines()]
        for line in news(lines, self._shown):
            click.echo(f"  | {line}".rstrip())
        self._shown = lines

    def _tells(self, card: Message, words: str) -> bool:
        return words.lower() in text_of(card.blocks).lower()

    async def _press(self, card: Message, label: str, *, tell: bool = True) -> None:
        if tell:
            _scene(f"@asker presses  [{label}]")
        before = len(card.versions)
        receipt = await self._slack.click("asker", card, label)
        if not receipt.ok:
            raise NotAsPlanned(f"Slack showed {receipt.status} after the click on {label}")
        await self._slack.wait_for(
            lambda: len(card.versions) > before and _settled(card), PATIENCE, "the next card"
        )

    async def _card(self) -> Message:
        """The card with its verdict."""
        found = await self._slack.wait_for(
            lambda: [each for each in self._slack.from_app("helpdesk") if _settled(each)],
            PATIENCE,
            "the verdict",
        )
        return found[-1]


def _settled(card: Message) -> bool:
    """A card on which nothing is going on: it has more to press than Cancel, or is closed."""
    return bool(set(_labels(card.blocks)) - {"Cancel"})


def _labels(blocks: Iterable[dict[str, Any]]) -> Iterable[str]:
    for block in blocks:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element["type"] == "button":
                yield element["text"]["text"]


def _scene(text: str) -> None:
    click.echo(f"\n>>> {text}\n")


def news(lines: list[str], before: list[str]) -> list[str]:
    """The lines that were not there before; three dots stand for those that were."""
    news: list[str] = []
    for line in lines:
        if line not in before:
            news.append(line)
        elif news[-1:] != [SAME]:
            news.append(SAME)
    return news
