"""A TCP stream that a jump box opened for us, and how the host behind it ended it.

Strategy of ``ending``: OpenSSH says EOF for a close and for a reset alike (channels.c,
channel_handle_rfd), but it closes the channel as soon as its own socket takes no more data.
After a reset that is so at the first byte; a host that closed answers the first byte with a
reset, so the second fails; a host that only ended its own direction takes both.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import asyncssh

from bot.evidence import Failure
from bot.vantage.base import VantageError

T = TypeVar("T")

# Between the two bytes the host's reset must reach the jump box; opening the stream took as long
# and a way to the jump box besides.  A busy machine may be late by this many seconds.
LATE = 0.05


class _Way(Protocol):
    """What a stream needs of the SSH connection that it is on."""

    @property
    def name(self) -> str: ...

    @property
    def lost(self) -> bool: ...

    @property
    def openssh(self) -> bool: ...

    def gone(self, detail: str = "") -> VantageError: ...

    async def patiently(
        self, work: Callable[[], Awaitable[T]], deadline: float, silence: Failure
    ) -> T: ...

    async def round_trip(self, deadline: float) -> float: ...


class SshStream:
    """Opened in ``took`` seconds; ``release`` gives its place back."""

    def __init__(
        self,
        way: _Way,
        reader: asyncssh.SSHReader[bytes],
        writer: asyncssh.SSHWriter[bytes],
        took: float,
        release: Callable[[], None],
    ) -> None:
        self._way = way
        self._reader = reader
        self._writer = writer
        self._took = took
        self._release: Callable[[], None] | None = release
        self._end = "unknown"

    async def read(self, limit: int, deadline: float) -> bytes:
        """Up to ``limit`` bytes; ``b""`` at the end.  SSH does not tell a reset from a close."""
        data = b""
        try:
            data = await self._even_late(limit, deadline)
        except (asyncssh.Error, OSError) as error:
            if self._way.lost:
                raise self._way.gone(str(error)) from None
        if not data and self._way.lost:
            raise self._way.gone()
        return data

    async def _even_late(self, limit: int, deadline: float) -> bytes:
        """The bytes, also those that came in time while this program was held up."""
        try:
            return await self._patiently(lambda: self._reader.read(limit), deadline)
        except VantageError as silence:
            try:
                async with asyncio.timeout(0):
                    return await self._reader.read(limit)
            except TimeoutError:
                raise silence from None

    async def write(self, data: bytes, deadline: float) -> None:
        """Send everything; what a peer that has left no longer takes is lost."""
        try:
            self._writer.write(data)
            await self._patiently(self._writer.drain, deadline)
        except (asyncssh.Error, OSError) as error:
            if self._way.lost:
                raise self._way.gone(str(error)) from None

    async def ending(self, deadline: float) -> str:
        """How the host ended it; unknown before its end, and from servers other than OpenSSH.

        Takes five round trips to the jump box and one from there to the host.
        """
        ended = self._release is not None and self._reader.at_eof()
        if self._end == "unknown" and ended and self._way.openssh:
            with suppress(asyncssh.Error, OSError, VantageError):  # a timeout is an OSError
                async with asyncio.timeout_at(deadline):
                    self._end = await self._ending(deadline)
        return self._end

    async def close(self) -> None:
        """Close the channel at once, unsent data included."""
        self._writer.channel.abort()
        release, self._release = self._release, None
        if release is not None:
            release()

    async def _ending(self, deadline: float) -> str:
        if self._writer.is_closing():
            return "unknown"  # a byte before the end was read has told already, but not which
        if not await self._takes(deadline):
            return "reset"
        await asyncio.sleep(1.5 * self._took + LATE)
        if self._writer.is_closing():
            return "unknown"
        return "half" if await self._takes(deadline) else "closed"

    async def _takes(self, deadline: float) -> bool:
        """Whether the jump box could give the host another byte.

        It answers the first question while the byte waits, the second after it was written.
        """
        self._writer.write(b"\0")
        for _ in range(2):
            await self._way.round_trip(deadline)
        if self._way.lost:
            raise self._way.gone()
        return not self._writer.is_closing()

    async def _patiently(self, work: Callable[[], Awaitable[T]], deadline: float) -> T:
        return await self._way.patiently(work, deadline, Failure.PROBE_DEADLINE)
