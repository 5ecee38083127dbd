"""Questions to one DNS server as every resolver library asks them: over UDP first, then over TCP.

Strategy: only what answers a question counts (RFC 5452 9.1).  A truncated answer and a refusal lead
to TCP at once.  Silence does so after a while; then the questions go out once more as well, since
a datagram may be lost, and whichever way answers first is heard.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.evidence import Failure
from bot.vantage.base import VantageError
from bot.vantage.exchange import GRACE, Garbled, Open, Query, Server, matched, over_tcp
from bot.wire.dns import Answer

# So long UDP is waited for alone, in seconds; of a short time left, no more than this part.
PATIENCE = 0.5
PART = 1 / 3
# After so many datagrams that answer nothing no more are read.
MOST_STRANGE = 64
_TRUNCATED = 0x02


async def udp_first(
    opener: Open, server: Server, queries: Sequence[Query], deadline: float
) -> list[Answer]:
    """At least one answer, or Garbled or VantageError; ``opener`` makes the TCP stream."""
    loop = asyncio.get_running_loop()
    try:
        transport, asking = await loop.create_datagram_endpoint(
            lambda: _Asking(queries), remote_addr=server
        )
    except OSError:  # no way there: TCP has the words for it
        return await over_tcp(opener, server, queries, deadline)
    try:
        now = loop.time()
        await asking.wait(now + min(PATIENCE, (deadline - now) * PART))
        if asking.enough:
            return list(asking.heard.values())
        asking.send()
        return await _either(asking, over_tcp(opener, server, queries, deadline), deadline)
    finally:
        transport.abort()


async def _either(
    asking: "_Asking", over_stream: Coroutine[Any, Any, list[Answer]], deadline: float
) -> list[Answer]:
    """What UDP or TCP brings first; where TCP fails, what UDP brings until the deadline."""
    tcp = asyncio.ensure_future(over_stream)
    udp = asyncio.ensure_future(asking.wait(deadline))
    try:
        await asyncio.wait({tcp, udp}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.enough:
            return await tcp
    except (Garbled, VantageError) as error:
        await udp
        if not asking.heard:
            if asking.over:
                raise
            said = f"no answer over UDP, and none over TCP ({_words(error)})"
            raise VantageError(Failure.PROBE_DEADLINE, said) from None
    finally:
        for task in (tcp, udp):
            task.cancel()
        await asyncio.wait({tcp, udp})
        if not tcp.cancelled():
            tcp.exception()  # it was heard, or came too late to matter
    return list(asking.heard.values())


def _words(error: Exception) -> str:
    return (error.detail or error.failure.value) if isinstance(error, VantageError) else str(error)


class _Asking(asyncio.DatagramProtocol):
    """Questions on their way: ``heard`` holds the answers; ``over``: UDP brings no more."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self.heard: dict[int, Answer] = {}
        self.over = False
        self._queries = queries
        self._wires = [query.to_wire() for query in queries]
        self._strange = 0
        self._news = asyncio.Event()
        self._began = 0.0
        self._until = float("inf")
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def enough(self) -> bool:
        """Whether TCP need not be asked: one kind of address is better than none."""
        whole = len(self.heard) == len(self._queries)
        return not self.over and (whole or any(one.records for one in self.heard.values()))

    def send(self) -> None:
        """Ask what has no answer yet."""
        for query, wire in zip(self._queries, self._wires, strict=True):
            if self._transport is not None and not self.over and query.id not in self.heard:
                self._transport.sendto(wire)

    async def wait(self, deadline: float) -> None:
        """Until all is answered, or nothing more can be waited for."""
        while not self.over and len(self.heard) < len(self._queries):
            self._news.clear()
            try:
                async with asyncio.timeout_at(min(deadline, self._until)):
                    await self._news.wait()
            except TimeoutError:
                return

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """The socket is there."""
        self._transport = transport
        self._began = asyncio.get_running_loop().time()
        self.send()

    def datagram_received(self, data: bytes, addr: object) -> None:
        """One datagram of the server; the socket is connected, so nobody else is heard."""
        del addr
        if self._strange >= MOST_STRANGE:
            return
        try:
            answer = matched(data, self._queries)
        except Garbled:
            self._strange += 1
            self.over |= self._strange >= MOST_STRANGE or self._cut(data)
        else:
            self.heard[answer.number] = answer
            self.over |= self._cut(data)
            now = asyncio.get_running_loop().time()
            self._until = min(self._until, now + max(GRACE, now - self._began))
        self._news.set()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there, or there is no way."""
        del exc
        self.over = True
        self._news.set()

    def _cut(self, data: bytes) -> bool:
        """Whether it is a truncated answer to one of the questions, which may end anywhere."""
        number = int.from_bytes(data[:2], "big")
        asked = any(query.id == number for query in self._queries)
        return asked and len(data) > 2 and bool(data[2] & _TRUNCATED)
