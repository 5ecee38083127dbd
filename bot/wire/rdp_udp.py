"""The first datagram of RDP over UDP and the answer to it.

Strategy: one SYN that names no version, so that every server may answer with version 1, and one
strict reader.  Only a datagram that acknowledges our own number counts as an answer, since anybody
can send a datagram.  All fields are in network order.
Sources: MS-RDPEUDP 2.2.2.1 (header), 2.2.2.5 (SYN data), 3.1.5.1.1 (SYN), 3.1.5.1.3 (SYN+ACK).
"""

from dataclasses import dataclass

from bot.wire.cursor import Cursor, Malformed

SMALLEST, LARGEST = 1132, 1232
"""What an MTU field may say (2.2.2.5); our SYN is as long as the largest."""

_SYN, _ACK = 0x0001, 0x0004
_NOTHING_YET = 0xFFFFFFFF  # snSourceAck of a SYN is -1
_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class SynAck:
    """The server takes RDP over UDP: the datagram sizes that it agrees to, in bytes."""

    upstream: int
    downstream: int


def syn(number: int) -> bytes:
    """A SYN with this initial sequence number (32 bits, random each time), padded with zeros."""
    header = _u32(_NOTHING_YET) + _u16(_WINDOW) + _u16(_SYN)
    data = _u32(number) + _u16(LARGEST) + _u16(LARGEST)
    return (header + data).ljust(LARGEST, b"\0")


def read_syn_ack(datagram: bytes, number: int) -> SynAck:
    """The answer to our SYN; raises Malformed for anything else than an answer to it."""
    cursor = Cursor(datagram)
    acknowledged = cursor.u32()
    cursor.u16()
    flags = cursor.u16()
    if flags & (_SYN | _ACK) != _SYN | _ACK:
        raise Malformed(f"a datagram with the flags 0x{flags:04x} is no SYN+ACK")
    if acknowledged != number:
        raise Malformed("a SYN+ACK to another number than ours")
    cursor.u32()
    upstream, downstream = cursor.u16(), cursor.u16()
    for size in (upstream, downstream):
        if not SMALLEST <= size <= LARGEST:
            raise Malformed(f"a SYN+ACK that wants datagrams of {size} bytes")
    if len(datagram) > LARGEST:
        raise Malformed(f"a SYN+ACK of {len(datagram)} bytes")
    cursor.rest()
    return SynAck(upstream, downstream)


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "big")
