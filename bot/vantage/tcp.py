"""TCP connections of this machine, as a look needs them: few bytes, exact ends, a deadline a step.

Strategy: one protocol object a connection holds what came and wakes its one reader.  asyncio's own
streams do the same with three objects and a task's timeout a step, which is most of what a look
costs here; and they throw away what came before a reset.  ``OSError`` ends here.
"""

import asyncio
import errno
import os
import socket

from bot.evidence import Failure
from bot.vantage.base import Address, VantageError

# A flooding target is made to wait once this much lies unread.
BUFFER = 65536
_FAILURES = {
    errno.ECONNREFUSED: Failure.TCP_REFUSED,
    errno.EHOSTUNREACH: Failure.TCP_UNREACHABLE,
    errno.EHOSTDOWN: Failure.TCP_UNREACHABLE,
    errno.ENETUNREACH: Failure.TCP_UNREACHABLE,
    errno.ENETDOWN: Failure.TCP_UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.TCP_UNREACHABLE,
    # Further words of ICMP (Linux, net/ipv4/icmp.c): no such protocol, host isolated.
    errno.ENOPROTOOPT: Failure.TCP_UNREACHABLE,
    errno.ENONET: Failure.TCP_UNREACHABLE,
    # A route that prohibits, our own firewall, a black-hole route: no packet left this machine.
    errno.EACCES: Failure.TCP_UNREACHABLE,
    errno.EPERM: Failure.TCP_UNREACHABLE,
    errno.EINVAL: Failure.TCP_UNREACHABLE,
    # Not the host's doing: we are out of descriptors.
    errno.EMFILE: Failure.PROBE_INTERNAL,
    errno.ENFILE: Failure.PROBE_INTERNAL,
}

Waiter = asyncio.Future[None]


class DirectStream(asyncio.Protocol):
    """A TCP connection of this machine; it is over already when it was never made.

    One task reads and one writes at a time.
    """

    def __init__(self, fault: Exception | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._fault = fault
        self._ended = fault is not None
        self._full = False
        self._reading: Waiter | None = None
        self._writing: Waiter | None = None

    async def read(self, limit: int, deadline: float) -> bytes:
        """Up to ``limit`` bytes; ``b""`` at the end, a reset included."""
        if not self._data and not self._ended:
            self._reading = self._loop.create_future()
            # What came while this program was held up has come in time: a socket is looked at
            # before a timer is.
            await self._until(self._reading, deadline)
        if not self._data and not self._ended:
            raise VantageError(Failure.PROBE_DEADLINE, "nothing came in time")
        piece = bytes(self._data[:limit])
        del self._data[:limit]
        if self._transport is not None and len(self._data) <= BUFFER:
            self._transport.resume_reading()
        return piece

    async def write(self, data: bytes, deadline: float) -> None:
        """Send everything; what a peer that has left no longer takes is lost."""
        if self._transport is None:
            return
        self._transport.write(data)
        if self._full:
            self._writing = self._loop.create_future()
            await self._until(self._writing, deadline)
        if self._full:
            raise VantageError(Failure.PROBE_DEADLINE, "the host takes no data")

    async def ending(self, deadline: float) -> str:
        """As the operating system tells it; a peer that closed and is written to breaks the pipe.

        EPIPE: Linux, net/ipv4/tcp_input.c, tcp_reset in CLOSE_WAIT.
        """
        del deadline
        if self._data or not self._ended:
            return "unknown"
        match self._fault:
            case None | BrokenPipeError():
                return "closed"
            case ConnectionResetError():
                return "reset"
            case _:
                return "unknown"

    async def close(self) -> None:
        """Close at once, unsent data included."""
        if self._transport is not None:
            self._transport.abort()

    async def _until(self, waiter: Waiter, deadline: float) -> None:
        """Wait until the waiter is woken or a loop time is reached."""
        timer = self._loop.call_at(deadline, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - as for every TCP socket
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep it for the reader; a peer that floods has to wait."""
        self._data += data
        if len(self._data) > BUFFER and self._transport is not None:
            self._transport.pause_reading()
        _wake(self._reading)

    def eof_received(self) -> bool:
        """The peer sends no more; it may still read."""
        self._ended = True
        _wake(self._reading)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over; for reading that is its end, whatever the reason."""
        self._ended, self._full = True, False
        self._fault = exc
        self._transport = None
        _wake(self._reading)
        _wake(self._writing)

    def pause_writing(self) -> None:
        """The peer takes no more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """The peer takes again."""
        self._full = False
        _wake(self._writing)


def _wake(waiter: Waiter | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


async def open_tcp(address: Address, port: int, deadline: float) -> DirectStream:
    """Open a TCP connection from this machine; raises VantageError (``tcp.*``)."""
    try:
        async with asyncio.timeout_at(deadline):
            return await _connected(address, port)
    except TimeoutError:
        raise VantageError(Failure.TCP_TIMEOUT, "no answer in time") from None
    except ConnectionResetError as error:
        # A port that is shut refuses (ECONNREFUSED); this one took us first.
        return DirectStream(error)
    except OSError as error:
        failure = _FAILURES.get(error.errno or 0, Failure.TCP_FAILED)
        # asyncio's own text tells the address again, and not which error it was.
        said = os.strerror(error.errno) if error.errno else str(error)
        raise VantageError(failure, said) from None


async def _connected(address: Address, port: int) -> DirectStream:
    loop = asyncio.get_running_loop()
    ours = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)
    try:
        ours.setblocking(False)
        await loop.sock_connect(ours, (str(address), port))
    except BaseException:
        ours.close()
        raise
    _, stream = await loop.create_connection(DirectStream, sock=ours)
    return stream
