"""The product as it is shipped, between a local Slack and the lab.

Strategy: Slack and lab live in the test's own process, where a test can act, break and read;
the bot is ``python -m bot serve`` in a process of its own, which can be stopped and killed.
What it says on stderr is printed at the end, so that pytest shows it with a failure.
"""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientConnectionError

from bot.lab import Lab
from bot.sandbox.request_url import RequestUrl
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message
from handlers.manifest import manifest
from tests.whole.cards import labels, said, settled, stamp, titled
from tests.whole.processes import PATIENCE, Bot, Done, cli

HOST = "srv-app-07"
COMMAND = f"/rdp {HOST} 0x904 0x7"
ANOTHER = "Open another"
CANCEL = "update ticket set state = 'cancelled' where state = 'open'"
POLL = 0.1
MOST_STEPS = 8
T = TypeVar("T")

SETTINGS = """\
[slack]
api_url = "{api_url}"
mode = "{mode}"
listen = "127.0.0.1:{port}"
helpdesk_channels = ["C0HELPDESK"]
escalation_channel = "C0ESCALATE"

[store]
path = "tickets.db"

[http]
listen = "127.0.0.1:0"

[limits]
same_host_seconds = 0
per_user_minute = 1000

[log]
format = "text"
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything together: what people do in Slack, what the lab's administrator does."""

    slack: LocalSlack
    lab: Lab
    bot: Bot
    config: Path

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self.config.parent / "tickets.db"

    async def cli(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command on the bot's own settings."""
        return await cli(*arguments, "--config", str(self.config), stdin=stdin)

    async def tickets(self) -> list[dict[str, Any]]:
        """All tickets as ``tickets list --json`` tells them, newest first."""
        done = await self.cli("tickets", "list", "--json", "--limit", "1000")
        assert done.code == 0, done.err
        return done.rows

    def stored(self, question: str, *values: object) -> list[Any]:
        """The first column of what the bot's database answers, read beside it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute(question, values)]

    def cards(self, host: str = HOST, channel: str = "helpdesk") -> list[Message]:
        """The bot's cards of a host in a channel, oldest first."""
        return [each for each in self.slack.from_app(channel) if titled(each, host)]

    async def tidy(self) -> None:
        """Begin anew: the bot runs, Slack is well, no message is left and nothing is broken."""
        self.slack.state.faults.clear()
        if not self.bot.runs:
            await self.bot.start()
        for channel in ("helpdesk", "escalations"):
            for message in self.slack.from_app(channel):
                self.slack.delete("admin", message)
        for person in ("asker", "teammate", "lead", "guest"):
            self.slack.reload(person)
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(CANCEL)  # so that nobody is asked whether to join what is left
        for row in self.lab.faults():
            await self.lab.damage(row.name)

    async def open(self, line: str = COMMAND, user: str = "asker") -> Message:
        """Type a command in #helpdesk and wait for the verdict on its card.

        Where the host is open already, another ticket is opened all the same.
        """
        host = line.split()[1]
        before, told = len(self.cards(host)), len(self.slack.ephemerals(user))
        receipt = await self.slack.command(user, "helpdesk", line)
        assert receipt.ok, receipt

        def offers() -> list[Message]:
            heard = self.slack.ephemerals(user)[told:]
            return [each for each in heard if ANOTHER in labels(each)]

        await self.wait(lambda: len(self.cards(host)) > before or offers(), "the card")
        for offer in offers():
            assert (await self.slack.click(user, offer, ANOTHER)).ok
        await self.wait(lambda: len(self.cards(host)) > before, "the card")
        card = self.cards(host)[-1]
        await self.moved(card)
        return card

    async def press(self, card: Message, label: str, user: str = "asker") -> None:
        """Press a button of a card and wait for the next card with something to press."""
        before = stamp(card)
        receipt = await self.slack.click(user, card, label)
        assert receipt.ok, receipt
        await self.moved(card, before)

    async def choose(self, card: Message, choice: str, user: str = "asker") -> None:
        """Choose an entry of a card's menu and wait for the next card."""
        before = stamp(card)
        receipt = await self.slack.choose(user, card, choice)
        assert receipt.ok, receipt
        await self.moved(card, before)

    async def moved(self, card: Message, before: str = "") -> None:
        """Wait for a version of a card that has something to press, after the one ``before``."""
        await self.wait(
            lambda: settled(card) and stamp(card) != before, f"a card after {before or 'looking'}"
        )

    async def private(self, user: str, *words: str, since: int = 0) -> str:
        """What somebody was told privately, all of ``words`` in it."""

        def told() -> str:
            for message in self.slack.ephemerals(user)[since:]:
                if all(word in said(message) for word in words):
                    return said(message)
            return ""

        return await self.wait(told, f"{user} being told {words}")

    async def wait(self, predicate: Callable[[], T], what: str) -> T:
        """The first true value of ``predicate``; raises TimeoutError."""
        return await self.slack.wait_for(predicate, PATIENCE, what)


@asynccontextmanager
async def whole(
    folder: Path, more: str = "", *, mode: str = "socket", start: bool = True
) -> AsyncIterator[Whole]:
    """A lab, a local Slack and the bot between them; ``more`` is added to its settings."""
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(Lab())
        slack = await stack.enter_async_context(LocalSlack(manifest(), limits="off"))
        port = free_port()
        text = SETTINGS.format(api_url=slack.api_url, mode=mode, port=port)
        config = lab.settings_toml(folder, text + more)
        tokens = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
        }
        bot = Bot(config, tokens, _readiness(slack, mode, port), folder / "bot.log")
        stack.callback(lambda: print(bot.said))
        stack.push_async_callback(bot.close)
        if start:
            await bot.start()
        yield Whole(slack, lab, bot, config)


async def wander(world: Whole, card: Message, title: str, least: int = 0) -> None:
    """Take ``least`` steps or more that help nobody, and come to the fix of this title."""
    met = False
    for count in range(MOST_STEPS):
        here = f"Next: {title}" in said(card)
        if here and count >= least:
            return
        if met:
            await world.choose(card, "back")
        else:
            other = "It worked" in labels(card) and not here
            await world.press(card, "Did not help" if other else "Not sure")
        met = met or here
    raise AssertionError(f"{title!r} was not offered in {MOST_STEPS} steps:\n{said(card)}")


def _readiness(slack: LocalSlack, mode: str, port: int) -> Callable[[], Awaitable[None]]:
    if mode == "socket":
        return lambda: slack.connected(within=PATIENCE)
    receiver = slack.use_http(f"http://127.0.0.1:{port}/slack/events")

    return lambda: _verified(receiver)


async def _verified(receiver: RequestUrl) -> None:
    """Wait until the bot answers the challenge with which Slack tries a request URL."""
    for _ in range(round(PATIENCE / POLL)):
        with suppress(ClientConnectionError):
            assert await receiver.verify(), "the challenge was refused"
            return
        await asyncio.sleep(POLL)
    raise TimeoutError("the bot does not listen")


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
