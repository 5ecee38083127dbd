"""How one run behaves towards one host: every connection to the RDP port goes through here.

Strategy: one ``Conduct`` a vantage and run.  It counts connections and keeps few of them pending.
A connection is pending until the host has answered on it, since only that shows that the host
has taken it off its queue (xrdp queues 2; a SYN beyond that costs a second).  What is not urgent
is held back until the first answer has shown who is there, and what was begun before the port
opened soon makes room: a silent port holds one place.  GNOME Remote Desktop, which stops answering
for good when clients disconnect back to back, is met one by one.  All streams are owned here, so
that nothing stays open whichever way a run ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.evidence import Failure
from bot.probes.door import MOST_PENDING, Door
from bot.probes.heard import Heard
from bot.probes.line import Line, Opened
from bot.vantage.base import Address, Vantage, VantageError
from bot.wire.negotiation import may_be_gnome
from bot.wire.x224 import Answer, NotRdp

__all__ = ["MOST_CONNECTIONS", "TOO_SOON", "Conduct", "Limits", "Line", "Opened", "Spent", "until"]

MOST_CONNECTIONS = 15

SHARES = 4
FIRST_ANSWER_S = 1.0  # how long the first answer may hold back what is not urgent
ALONE_S = 1.0  # how long asking again waits until nobody else is with the host
RESERVE = 0.05  # of the run, kept so that silence is told apart from a run that was cut
# What may well succeed with more time: silence, of the host, of the jump box, of a free place.
TOO_SOON = (Failure.TCP_TIMEOUT, Failure.JUMPBOX_TIMEOUT, Failure.PROBE_DEADLINE)


class Spent(Exception):
    """The run has no connection left."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost: ``deadline`` is a loop time, the rest seconds and connections.

    A host may take as long for an answer as for a connection.
    """

    deadline: float
    connect_timeout: float = 4.0
    connections: int = MOST_CONNECTIONS


class Conduct:
    """The connections of one run; ``gentle`` once the host must be met one by one."""

    def __init__(
        self, vantage: Vantage, port: int, limits: Limits, door: Door | None = None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._vantage = vantage
        self._port = port
        self._limits = limits
        now = self._loop.time()
        self.limit = limits.deadline - RESERVE * max(0.0, limits.deadline - now)
        self.opened = 0
        self.handshakes = list[Opened]()
        self.tried_at = dict[Address, float]()  # when an address was first tried, a loop time
        self.command_s = 0.0  # what the place needs to run something, as far as it was seen
        self.door = door or Door()
        self.pointless = False
        self.answers = Heard()
        self.fault: VantageError | None = None
        self.tried = asyncio.Event()
        self._answered = asyncio.Event()
        self._again = asyncio.Lock()
        self.places = asyncio.Semaphore(MOST_PENDING)
        self._lines = set[Line]()
        self._leaving = set[asyncio.Task[None]]()
        self._connecting = 0
        self._first_open: float | None = None

    @property
    def gentle(self) -> bool:
        """Whether the host must be met one by one."""
        return self.door.gentle

    @property
    def left(self) -> int:
        """Connections that may still be opened."""
        return self._limits.connections - self.opened

    @property
    def few(self) -> bool:
        """Whether there are too few connections for everything: the best are chosen beforehand."""
        return self._limits.connections < MOST_CONNECTIONS

    @property
    def share(self) -> float:
        """A quarter of the seconds that a connection may take if it begins now."""
        left = self.limit - self._loop.time()
        return max(0.0, min(self._limits.connect_timeout, left)) / SHARES

    async def open(self, address: Address, *, urgent: bool = False, briefly: bool = False) -> Line:
        """Open a connection when its turn has come; ``briefly`` within a share of the time.

        Raises VantageError, TargetRefused, and Spent when the run has used its connections up.
        """
        if not urgent:
            await self.first_answer()
        with ExitStack() as pending:
            if not self.gentle:
                await self.places.acquire()
                pending.callback(self.places.release)
                opened = await self.door.stand(pending)
                if not self.gentle:
                    line = await self._connect(address, briefly=briefly)
                    opened()
                    line.pending = pending.pop_all()
                    return line
        async with self.door.turn:
            await self.door.alone()
            return await self._connect(address, briefly=briefly)

    async def _connect(self, address: Address, *, briefly: bool) -> Line:
        if self.left <= 0:
            raise Spent(f"the limit of {self._limits.connections} connections is used up")
        self.opened += 1
        alone = not self._connecting and all(line.heard for line in self._lines)
        self._connecting += 1
        started = self._loop.time()
        self.tried_at.setdefault(address, started)
        try:
            until = started + self.share * (1 if briefly else SHARES)
            stream = await self._vantage.connect(address, self._port, until)
        except VantageError as error:
            if not (briefly and error.failure in TOO_SOON) and not self._denied(address, error):
                self.blame(error)
                self.tried.set()
            raise
        finally:
            self._connecting -= 1
        self.tried.set()
        now = self._loop.time()
        line = Line(stream, address, round((now - started) * 1000, 1), self._patience)
        self.handshakes.append(Opened(address, line.connect_ms, alone))
        self._first_open = self._first_open or now
        self._lines.add(line)
        self.door.entered()
        return line

    async def close(self, line: Line) -> None:
        """Close a line; a host that must be met one by one is left later, apart from the last.

        Nobody waits for that: what the line has told is known now, and the next line does wait.
        """
        if self.gentle and line in self._lines:
            leaving = asyncio.create_task(self._leave(line))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        else:
            await self._end(line)

    async def _leave(self, line: Line) -> None:
        async with self.door.exit:
            await self.door.pause()
            await self._end(line)

    async def part(self, deadline: float) -> None:
        """Wait until the lines that are being left are closed, at most until a loop time."""
        if self._leaving:
            await until(asyncio.wait(tuple(self._leaving)), deadline)

    @asynccontextmanager
    async def keeping(self, line: Line) -> AsyncIterator[Line]:
        """Close the line at the end of the block, unless it was left to somebody meanwhile."""
        line.left = False
        try:
            yield line
        finally:
            if not line.left:
                await self.close(line)

    async def close_all(self) -> None:
        """Close whatever is still open, at once."""
        leaving = tuple(self._leaving)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        for line in tuple(self._lines):
            await self._end(line)

    def blame(self, error: VantageError) -> None:
        """Remember a fault of the jump box: it is never the host's."""
        if error.failure.value.startswith("jumpbox."):
            self.fault = error

    def _denied(self, address: Address, error: VantageError) -> bool:
        """Whether only this address is known not to be forwarded: another of the name may be."""
        opened = any(one.address == address for one in self.handshakes)
        return error.failure is Failure.JUMPBOX_FORWARDING and not opened

    def took(self, seconds: float) -> None:
        """Learn how long the place needed for a command that had nothing to wait for."""
        self.command_s = max(self.command_s, seconds)

    def answer_to(self, error: VantageError) -> Failure:
        """The failure that the host answers for; raises the error where it is the jump box."""
        self.blame(error)
        if self.fault is error:
            raise error
        return error.failure

    def note(self, request: str, answer: Answer | None) -> None:
        """Learn from an answer to a connection request; None stands for silence."""
        self.answers.keep(request, answer)
        if answer is not None and may_be_gnome(answer):
            self.door.gentle = True
        if isinstance(answer, NotRdp):
            self.pointless = True
        self._answered.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """The turn to ask again what was dropped, when nobody is with the host or after a while."""
        async with self._again:
            await until(self.door.alone(), self._loop.time() + ALONE_S)
            yield

    def _patience(self) -> float:
        return min(self._loop.time() + self._limits.connect_timeout, self.limit)

    async def first_answer(self) -> None:
        """Wait until the first answer has shown who is there, or has been missing too long."""
        waited_since = self._first_open or self._loop.time()
        await until(self._answered.wait(), waited_since + FIRST_ANSWER_S)

    async def _end(self, line: Line) -> None:
        if line in self._lines:
            self._lines.discard(line)
            self.door.left()
            await line.close()


async def until(awaitable: Awaitable[object], moment: float) -> bool:
    """Wait for something, at most until a loop time; says whether it came."""
    try:
        async with asyncio.timeout_at(moment):
            await awaitable
    except TimeoutError:
        return False
    return True
