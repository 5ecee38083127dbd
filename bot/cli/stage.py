"""What stands around the page's Slack in the demo: the lab's hosts, its jump box, and the bot.

The bot is a process of its own, the same command that an administrator runs, so that killing it
is a real kill.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bot.lab.hosts import BRANCH, MAIN, Host
from bot.lab.jumpbox import JumpboxState
from bot.lab.world import Lab
from bot.sandbox.server import LocalSlack
from bot.settings_environment import inherited

Json = dict[str, Any]
SLACK = """\
[slack]
api_url = "{api_url}"
helpdesk_channels = ["C0HELPDESK"]
escalation_channel = "C0ESCALATE"

[store]
path = "tickets.db"

[http]
listen = "127.0.0.1:0"

[limits]
same_host_seconds = 0

[log]
level = "error"
format = "text"
"""
"""What the bot's settings say besides the lab's: which Slack, and a quiet log."""

TOLD = {
    "srv-app-01": "0x904",
    "srv-app-07": "0x904 0x7",
    "srv-db-02": "CredSSP encryption oracle remediation",
    "srv-file-01": "0x204",
    "srv-file-02": "0x204",
    "pc-sales-13": "0x104",
}
"""What somebody would have read on the screen when it failed, where there is something to read."""

HEARD = {
    "srv-app-02": "it takes its time",
    "srv-dns-01": "the head office connects, the branch does not",
    "srv-farm-01": "one day it shows this certificate, one day that",
    "srv-scope-01": "the branch connects, the head office does not",
    "srv-way-01": "the head office connects, the branch does not",
}
"""What else somebody would have said; of the other hosts only that they do not connect."""

UNHEARD = "it just does not connect"

COMMANDS = (
    ("/rdp srv-app-07 0x904 0x7", "a host with the codes that the user saw"),
    ("/rdp", "the start form: paste an error text or an .rdp file"),
    ("/rdp srv-way-01 via all", "looked at from both jump boxes, lab and branch"),
    ("/rdp history srv-app", "tickets of before, filtered"),
    ("/rdp help", "everything that can be typed"),
    ("/rdp srv-app-07;reboot", "nonsense: what the bot makes of it"),
)
SECONDS_TO_STOP = 8.0
DEAD_SECONDS = 2.0


class Bot:
    """The process of ``rdp-triage serve``; its words go to ``bot.log`` in the folder."""

    def __init__(self, settings: Path, tokens: Mapping[str, str]) -> None:
        self._settings = settings
        self._tokens = tokens
        self._process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; it is ready when its socket is open, which the local Slack sees."""
        roots = self._settings.parent / "lab_roots.pem"
        environment = inherited({**self._tokens, "SSL_CERT_FILE": str(roots)})
        with (self._settings.parent / "bot.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--config", str(self._settings)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process and self.runs:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """End it as an administrator would; a bot that does not end is killed."""
        if not self._process or not self.runs:
            return
        self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), SECONDS_TO_STOP)
        await self.kill()

    def forget(self) -> None:
        """Remove its tickets; only while it does not run."""
        for file in self._settings.parent.glob("tickets.db*"):
            file.unlink()

    def last_words(self) -> str:
        """The end of its log, for the person who wonders why it does not serve."""
        log = self._settings.parent / "bot.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return "\n".join(lines[-5:])


class DemoStage:
    """What the page shows of the surroundings, and what can be done to them."""

    def __init__(self, lab: Lab, bot: Bot, slack: LocalSlack) -> None:
        self._lab = lab
        self._bot = bot
        self._slack = slack
        self._repaired: set[str] = set()
        self._restarting: asyncio.Task[None] | None = None
        self._acts: dict[str, Callable[[str], Awaitable[str]]] = {
            "repair": self._repair,
            "damage": self._damage,
            "jumpbox": partial(self._jumpbox, MAIN),
            "branch": partial(self._jumpbox, BRANCH),
            "kill": self._kill,
            "reset": self._reset,
        }

    def state(self) -> Json:
        """``hosts``, ``commands``, ``acts``."""
        return {
            "hosts": [self._host(row) for row in self._lab.faults()],
            "commands": [{"line": line, "about": about} for line, about in COMMANDS],
            "acts": [
                {
                    "id": "jumpbox",
                    "kind": "switch",
                    "label": "Break the jump box",
                    "hint": "The lab sees nothing any more; no host may be blamed for that.",
                    "on": self._down(MAIN),
                },
                {
                    "id": "branch",
                    "kind": "switch",
                    "label": "Break the branch's jump box",
                    "hint": "Of two places one sees nothing: what the other one sees still counts.",
                    "on": self._down(BRANCH),
                },
                {
                    "id": "kill",
                    "kind": "act",
                    "label": "Kill the bot" if self._bot.runs else "The bot is dead…",
                    "hint": f"kill -9; it comes back after {DEAD_SECONDS:.0f} seconds. Every "
                    "acknowledged click must have its effect exactly once.",
                },
                {
                    "id": "reset",
                    "kind": "act",
                    "label": "Reset the demo",
                    "hint": "All tickets and messages go, all hosts are broken again, all is well "
                    "with Slack and the jump boxes; the bot starts anew.",
                },
            ],
        }

    async def act(self, name: str, argument: str) -> str:
        """Do it; returns what happened; raises KeyError or ValueError."""
        return await self._acts[name](argument)

    async def close(self) -> None:
        """Let nothing go on."""
        if self._restarting:
            self._restarting.cancel()
            await asyncio.gather(self._restarting, return_exceptions=True)
        await self._bot.stop()

    def _host(self, row: Host) -> Json:
        told = TOLD.get(row.name, "")
        return {
            "name": row.name,
            "told": f"the user saw {told}" if told else HEARD.get(row.name, UNHEARD),
            "command": " ".join(
                filter(None, ("/rdp", row.name, told, "via all" if row.everywhere else ""))
            ),
            "wrong": row.wrong,
            "repair": row.repair,
            "repaired": row.name in self._repaired,
            "repairable": row.cause is not None,
        }

    async def _repair(self, host: str) -> str:
        row = await self._lab.repair(host)
        self._repaired.add(row.name)
        return f"{row.repair}"

    async def _damage(self, host: str) -> str:
        row = await self._lab.damage(host)
        self._repaired.discard(row.name)
        return f"{row.name} is broken again."

    def _down(self, place: str) -> bool:
        return self._lab.places[place].box.state is not JumpboxState.UP

    async def _jumpbox(self, place: str, _: str) -> str:
        down = self._down(place)
        await self._lab.switch_jumpbox(JumpboxState.UP if down else JumpboxState.DOWN, place)
        return f"The jump box {place} is {'up again' if down else 'down'}."

    async def _kill(self, _: str) -> str:
        if self._restarting and not self._restarting.done():
            return "It is dead already and about to come back."
        await self._bot.kill()
        self._restarting = asyncio.create_task(self._revive())
        return "The bot was killed with SIGKILL."

    async def _revive(self) -> None:
        await asyncio.sleep(DEAD_SECONDS)
        await self._bot.start()

    async def _reset(self, _: str) -> str:
        if self._restarting:
            await asyncio.gather(self._restarting, return_exceptions=True)
        await self._bot.kill()
        self._bot.forget()
        for row in self._lab.faults():
            await self._lab.damage(row.name)
        for place in self._lab.places:
            if self._down(place):
                await self._lab.switch_jumpbox(JumpboxState.UP, place)
        self._repaired.clear()
        self._slack.wipe()
        await self._bot.start()
        return "Everything begins anew; the bot is back in a moment."
