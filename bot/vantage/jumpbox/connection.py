"""One SSH connection: streams through it, short commands on it, and whether it still lives.

Strategy: opening a channel cannot be taken back in SSH, so an open that nobody waits for any
more is left to end by itself and its channel is then closed at once.  While something takes
long, the jump box is asked whether it is there at all, so that its silence is not mistaken for
the silence of the host behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, Protocol, TypeVar

import asyncssh

from bot.evidence import Failure
from bot.vantage.base import Cannot, VantageError
from bot.vantage.commands import Command
from bot.vantage.jumpbox import words
from bot.vantage.jumpbox.sessions import Process, Sessions
from bot.vantage.jumpbox.stream import SshStream
from bot.vantage.jumpbox.trust import Doorman
from bot.vantage.outputs import Ran

T = TypeVar("T")

# A flooding target is made to wait once this much lies unread (asyncssh's default is 2 MiB).
WINDOW = 131072
# How long the jump box must have had to answer, in seconds, before its silence counts against it.
FAIR_WAIT = 0.5


class Lost(Exception):
    """The SSH connection ended while a channel was being opened."""


class _Channel(Protocol):
    def abort(self) -> None: ...


class Connection:
    """An SSH connection that is up; ``connect_ms`` is what making it took.

    ``outer`` carries it where there is another jump box before this one; whichever of them failed
    first is named.
    """

    def __init__(
        self,
        name: str,
        ssh: asyncssh.SSHClientConnection,
        doorman: Doorman,
        connect_ms: float,
        outer: "Connection | None" = None,
    ) -> None:
        self.name = name
        self.connect_ms = connect_ms
        self.abandoned = 0
        self._ssh = ssh
        self._doorman = doorman
        self._outer = outer
        self._sessions = Sessions(name, self._start)
        self._beating: asyncio.Task[bool] | None = None

    @property
    def lost(self) -> bool:
        """Whether it is over."""
        return self._doorman.lost or self._ssh.is_closed()

    def gone(self, detail: str = "") -> VantageError:
        """Say that it is lost, or the first of those before it that is."""
        if self._outer is not None and self._outer.lost:
            return self._outer.gone(detail)
        return words.gone(self.name, detail)

    @property
    def windows(self) -> bool:
        """Whether its server says that it is a Windows machine, whose shells speak any language."""
        version = str(self._ssh.get_extra_info("server_version", "")).lower()
        return "windows" in version or "winsshd" in version

    @property
    def openssh(self) -> bool:
        """Whether its server is OpenSSH on a Unix, whose ways with a channel we know."""
        version = str(self._ssh.get_extra_info("server_version", ""))
        return "OpenSSH" in version and "Windows" not in version

    async def open(
        self, host: str, port: int, deadline: float, release: Callable[[], None]
    ) -> SshStream:
        """Open a stream from the jump box; raises Lost and VantageError (tcp.*, jumpbox.*)."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        opening = self._ssh.open_connection(host, port, encoding=None, window=WINDOW)
        reader, writer = await self._opened(opening, lambda pair: pair[1].channel, deadline)
        return SshStream(self, reader, writer, loop.time() - began, release)

    async def create_connection(
        self, session_factory: Any, remote_host: str, remote_port: int
    ) -> tuple[asyncssh.SSHTCPChannel[bytes], asyncssh.SSHTCPSession[bytes]]:
        """What asyncssh asks of a tunnel: carry another SSH connection."""
        opening = self._ssh.create_connection(session_factory, remote_host, remote_port)
        forever = asyncio.get_running_loop().time() + 3600  # the login's own time limit ends it
        return await self._opened(opening, lambda pair: pair[0], forever)

    async def run(self, command: str, deadline: float) -> Ran | None:
        """Run a short command; None when the jump box runs none for us or it takes too long."""
        try:
            return await self.execute(Command(command), deadline)
        except (Cannot, VantageError):
            return None

    async def execute(self, command: Command, deadline: float) -> Ran:
        """Run a command; raises Cannot without a session and VantageError (``jumpbox.*``)."""
        try:
            return await self._sessions.run(command, deadline)
        except (asyncssh.Error, OSError, Lost) as error:
            raise self.gone(str(error)) from None

    async def round_trip(self, deadline: float) -> float:
        """Ask the jump box whether it is there; the seconds that took.

        Raises VantageError (``jumpbox.*``).
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(deadline):
                heard = await self._answers()
        except TimeoutError:
            raise words.silent(self.name, "it was asked whether it is there") from None
        if not heard:
            raise self.gone()
        return loop.time() - began

    async def patiently(
        self, work: Callable[[], Awaitable[T]], deadline: float, silence: Failure
    ) -> T:
        """Do something that may take until the deadline, then blame whoever was silent.

        ``work`` is begun twice, so it must not mind being cancelled.
        """
        loop = asyncio.get_running_loop()
        half = loop.time() + (deadline - loop.time()) / 2
        try:
            async with asyncio.timeout_at(half):
                return await work()
        except TimeoutError:
            beats = [(each.name, each._beat()) for each in self._way()]
        try:
            async with asyncio.timeout_at(deadline):
                return await work()
        except TimeoutError:
            heard = _heard(beats[-1][1])
            if self.lost or (not heard and deadline - half >= FAIR_WAIT):
                silent = [name for name, beat in beats if not _heard(beat)]
                name = next(iter(silent), self.name)
                raise words.silent(name, "it was asked while we waited") from None
            raise VantageError(silence, f"no answer in time, looking from {self.name}") from None

    def _way(self) -> "tuple[Connection, ...]":
        """Those before it, the first one first, and itself."""
        return (*(self._outer._way() if self._outer is not None else ()), self)

    async def close(self) -> None:
        """End the connection and everything on it."""
        self._ssh.abort()
        await self._ssh.wait_closed()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    def abort(self) -> None:
        """End the connection without waiting."""
        self._ssh.abort()

    async def _start(self, command: Command, deadline: float) -> Process:
        starting = self._ssh.create_process(
            command.line, encoding=None, stderr=asyncssh.STDOUT, window=WINDOW
        )
        return await self._opened(starting, lambda made: made.channel, deadline)

    async def _opened(
        self,
        opening: Awaitable[T],
        channel: Callable[[T], _Channel],
        deadline: float,
    ) -> T:
        task = asyncio.ensure_future(opening)
        opened = False
        try:
            made = await self.patiently(lambda: asyncio.shield(task), deadline, Failure.TCP_TIMEOUT)
            opened = True
        except asyncssh.ChannelOpenError as error:
            if self.lost:
                raise Lost(error.reason) from None
            raise words.refused_channel(self.name, error) from None
        except (asyncssh.Error, OSError) as error:
            raise Lost(str(error)) from None
        finally:
            if not opened:
                self._abandon(task, channel)
        return made

    def _abandon(self, task: "asyncio.Task[T]", channel: Callable[[T], _Channel]) -> None:
        """Leave an open to itself; should it still succeed, its channel is closed at once."""
        self.abandoned += 1

        def reap(done: "asyncio.Task[T]") -> None:
            self.abandoned -= 1
            if not done.cancelled() and done.exception() is None:
                channel(done.result()).abort()

        task.add_done_callback(reap)

    def _beat(self) -> "asyncio.Task[bool]":
        """Ask the jump box whether it is there; all who wait share one question."""
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._answers(), context=Context())
        return self._beating

    async def _answers(self) -> bool:
        # The request of OpenSSH's own keep-alive: any answer will do, and it changes nothing.
        # asyncssh sends it only by itself and on its own schedule; this method is private there.
        await self._ssh._make_global_request(b"keepalive@openssh.com")
        return not self.lost


def _heard(beat: "asyncio.Task[bool]") -> bool:
    """Whether an answer has come."""
    ended = beat.done() and not beat.cancelled() and beat.exception() is None
    return ended and beat.result()
