"""ICMP echoes from a socket of this process: no program is started for them.

Strategy: one connected socket a burst: the datagram kind, for which nobody needs a right (icmp(7)
of Linux, ``net.ipv4.ping_group_range``), else the raw kind, as ping of iputils does.  The sequence
number tells the sizes apart.  The kernel never fragments (IP_PMTUDISC_DO) and its error queue
holds what routers and this machine itself said.  Times are the kernel's, so a busy event loop does
not look like a slow path.  Constants: Linux, include/uapi/linux/in.h, in6.h, errqueue.h; RFC 792,
RFC 4443.
"""

import asyncio
import errno
import secrets
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.vantage.base import Address, Echo
from bot.vantage.commands import LARGEST, MAX_SIZES, OVERHEAD, plain
from bot.vantage.icmp_sockets import HEADER, EchoSocket, echo_socket

_PMTUDISC_DO = 2
_MSG_ERRQUEUE = 0x2000
_SO_TIMESTAMPNS = 35
_LOCAL = 1  # ee_origin: no packet left this machine
_ERROR = struct.Struct("=IBBBxII")
_STAMP = struct.Struct("@ll")
_TOKEN = 16
_ANCILLARY = 512
_LEAST_MTU = 68  # RFC 791


class Unsent(Exception):
    """No echo leaves this machine: it has no route, or its own packet filter forbids it."""


async def echoes(
    address: Address, sizes: Sequence[int], deadline: float
) -> tuple[Echo, ...] | None:
    """One echo a size (whole IP packets), all at once; None where the kernel gives us no socket.

    Raises Unsent where none can leave this machine.
    """
    opened = echo_socket(address.version)
    if opened is None:
        return None
    loop = asyncio.get_running_loop()
    with opened.socket as ours:
        burst = _Burst(opened, loop.create_future())
        burst.connect(address)
        loop.add_reader(ours, burst.listen)
        try:
            burst.send(sizes)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await burst.over
            burst.listen()  # what came while this program was held up has come in time
        finally:
            loop.remove_reader(ours)
    return burst.told(sizes)


@dataclass(slots=True)
class _Sent:
    """One echo on its way, and what became of it."""

    size: int
    payload: bytes
    at: float
    echo: Echo | None = None


class _Burst:
    """Echoes of several sizes on one socket; ``over`` is done when all have their answer."""

    def __init__(self, opened: EchoSocket, over: "asyncio.Future[None]") -> None:
        self.over = over
        self._opened, self._ours, self._kind = opened, opened.socket, opened.kind
        self._sent: dict[int, _Sent] = {}
        self._forbidden = False
        self._most = OVERHEAD[4]

    def connect(self, address: Address) -> None:
        """Set the socket up; raises Unsent where there is no route."""
        self._ours.setsockopt(self._kind.level, self._kind.discover, _PMTUDISC_DO)
        self._ours.setsockopt(self._kind.level, self._kind.recverr, 1)
        with suppress(OSError):  # without it our own clock has to do
            self._ours.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        try:
            self._ours.connect((plain(address), 0))
        except OSError as error:
            raise Unsent(error.strerror) from None

    def send(self, sizes: Sequence[int]) -> None:
        """Send one echo a size."""
        token = secrets.token_bytes(_TOKEN)
        over = OVERHEAD[self._kind.version]
        wanted = [size for size in dict.fromkeys(sizes) if over <= size <= LARGEST][:MAX_SIZES]
        for number, size in enumerate(wanted, 1):
            length = size - over
            payload = (token * (length // _TOKEN + 1))[:length]
            self._sent[number] = _Sent(size, payload, time.time())
            self._most = max(self._most, size)
        for number, sent in self._sent.items():
            self._send(number, sent)
        self._settle()

    def _send(self, number: int, sent: _Sent) -> None:
        packet = self._opened.packet(number, sent.payload)
        # An error that came back for an earlier packet is told by the next call: then once more.
        for _ in range(len(self._sent) + 1):
            sent.at = time.time()
            try:
                self._ours.send(packet)
            except OSError as error:
                self._forbidden |= error.errno in {errno.EPERM, errno.EACCES}
                mtu = self._errors()
                if mtu is not None:
                    sent.echo = _too_big(sent.size, mtu)
                    return
            else:
                return

    def listen(self) -> None:
        """Take in all that has come."""
        self._errors()
        for data, ancillary in self._waiting(0):
            self._heard(self._opened.message(data), ancillary)
        self._settle()

    def _heard(self, data: bytes, ancillary: "_Ancillary") -> None:
        sent = self._own(data)
        if sent is None or data[0] != self._kind.reply:
            return
        if sent.payload.startswith(data[HEADER.size :]):  # some hosts cut a long echo short
            came = _stamp(ancillary) or time.time()
            sent.echo = Echo(sent.size, "reply", round(max(0.0, came - sent.at) * 1000, 3))

    def _errors(self) -> int | None:
        """Empty the error queue; the MTU that this machine itself named for the last packet."""
        named = None
        for data, ancillary in self._waiting(_MSG_ERRQUEUE):
            for level, kind, value in ancillary:
                if (level, kind) != (self._kind.level, self._kind.recverr):
                    continue
                code, origin, _, _, info, _ = _ERROR.unpack_from(value)
                if code != errno.EMSGSIZE:
                    continue
                if origin == _LOCAL:
                    named = info
                else:
                    self._refused(self._own(data), info)
        return named

    def _own(self, message: bytes) -> _Sent | None:
        """The echo that an ICMP message belongs to."""
        number = self._opened.number(message)
        return None if number is None else self._sent.get(number)

    @staticmethod
    def _refused(sent: _Sent | None, mtu: int) -> None:
        if sent is not None and sent.echo is None:
            sent.echo = _too_big(sent.size, mtu)

    def _waiting(self, flags: int) -> Iterator[tuple[bytes, "_Ancillary"]]:
        # Bounded: a flood must not hold the event loop.
        for _ in range(4 * MAX_SIZES):
            try:
                data, ancillary, _, _ = self._ours.recvmsg(self._most, _ANCILLARY, flags)
            except BlockingIOError:
                return
            except OSError:
                continue  # the error of a packet, which the queue tells in full
            yield data, ancillary

    def _settle(self) -> None:
        """A router names an MTU a few times a second only: the kernel holds it for all later."""
        named = [sent.echo.mtu for sent in self._sent.values() if sent.echo and sent.echo.mtu]
        least = min(named, default=LARGEST)
        left = [one for one in self._sent.values() if one.echo is None and one.size <= least]
        if not left and not self.over.done():
            self.over.set_result(None)

    def told(self, sizes: Sequence[int]) -> tuple[Echo, ...]:
        """What became of each size; raises Unsent."""
        found = {sent.size: sent.echo for sent in self._sent.values()}
        named = [echo.mtu for echo in found.values() if echo and echo.mtu]
        least = min(named, default=LARGEST)
        echoes = tuple(
            found.get(size)
            or (_too_big(size, least) if size in found and size > least else Echo(size, "silence"))
            for size in dict.fromkeys(sizes)
        )
        if self._forbidden and all(echo.state == "silence" for echo in echoes):
            raise Unsent("not permitted")
        return echoes


_Ancillary = list[tuple[int, int, bytes]]


def _too_big(size: int, mtu: int) -> Echo:
    return Echo(size, "too-big", mtu=mtu if _LEAST_MTU <= mtu < size else None)


def _stamp(ancillary: _Ancillary) -> float | None:
    """When the kernel received it, in seconds since 1970."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(value)
            return float(seconds + nanoseconds / 1e9)
    return None
