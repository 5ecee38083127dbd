"""Short commands on one SSH connection, as many at once as its server allows.

Strategy: a server that refuses a session while others run has room for those others and no more
(OpenSSH: MaxSessions); whoever was refused waits for one of them to end.  One that refuses while
none runs gives us none.  A command is read up to a limit and seen to its end; one that is no
longer waited for ends, because its standard input does.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

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
SLOW = "a command on it did not answer in time"
"""Why nothing is known for the moment; another time it may well answer."""
# A command that listens for its end is told this long before the deadline, in seconds.
GRACE = 0.3
# sshd frees a session's place a moment after its end; so often and long that is waited for.
PATIENCE = (0.02, 0.1, 0.2, 0.4)

Process = asyncssh.SSHClientProcess[bytes]
Start = Callable[[Command, float], Awaitable[Process]]
"""Opens a session; raises Lost and VantageError."""


class Sessions:
    """The commands of one connection; they get their turns in the order in which they came."""

    def __init__(self, name: str, start: Start) -> None:
        self._name = name
        self._start = start
        self._limit = MAX_COMMANDS
        self._running = 0
        self._served = False
        self._queue: deque[asyncio.Future[None]] = deque()

    async def run(self, command: Command, deadline: float) -> Ran:
        """Run a command; what it printed until the deadline counts.

        Raises Cannot where the server gives us no session, Lost, and VantageError (``jumpbox.*``,
        and ``probe.deadline`` when other commands take all its room).
        """
        again = False
        while True:
            async with self._turn(deadline, first=again):
                for pause in (*PATIENCE, None):
                    ran = await self._try(command, deadline)
                    if ran is not None:
                        return ran
                    if self._running > 1:
                        break
                    if pause is None or not self._served:
                        raise Cannot("it gives us no session (MaxSessions 0, or none to spare)")
                    await asyncio.sleep(pause)
                self._limit = self._running - 1
            again = True

    @asynccontextmanager
    async def _turn(self, deadline: float, *, first: bool) -> AsyncIterator[None]:
        """Room for one command; ``first``: before all others who wait."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._queue.appendleft if first else self._queue.append)(turn)
        self._admit()
        try:
            async with asyncio.timeout_at(deadline):
                await turn
            yield
        except TimeoutError:
            raise words.busy(self._name) from None
        finally:
            if turn in self._queue:
                self._queue.remove(turn)
            elif not turn.cancelled():
                self._running -= 1
            self._admit()

    def _admit(self) -> None:
        while self._queue and self._running < self._limit:
            turn = self._queue.popleft()
            if not turn.done():
                self._running += 1
                turn.set_result(None)

    async def _try(self, command: Command, deadline: float) -> Ran | None:
        """Run a command; None when the server refuses the session."""
        began = asyncio.get_running_loop().time()
        try:
            process = await self._start(command, deadline)
            self._served = True
            return await _listen(process, command, began, deadline)
        except TimeoutError:
            # A slow command is no silence: whether the jump box is there, its streams tell.
            raise Cannot(SLOW) from None
        except VantageError as error:
            if error.failure is Failure.JUMPBOX_TIMEOUT:
                raise
            if error.failure is Failure.TCP_TIMEOUT:
                raise Cannot(SLOW) from None
            return None


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
                heard = loop.time()
                output += piece
            if len(output) < MAX_OUTPUT:
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
