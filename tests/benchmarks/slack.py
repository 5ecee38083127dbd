"""A hundred tickets and three hundred clicks at once: ``python -m tests.benchmarks.slack``.

The bot is ``serve`` in a process of its own, behind the local Slack of this process; the hosts are
simulated, in a third one, on the same machine.  Times are Slack's: from the moment in which
something is sent to the bot.  Slack's rate limits are off, or they alone would be measured: it
takes 50 edits a minute.
"""

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path

from bot.sandbox.cast import HOME, STAFF
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Channel, Message, User
from handlers.manifest import manifest
from tests.benchmarks.figures import Figures, Goal
from tests.benchmarks.sweep import hosts
from tests.whole.cards import labels, settled, stamp
from tests.whole.processes import Bot
from tests.whole.support import free_port

TICKETS, CLICKS, IN_CHANNELS = 100, 300, 60
PATIENCE = 240.0
ACK_GOAL, MEMORY_GOAL = Goal(300), Goal(120)
LOOPBACK = "127.0.0.1"
PRESSED = ("Not sure", "Look again", "Re-check")
SETTINGS = """\
[slack]
api_url = "{api_url}"
helpdesk_channels = [{channels}]
[targets]
allow = ["127.0.0.1/32"]
ports = {ports}
direct = true
[http]
listen = "127.0.0.1:{health}"
[limits]
in_flight = 1000
per_user_minute = 1000
"""


class Crowd:
    """A ticket a person: most in a channel of their own, the rest by direct message."""

    def __init__(self, slack: LocalSlack, ports: Sequence[int]) -> None:
        self._slack = slack
        self._ports = ports
        self.channels = [f"C0DESK{number:03}" for number in range(IN_CHANNELS)]
        bot = slack.state.app.user_id
        for number in range(len(ports)):
            user = User(f"U0PERSON{number:03}", f"person-{number}", HOME.id)
            slack.state.world.users[user.id] = user
        for number, name in enumerate(self.channels):
            members = {*STAFF, bot, f"U0PERSON{number:03}"}
            slack.state.world.channels[name] = Channel(
                name, name.lower(), "public", HOME.id, members
            )

    def _place(self, number: int) -> str:
        return self.channels[number] if number < IN_CHANNELS else "dm"

    def card(self, number: int) -> Message | None:
        """The card of one of them, once it stands there."""
        cards = self._slack.from_app(self._place(number), user=f"person-{number}")
        mine = [each for each in cards if each.blocks and each.blocks[0]["type"] == "header"]
        return mine[-1] if mine else None

    def waiting(self, stamps: Sequence[str]) -> bool:
        """Whether some card has not yet got further than its stamp."""
        cards = [self.card(number) for number in range(len(self._ports))]
        return any(
            card is None or not settled(card) or stamp(card) == before
            for card, before in zip(cards, stamps, strict=True)
        )

    async def type(self, number: int) -> None:
        """One of them asks for a host."""
        line = f"/rdp {LOOPBACK}:{self._ports[number]} 0x904 0x7"
        await self._slack.command(f"person-{number}", self._place(number), line)

    async def press(self, number: int) -> None:
        """One of them presses the first button that goes on."""
        card = self.card(number)
        label = next((each for each in PRESSED if card and each in labels(card)), "")
        if card is not None and label:
            await self._slack.click(f"person-{number}", card, label)

    async def everybody(self, act: Callable[[int], object]) -> float:
        """All of them at once; the seconds until the last card has got further."""
        everyone = range(len(self._ports))
        before = [stamp(card) if (card := self.card(number)) else "" for number in everyone]
        began = time.perf_counter()
        await asyncio.gather(*(act(number) for number in everyone))  # type: ignore[call-overload]
        await self._slack.wait_for(lambda: not self.waiting(before), PATIENCE, "every card")
        return time.perf_counter() - began


class Pulse:
    """Asks again and again whether the bot's loop turns; the longest wait is its longest stall."""

    def __init__(self, port: int) -> None:
        self.waits: list[float] = []
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=30)
        while not self._stop.wait(0.02):
            began = time.perf_counter()
            try:
                connection.request("GET", "/livez")
            except ConnectionRefusedError:
                if self.waits:
                    raise
                continue  # Slack is connected a moment before the address is open
            connection.getresponse().read()
            self.waits.append((time.perf_counter() - began) * 1000)
        connection.close()


@asynccontextmanager
async def running(
    folder: Path, crowd: Crowd, slack: LocalSlack, ports: Sequence[int]
) -> AsyncIterator[tuple[Bot, int]]:
    """The bot and the port of its health addresses."""
    health = free_port()
    named = ", ".join(f'"{each}"' for each in crowd.channels)
    config = folder / "rdp-triage.toml"
    config.write_text(
        SETTINGS.format(api_url=slack.api_url, channels=named, ports=list(ports), health=health),
        encoding="utf-8",
    )
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    bot = Bot(config, tokens, lambda: slack.connected(within=30), folder / "bot.log")
    try:
        await bot.start()
        yield bot, health
    finally:
        await bot.close()


async def measure(figures: Figures, folder: Path, ports: Sequence[int]) -> None:
    """Everybody types at once, then everybody presses, three times."""
    async with LocalSlack(manifest(), limits="off") as slack:
        crowd = Crowd(slack, ports)
        async with running(folder, crowd, slack, ports) as (bot, health):
            with Pulse(health) as pulse:
                await asyncio.sleep(3)  # the planning worker is warm, as it is in a bot that runs
                idle = max(pulse.waits, default=0.0)
                pulse.waits.clear()
                began = slack.state.clock.now()
                last = await crowd.everybody(crowd.type)
                verdicts = sorted(_verdict(crowd.card(each)) - began for each in range(len(ports)))
                rounds = [await crowd.everybody(crowd.press) for _ in range(CLICKS // len(ports))]
            _tell(figures, slack)
            figures.show(
                "time to the verdict on the card, median", statistics.median(verdicts), "s"
            )
            figures.show("   p95", _part(verdicts, 0.95), "s")
            figures.show("   the last one", last, "s")
            for seconds in rounds:
                figures.show(f"{len(ports)} clicks at once, until every card is new", seconds, "s")
            figures.show(
                "longest wait for /livez (its loop's stall, at most)", max(pulse.waits), "ms"
            )
            figures.show("   p99", _part(sorted(pulse.waits), 0.99), "ms")
            figures.show("   longest with nothing to do", idle, "ms")
            figures.show("resident, the most (VmHWM)", _resident(bot.pid), "MB", MEMORY_GOAL)


def _tell(figures: Figures, slack: LocalSlack) -> None:
    acks = slack.journal.acks()
    latencies = sorted(
        each.get("latency") * 1000 for each in acks if each.get("latency") is not None
    )
    figures.show("acknowledged", len(latencies), f"of {len(slack.journal.of('envelope'))}")
    figures.show("acknowledgement, median", statistics.median(latencies), "ms")
    figures.show("   p99", _part(latencies, 0.99), "ms", ACK_GOAL)
    figures.show("   the slowest", latencies[-1], "ms")


def _verdict(card: Message | None) -> float:
    """When the first version of a card appeared that has something to press."""
    if card is None:
        raise ValueError("a card is missing")
    whole = list(card.versions)
    try:
        for each in whole:
            card.versions[:] = [each]
            if settled(card):
                return each.at
    finally:
        card.versions[:] = whole
    raise ValueError("a card has no verdict")


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _resident(pid: int) -> float:
    """The most that the bot's main process held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Measure and print."""
    figures = Figures()
    figures.title(f"{TICKETS} tickets at once, {IN_CHANNELS} in channels, then {CLICKS} clicks")
    with tempfile.TemporaryDirectory() as folder, hosts(TICKETS) as ports:
        asyncio.run(measure(figures, Path(folder), ports))
    figures.close()


if __name__ == "__main__":
    main()
