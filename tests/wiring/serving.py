"""The wired bot in the test's own process, so that a test can hold its parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.app import serve_until
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message
from bot.settings import Settings, read
from bot.wiring.house import House, build
from handlers.manifest import manifest
from tests.test_app import free_port

SETTINGS = """\
[slack]
api_url = "{api}"
helpdesk_channels = ["C0HELPDESK"]
[store]
path = "data/tickets.db"
[targets]
allow = ["127.0.0.1"]
ports = [{port}]
direct = true
[access]
admins = ["U0LEAD"]
[limits]
same_host_seconds = 0
[http]
listen = "127.0.0.1:{health}"
[log]
level = "info"
"""


@dataclass
class Served:
    """A bot that serves; ``again`` is its SIGHUP."""

    slack: LocalSlack
    config: Settings
    houses: list[House]
    again: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def house(self) -> House:
        return self.houses[-1]

    @property
    def file(self) -> Path:
        assert self.config.file is not None
        return self.config.file

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    async def asked(self, path: str) -> tuple[int, str]:
        address = f"http://{self.config.http.listen}{path}"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return answer.status, await answer.text()

    async def numbers(self) -> dict[str, float]:
        """What /metrics says, by name and labels."""
        _, text = await self.asked("/metrics")
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(number) for name, _, number in lines}

    async def card(self, line: str = "/rdp 127.0.0.1", user: str = "asker") -> Message:
        before = len(self.slack.from_app("helpdesk"))
        assert (await self.slack.command(user, "helpdesk", line)).ok

        def judged() -> Message | None:
            cards = self.slack.from_app("helpdesk")[before:]
            return next((each for each in cards if "Next" in str(each.blocks)), None)

        found = await self.slack.wait_for(judged, within=20, what="a verdict")
        assert found is not None
        return found


@asynccontextmanager
async def serving(folder: Path, more: str = "") -> AsyncIterator[Served]:
    """A local Slack and the bot on it; ``more`` is added to its settings."""
    async with LocalSlack(manifest(), limits="off") as slack:
        path = folder / "rdp-triage.toml"
        text = SETTINGS.format(api=slack.api_url, port=free_port(), health=free_port())
        path.write_text(text + more)
        served = Served(slack, read(path, slack.tokens), [])

        async def kept(*parts: object) -> House:
            served.houses.append(await build(*parts))  # type: ignore[arg-type]
            return served.house

        stop, ready = asyncio.Event(), asyncio.Event()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.app.build", kept)
            task = asyncio.create_task(
                serve_until(stop, served.config, ready=ready.set, again=served.again)
            )
            waiting = asyncio.create_task(ready.wait())
            try:
                await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    await task
                await slack.connected()
                yield served
            finally:
                waiting.cancel()
                stop.set()
                await task
