"""What the bot's own machine can do besides opening streams: processes, a datagram, echoes.

Strategy: echoes go by a socket of ours where the kernel gives it to us, since twenty processes of
ping a host cost more than all else.  A command runs in a process group of its own, which is ended
whatever happens, so that a caller who goes away leaves nothing behind.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from bot.evidence import Failure
from bot.targets import Rules
from bot.vantage import commands, icmp, outputs
from bot.vantage.base import Address, Cannot, Clock, Datagram, Echo, Socket, VantageError
from bot.vantage.commands import Command
from bot.vantage.means import CommandMeans
from bot.vantage.outputs import Ran, Survey

PLACE = "this machine"
# How much of a command's output is read.
MAX_OUTPUT = 65536
# A command that listens for its end is told this long before the deadline, in seconds.
GRACE = 0.2

Process = asyncio.subprocess.Process


class OwnMeans:
    """The means of ``direct``: our own sockets, commands where these do not do, no clock but ours.

    What the machine can run is found out once, and only when a command is needed.
    """

    def __init__(self, rules: Rules, known: Survey | None = None) -> None:
        self._rules = rules
        self._known = known
        self._asking = asyncio.Lock()

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        """All sizes at the same time, from a socket of this process or else by iputils ping."""
        self._rules.check_address(address)
        try:
            found = await icmp.echoes(address, sizes, deadline - GRACE)
        except icmp.Unsent as error:
            raise Cannot(f"{PLACE} cannot send a ping ({error})") from None
        if found is not None:
            return found
        return await (await self._commands(deadline)).echoes(address, sizes, deadline)

    async def clock(self, deadline: float) -> Clock:
        """Raises Cannot: a clock cannot be compared with itself."""
        del deadline
        raise Cannot("it is the bot's own clock")

    async def neighbour(self, address: Address, deadline: float) -> str:
        """By ``ip neigh``: answers, absent, unsure or elsewhere."""
        self._rules.check_address(address)
        return await (await self._commands(deadline)).neighbour(address, deadline)

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        """One datagram from a socket of this process."""
        self._rules.check_address(address)
        return await datagram(address, port, payload, deadline)

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        """By ``ss -tin``."""
        self._rules.check_address(address)
        return await (await self._commands(deadline)).sockets(address, port, deadline)

    async def leg_ms(self, deadline: float) -> float:
        """None: there is no way to this machine."""
        del deadline
        return 0.0

    async def _commands(self, deadline: float) -> CommandMeans:
        async with self._asking:
            if self._known is None:
                self._known = await survey(deadline)
        return CommandMeans(PLACE, self._rules, self._known, run, self.leg_ms)


async def survey(deadline: float) -> Survey:
    """What this machine can run; raises VantageError if it does not tell in time."""
    try:
        return outputs.survey((await run(commands.SURVEY, deadline)).output)
    except Cannot as error:
        return Survey(trouble=str(error))


async def run(command: Command, deadline: float) -> Ran:
    """Run a command by this machine's shell; raises Cannot without one, VantageError if late."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    process = await _start(command.line)
    try:
        output, heard = await _talk(process, command, deadline)
    finally:
        await _end(process)
    if heard == 0.0 and loop.time() >= deadline:
        raise VantageError(Failure.PROBE_DEADLINE, f"{PLACE} did not run a command in time")
    return Ran(process.returncode, output.decode(errors="replace"), began, heard or loop.time())


async def _start(line: str) -> Process:
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", line),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Cancelled itself it would end the shell alone, and wait for what the shell had begun.
        await _end(await starting)
        raise
    except OSError as error:
        raise Cannot(f"it has no shell ({error.strerror})") from None


async def _end(process: Process) -> None:
    """Kill a process and its group unless it has ended, and see it gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # asyncio counts a process as ended only when what it had printed was read.
    while process.stdout is not None and await process.stdout.read(MAX_OUTPUT):
        pass
    await process.wait()


async def _talk(process: Process, command: Command, deadline: float) -> tuple[bytes, float]:
    """Feed a process and read it until it ends or the deadline passes; when it was last heard."""
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None and stdout is not None  # noqa: S101, PT018  both are pipes
    loop = asyncio.get_running_loop()
    stdin.write(command.feed)
    until = deadline - GRACE if command.watched else loop.time()
    ending = loop.call_at(until, stdin.close)
    output, heard = b"", 0.0
    try:
        async with asyncio.timeout_at(deadline):
            while len(output) < MAX_OUTPUT and (piece := await stdout.read(MAX_OUTPUT)):
                heard = loop.time()
                output += piece
            if len(output) < MAX_OUTPUT:
                await process.wait()
    except TimeoutError:
        pass  # what came so far counts
    finally:
        ending.cancel()
        stdin.close()
    return output[:MAX_OUTPUT], heard


class _Asker(asyncio.DatagramProtocol):
    """Waits for the first answer to one datagram."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Datagram] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr  # the socket is connected: only the host that was asked is heard
        self._settle(Datagram("answers", data))

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, ConnectionRefusedError):
            self._settle(Datagram("refused"))

    def _settle(self, answer: Datagram) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


async def datagram(address: Address, port: int, payload: bytes, deadline: float) -> Datagram:
    """Send one datagram and wait for one answer; raises Cannot where it cannot be sent."""
    try:
        transport, asker = await asyncio.get_running_loop().create_datagram_endpoint(
            _Asker, remote_addr=(commands.plain(address), port)
        )
    except OSError as error:
        raise Cannot(f"{PLACE} cannot send a datagram ({error.strerror or error})") from None
    try:
        transport.sendto(payload)
        async with asyncio.timeout_at(deadline):
            return await asker.answer
    except TimeoutError:
        return Datagram("silent")
    finally:
        transport.abort()
