"""The one SSH connection of a jump box: made when first needed, shared, remade when lost.

Strategy: whoever needs it waits for one common login, each until his own deadline; a waiter who
leaves does not end it for the others.  Just after the login two short commands read the jump
box's resolv.conf and hosts file.  They have a second use: OpenSSH turns off its Nagle delay on
a connection only once a session ran on it, so they must run, but nobody waits for them who does
not need a name.  A third one beside them finds out what else the jump box can run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

from bot.evidence import Failure
from bot.vantage import commands, outputs
from bot.vantage.base import Cannot, VantageError
from bot.vantage.jumpbox import words
from bot.vantage.jumpbox.connection import Connection, Lost
from bot.vantage.jumpbox.sessions import SLOW
from bot.vantage.jumpbox.stream import SshStream
from bot.vantage.names import HOSTS_FILE, RESOLV_CONF, Files
from bot.vantage.outputs import Ran, Survey

# What the short commands may take, in seconds; a forced command may well hang.
FILES_TIMEOUT = 5.0
SURVEY_TIMEOUT = 10.0
# So many opens that hang on dead hosts wear a connection out: sshd keeps a descriptor for each
# until its system gives up, after about two minutes on Linux.
WORN = 256
RETIREMENT = 150.0


class Link:
    """``log_in`` makes a connection; ``channels`` is how many streams may be open at once.

    ``before`` is the link that a login goes through, where there is one.
    """

    def __init__(
        self,
        name: str,
        channels: int,
        log_in: Callable[[], Awaitable[Connection]],
        before: "Link | None" = None,
    ) -> None:
        self._name = name
        self._log_in = log_in
        self._before = before
        self._channels = asyncio.Semaphore(channels)
        self._current: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._reading: asyncio.Task[Files] | None = None
        self._surveying: asyncio.Task[Survey] | None = None
        self._retired: dict[Connection, asyncio.TimerHandle] = {}

    async def ready(self, deadline: float) -> Connection:
        """The connection; raises VantageError (``jumpbox.*``)."""
        current = self._current
        if current is not None and not current.lost and current.abandoned < WORN:
            return current
        if self._connecting is None:
            # Shared by all tickets: its log lines are not those of the one that came first.
            self._connecting = asyncio.create_task(self._connect(), context=Context())
            self._connecting.add_done_callback(self._settled)
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(self._connecting)
        except TimeoutError:
            raise words.silent(self._awaited(), "while logging in") from None

    async def open(self, host: str, port: int, deadline: float) -> SshStream:
        """Open a stream; raises VantageError (tcp.*, jumpbox.*)."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._channels.acquire()
        except TimeoutError:
            raise words.busy(self._name) from None
        stream = None
        try:
            stream = await self._open(host, port, deadline)
        finally:
            if stream is None:
                self._channels.release()
        return stream

    async def files(self, deadline: float) -> Files:
        """What the jump box's own files say about names; raises VantageError (``jumpbox.*``)."""
        await self.ready(deadline)
        if self._reading is None:
            return Files()
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(self._reading)
        except TimeoutError:
            raise words.silent(self._name, "while reading its resolver's address") from None

    async def survey(self, deadline: float) -> tuple[Connection, Survey]:
        """The connection and what the jump box can run; raises VantageError (``jumpbox.*``)."""
        connection = await self.ready(deadline)
        if self._surveying is None or _failed(self._surveying):
            self._surveying = asyncio.create_task(_survey(connection), context=Context())
        try:
            async with asyncio.timeout_at(deadline):
                return connection, await asyncio.shield(self._surveying)
        except TimeoutError:
            # A shell that is slow to begin is no fault of the way: streams open beside it.
            return connection, Survey(trouble=SLOW)

    async def run(self, command: str, deadline: float) -> Ran | None:
        """Run a short command; raises VantageError (``jumpbox.*``)."""
        return await (await self.ready(deadline)).run(command, deadline)

    async def close(self) -> None:
        """End every connection; never raises."""
        known = (self._connecting, self._reading, self._surveying)
        tasks = [task for task in known if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        retired, self._retired = self._retired, {}
        for timer in retired.values():
            timer.cancel()
        for connection in retired:
            await connection.close()
        current, self._current = self._current, None
        if current is not None:
            await current.close()

    async def _open(self, host: str, port: int, deadline: float) -> SshStream:
        again = False
        while True:
            connection = await self.ready(deadline)
            try:
                return await connection.open(host, port, deadline, self._channels.release)
            except Lost:
                if again:
                    raise connection.gone() from None
            again = True  # one that broke unnoticed while idle is made anew, once

    def _awaited(self) -> str:
        """Whose login is being waited for: that of the first on the way that is not up."""
        before = self._before
        if before is not None and (before._current is None or before._current.lost):
            return before._awaited()
        return self._name

    async def _connect(self) -> Connection:
        old, self._current = self._current, None
        if old is not None:
            self._retire(old)
        self._current = await self._log_in()
        self._reading = asyncio.create_task(self._read_files(self._current))
        self._surveying = asyncio.create_task(_survey(self._current))
        self._surveying.add_done_callback(_failed)  # nobody may ever ask
        return self._current

    async def _read_files(self, connection: Connection) -> Files:
        until = asyncio.get_running_loop().time() + FILES_TIMEOUT
        ran = await asyncio.gather(
            *(connection.run(f"cat {path}", until) for path in (RESOLV_CONF, HOSTS_FILE))
        )
        # A login file that sets a window's title prints that before them, without a line's end.
        resolv_conf, hosts = (
            one.output.replace("\a", "\n") if one and one.status == 0 else "" for one in ran
        )
        return Files.read(resolv_conf, hosts)

    def _settled(self, task: "asyncio.Task[Connection]") -> None:
        self._connecting = None
        if not task.cancelled():
            task.exception()  # whoever still waits has it; nobody may wait any more

    def _retire(self, connection: Connection) -> None:
        """Let streams that are still open on a worn connection end, then close it."""
        if connection.lost:
            return
        loop = asyncio.get_running_loop()

        def end() -> None:
            del self._retired[connection]
            connection.abort()

        self._retired[connection] = loop.call_later(RETIREMENT, end)


async def _survey(connection: Connection) -> Survey:
    until = asyncio.get_running_loop().time() + SURVEY_TIMEOUT
    try:
        found = outputs.survey((await connection.execute(commands.SURVEY, until)).output)
        return Survey(trouble=outputs.WINDOWS) if found.trouble and connection.windows else found
    except Cannot as error:
        return Survey(trouble=str(error))
    except VantageError as error:
        if error.failure is not Failure.PROBE_DEADLINE:  # other commands took all its room
            raise
        return Survey(trouble=SLOW)


def _failed(task: "asyncio.Task[Survey]") -> bool:
    """Whether it came to nothing; what a slow jump box lacks is asked again another time."""
    if not task.done():
        return False
    failed = task.cancelled() or task.exception() is not None
    return failed or task.result().trouble == SLOW
