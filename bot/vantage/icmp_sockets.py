"""The two kinds of socket that carry ICMP echoes: which we are given, and how they differ.

The datagram kind (icmp(7) of Linux) needs no right but a group that ``net.ipv4.ping_group_range``
has: the kernel sums up its packets and delivers only what answers them.  The raw kind (raw(7))
needs CAP_NET_RAW and is handed every reply of the connected host: we write an identifier of our
own into each packet and look for it in what comes.  Constants: include/uapi/linux/icmp.h, icmpv6.h.
"""

import secrets
import socket
import struct
from typing import NamedTuple

HEADER = struct.Struct("!BBHHH")
"""Type, code, checksum, identifier, sequence number."""

_RAW_LEVEL, _ICMP_FILTER = 255, 1
_ICMP6_FILTER = 1
_LEAST_IPV4 = 20


class Family(NamedTuple):
    """What differs between the two protocols."""

    version: int
    family: int
    protocol: int
    level: int
    discover: int
    recverr: int
    request: int
    reply: int


FAMILIES = {
    4: Family(4, socket.AF_INET, socket.IPPROTO_ICMP, 0, 10, 11, 8, 0),
    6: Family(6, socket.AF_INET6, socket.IPPROTO_ICMPV6, 41, 23, 25, 128, 129),
}


class EchoSocket(NamedTuple):
    """A socket for echoes; ``ident`` is ours on a raw one, None where the kernel has its own."""

    socket: socket.socket
    kind: Family
    ident: int | None = None

    def packet(self, number: int, payload: bytes) -> bytes:
        """An echo request with a sequence number."""
        packet = HEADER.pack(self.kind.request, 0, 0, self.ident or 0, number) + payload
        if self.ident is None or self.kind.version == 6:  # the kernel sums up by itself
            return packet
        return packet[:2] + _checksum(packet) + packet[4:]

    def message(self, data: bytes) -> bytes:
        """The ICMP message that was received: a raw IPv4 socket gives the whole IP packet."""
        if self.ident is None or self.kind.version == 6 or len(data) < _LEAST_IPV4:
            return data
        return data[4 * (data[0] & 0x0F) :]

    def number(self, message: bytes) -> int | None:
        """The sequence number of a reply, or of our own packet in an error; None: not ours."""
        if len(message) < HEADER.size:
            return None
        _, _, _, ident, number = HEADER.unpack_from(message)
        return int(number) if self.ident in (None, ident) else None


def echo_socket(version: int) -> EchoSocket | None:
    """A socket for echoes over IPv4 or IPv6; None where the kernel gives us neither kind."""
    kind = FAMILIES[version]
    try:
        return EchoSocket(_open(kind, socket.SOCK_DGRAM), kind)
    except OSError:
        pass  # not for our group, or not made by this system
    try:
        raw = _open(kind, socket.SOCK_RAW)
    except OSError:
        return None
    if version == 4:
        raw.setsockopt(_RAW_LEVEL, _ICMP_FILTER, struct.pack("=I", ~(1 << kind.reply) & 0xFFFFFFFF))
    else:
        raw.setsockopt(kind.protocol, _ICMP6_FILTER, _all_but(kind.reply))
    return EchoSocket(raw, kind, secrets.randbits(16))


def _open(kind: Family, how: int) -> socket.socket:
    return socket.socket(kind.family, how | socket.SOCK_NONBLOCK, kind.protocol)


def _all_but(kind: int) -> bytes:
    """A filter of 256 bits that blocks every type but one (RFC 3542 section 3.2)."""
    words = [0xFFFFFFFF] * 8
    words[kind // 32] &= ~(1 << kind % 32)
    return struct.pack("=8I", *words)


def _checksum(packet: bytes) -> bytes:
    """RFC 1071: the sum of 16-bit words with the carry brought round is the number modulo 65535."""
    even = packet + bytes(len(packet) % 2)
    return (0xFFFF - int.from_bytes(even) % 0xFFFF).to_bytes(2)
