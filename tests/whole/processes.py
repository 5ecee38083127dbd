"""The product's own processes: one command that ends, and the bot that serves."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds that anything may take on a busy machine; nothing is ever measured against it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


async def cli(
    *arguments: str, stdin: str = "", folder: Path = HOME, env: Mapping[str, str] | None = None
) -> Done:
    """Run ``rdp-triage`` with these arguments and this environment, without a terminal."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=env or {},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate(stdin.encode())
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return Done(process.returncode or 0, out.decode(), err.decode())


class Bot:
    """``rdp-triage serve`` as a process; ``ready`` tells when a started one can be used."""

    def __init__(
        self,
        config: Path,
        tokens: Mapping[str, str],
        ready: Callable[[], Awaitable[None]],
        log: Path,
    ) -> None:
        self._config = config
        self.tokens = dict(tokens)
        self._ready = ready
        self._log = log
        self.inside: tuple[str, ...] = ()
        """Words before its command: a namespace to run in, which keeps the process number."""
        log.touch()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        """Whether it was started and not ended since."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process number of the running bot."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it can be used."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.inside,
                sys.executable,
                "-m",
                "bot",
                "serve",
                "--config",
                str(self._config),
                cwd=HOME,
                env=self.tokens,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.ensure_future(self._ready())
        await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            raise AssertionError(f"the bot ended with {ended.result()}:\n{self.said}")
        ended.cancel()
        await ready

    async def stop(self) -> None:
        """End it as a supervisor does, and see that it ends well."""
        assert await self._end(signal.SIGTERM) == 0, self.said

    async def kill(self) -> None:
        """End it without warning."""
        assert await self._end(signal.SIGKILL) == -signal.SIGKILL, self.said

    async def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None:
            await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        assert process is not None, "the bot does not run"
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await process.wait()

    @property
    def said(self) -> str:
        """Everything on stderr since the first start."""
        return self._log.read_text(encoding="utf-8")


def session(leader: int) -> list[str]:
    """The processes of the session that ``leader`` began, dead ones that nobody buried left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            name, fields = stat.read_text(encoding="utf-8").rsplit(")", 1)
            state, _, _, owner, *_ = fields.split()
            if int(owner) == leader and state not in {"Z", "X"}:
                found.append(name)
    return found
