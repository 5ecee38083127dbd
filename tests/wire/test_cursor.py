import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Cursor, Malformed
from bot.wire.text import LIMIT, clean


def test_a_four_byte_number_is_in_network_order() -> None:
    assert Cursor(bytes((1, 2, 3, 4))).u32() == 0x01020304


def test_fields_are_read_in_both_orders() -> None:
    cursor = Cursor(bytes(range(1, 22)))
    assert (cursor.u8(), cursor.u16(), cursor.u24()) == (1, 0x0203, 0x040506)
    assert (cursor.le16(), cursor.le32()) == (0x0807, 0x0C0B0A09)
    assert cursor.le64() == 0x14131211100F0E0D
    assert cursor.rest() == b"\x15"
    cursor.end()


@given(st.binary(max_size=20), st.integers(0, 40))
def test_taking_more_than_there_is_raises(data: bytes, count: int) -> None:
    cursor = Cursor(data)
    if count <= len(data):
        assert cursor.take(count) == data[:count]
        assert cursor.left == len(data) - count
    else:
        with pytest.raises(Malformed):
            cursor.take(count)
        assert cursor.left == len(data)


def test_a_restriction_refuses_to_be_left_or_overread() -> None:
    cursor = Cursor(b"abcdef")
    with pytest.raises(Malformed, match="too many"), cursor.restrict_to(3):
        cursor.take(2)
    cursor = Cursor(b"abcdef")
    with pytest.raises(Malformed, match="wanted"), cursor.restrict_to(3):
        cursor.take(4)
    cursor = Cursor(b"abcdef")
    with cursor.restrict_to(3):
        assert cursor.rest() == b"abc"
    assert cursor.rest() == b"def"
    with pytest.raises(Malformed), cursor.restrict_to(1):
        pass


@given(st.text())
def test_clean_text_is_short_and_printable(text: str) -> None:
    found = clean(text)
    assert len(found) <= LIMIT
    assert clean(found) == found
    assert not any(ord(char) < 32 or ord(char) == 127 for char in found)


def test_clean_removes_what_moves_or_turns_a_line() -> None:
    assert clean("a\x1b[2J\r\nb\u202ec\u200bd\x00\ud800\u2028e") == "a[2Jbcde"
    assert clean("x" * 900) == "x" * LIMIT
