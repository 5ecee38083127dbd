import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Malformed
from bot.wire.rdp_udp import LARGEST, SMALLEST, SynAck, read_syn_ack, syn

NUMBERS = st.integers(0, 0xFFFFFFFF)
SIZES = st.integers(SMALLEST, LARGEST)
OURS = 0x12345678


def answer(  # noqa: PLR0913, PLR0917 - one a field
    number: int = OURS,
    flags: int = 0x0005,
    up: int = LARGEST,
    down: int = LARGEST,
    length: int = LARGEST,
    theirs: int = 7,
) -> bytes:
    """What a server sends, written apart from the reader."""
    return struct.pack(">IHHIHH", number, 64, flags, theirs, up, down).ljust(length, b"\0")[:length]


@given(NUMBERS)
def test_a_syn_is_the_datagram_of_the_specification(number: int) -> None:
    datagram = syn(number)
    assert len(datagram) == 1232
    assert datagram[:8].hex() == "ffffffff04000001"
    assert datagram[8:12] == struct.pack(">I", number)
    assert datagram[12:16].hex() == "04d004d0"
    assert not any(datagram[16:])


@given(NUMBERS, SIZES, SIZES, NUMBERS, st.integers(16, LARGEST), st.integers(0, 0xFFFF))
def test_an_answer_to_our_number_is_read(  # noqa: PLR0913, PLR0917 - one a field
    number: int, up: int, down: int, theirs: int, length: int, others: int
) -> None:
    datagram = answer(number, others | 5, up, down, length, theirs)
    assert read_syn_ack(datagram, number) == SynAck(up, down)


@pytest.mark.parametrize(
    ("datagram", "said"),
    [
        (answer(number=OURS + 1), "another number"),
        (answer(number=0xFFFFFFFF), "another number"),
        (answer(flags=0x0001), "no SYN\\+ACK"),
        (answer(flags=0x0004), "no SYN\\+ACK"),
        (answer(up=SMALLEST - 1), "1131 bytes"),
        (answer(down=LARGEST + 1), "1233 bytes"),
        (answer(length=15), "wanted"),
        (answer(length=LARGEST + 1), "of 1233 bytes"),
        (syn(OURS), "no SYN\\+ACK"),
        (b"", "wanted"),
    ],
)
def test_anything_else_is_no_answer(datagram: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_syn_ack(datagram, OURS)


@given(st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(lambda b: answer() + b)))
def test_any_bytes_give_a_value_or_malformed(datagram: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(read_syn_ack(datagram, OURS), SynAck)


@given(st.integers(0, 15), st.integers(0, 255))
def test_a_changed_byte_is_read_as_it_stands(at: int, byte: int) -> None:
    datagram = bytearray(answer())
    datagram[at] = byte
    number, _, flags, _, up, down = struct.unpack(">IHHIHH", datagram[:16])
    sound = number == OURS and flags & 5 == 5 and all(1132 <= n <= 1232 for n in (up, down))
    try:
        read_syn_ack(bytes(datagram), OURS)
    except Malformed:
        assert not sound
    else:
        assert sound
