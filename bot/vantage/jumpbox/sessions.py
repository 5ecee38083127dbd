"""Short commands on one SSH connection, as many at once as its server allows.

Strategy: a server that refuses a session while others run has room for those others and no more
(OpenSSH: MaxSessions); whoever was refused waits for one of them to end.  One that refuses while
none runs gives us none.  A command is read up to a limit and seen to its end; one that is no
longer waited for ends, because its standard input does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncssh

from bot.evidence import Failure
from bot.vantage.base import Cannot, VantageError
from bot.vantage.commands import Command
from bot.vantage.jumpbox import words
from bot.vantage.outputs import Ran

# OpenSSH allows 10 sessions on a connection (MaxSessions) and refuses the next.
MAX_COMMANDS = 8
# How much of a command's output is read; the files that we ask for are far smaller.
MAX_OUTPUT = 262144
# A command that listens for its end is told this long before the deadline, in seconds.
GRACE = 0.3
# A command that was left may hold its place for a moment; so often and long it is waited for.
PATIENCE = (0.05, 0.1, 0.2, 0.4)

Process = asyncssh.SSHClientProcess[bytes]
Start = Callable[[Command, float], Awaitable[Process]]
"""Opens a session; raises Lost and VantageError."""


class Sessions:
    """The commands of one connection."""

    def __init__(self, name: str, start: Start) -> None:
        self._name = name
        self._start = start
        self._limit = MAX_COMMANDS
        self._running = 0
        self._served = False
        self._ended = asyncio.Event()

    async def run(self, command: Command, deadline: float) -> Ran:
        """Run a command; what it printed until the deadline counts.

        Raises Cannot where the server gives us no session, Lost, and VantageError (``jumpbox.*``).
        """
        patience = iter(PATIENCE)
        while (ran := await self._try(command, deadline)) is None:
            if self._running == 0:
                pause = next(patience, None)
                if pause is None or not self._served:
                    raise Cannot("it gives us no session (MaxSessions 0, or none to spare)")
                await asyncio.sleep(pause)
        return ran

    async def _room(self, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                while self._running >= self._limit:
                    await self._ended.wait()
        except TimeoutError:
            raise words.silent(self._name, "while its other commands ran") from None

    async def _try(self, command: Command, deadline: float) -> Ran | None:
        """Run a command; None when the server refuses the session."""
        await self._room(deadline)
        self._running += 1
        try:
            began = asyncio.get_running_loop().time()
            process = await self._start(command, deadline)
            self._served = True
            return await _listen(process, command, began, deadline)
        except TimeoutError:
            raise words.silent(self._name, "while running a command") from None
        except VantageError as error:
            if error.failure in {Failure.JUMPBOX_TIMEOUT, Failure.TCP_TIMEOUT}:
                raise words.silent(self._name, "while opening a session") from None
            self._limit = max(1, min(self._limit, self._running - 1))
            return None
        finally:
            self._running -= 1
            self._ended.set()
            self._ended = asyncio.Event()


async def _listen(process: Process, command: Command, began: float, deadline: float) -> Ran:
    """Feed a command and read it until it ends or the deadline passes."""
    loop = asyncio.get_running_loop()
    output, heard = b"", 0.0

    def end() -> None:
        with suppress(OSError):  # it has ended already
            process.stdin.write_eof()

    until = deadline - GRACE if command.watched else began
    ending = loop.call_at(until, end)
    try:
        with suppress(OSError):
            process.stdin.write(command.feed)
        async with asyncio.timeout_at(deadline):
            while len(output) < MAX_OUTPUT and (piece := await process.stdout.read(MAX_OUTPUT)):
                heard = heard or loop.time()
                output += piece
            await process.wait_closed()
    except TimeoutError:
        if not output:
            raise
    finally:
        ending.cancel()
        with suppress(OSError):
            process.terminate()
        process.close()
    text = output[:MAX_OUTPUT].decode(errors="replace")
    return Ran(process.exit_status, text, began, heard or loop.time())
