"""The padded hello; the shapes themselves are met in test_flight."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.cursor import Cursor
from bot.wire.flight import FlightReader, ServerHello
from bot.wire.hello import LARGEST_RECORD, RANDOMNESS, SHAPES, client_hello
from tests.wire.samples import certificate, first_flight, rsa_key, server_context

RANDOM = bytes(range(RANDOMNESS))
V = ssl.TLSVersion
NAME = "srv-app-07.corp.example"
PADDING = 21


def extensions(hello: bytes) -> list[tuple[int, bytes]]:
    """Every extension of a hello, read as RFC 5246 7.4.1.2 lays it out; nothing may be left."""
    cursor, found = Cursor(hello), list[tuple[int, bytes]]()
    assert cursor.take(3) == b"\x16\x03\x01"
    with cursor.restrict_to(cursor.u16()):
        assert cursor.u8() == 1
        with cursor.restrict_to(cursor.u24()):
            cursor.take(34)
            cursor.take(cursor.u8())
            cursor.take(cursor.u16())
            cursor.take(cursor.u8())
            with cursor.restrict_to(cursor.u16()):
                while cursor.left:
                    found.append((cursor.u16(), cursor.take(cursor.u16())))
    cursor.end()
    return found


@given(
    st.sampled_from(sorted(SHAPES)),
    st.integers(700, LARGEST_RECORD),
    st.sampled_from([None, "a", NAME, "x" * 253]),
)
def test_a_padded_hello_is_exactly_as_long_as_wanted(
    shape: str, length: int, name: str | None
) -> None:
    hello = client_hello(SHAPES[shape], RANDOM, name, length=length)
    assert len(hello) == length
    plain = client_hello(SHAPES[shape], RANDOM, name)
    *others, last = extensions(hello)
    assert others == extensions(plain)
    assert last == (PADDING, bytes(length - len(plain) - 4))


def test_the_tightest_padding_is_an_empty_extension() -> None:
    plain = client_hello(SHAPES["wide"], RANDOM, NAME)
    hello = client_hello(SHAPES["wide"], RANDOM, NAME, length=len(plain) + 4)
    assert extensions(hello)[-1] == (PADDING, b"")


@pytest.mark.parametrize("extra", [-1, 0, 3])
def test_a_hello_cannot_be_padded_to_less_than_it_has(extra: int) -> None:
    plain = client_hello(SHAPES["wide"], RANDOM, NAME)
    with pytest.raises(ValueError, match="cannot be padded"):
        client_hello(SHAPES["wide"], RANDOM, NAME, length=len(plain) + extra)


def test_a_hello_cannot_be_padded_beyond_one_record() -> None:
    with pytest.raises(ValueError, match="cannot be padded"):
        client_hello(SHAPES["wide"], RANDOM, NAME, length=LARGEST_RECORD + 1)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["wide", "windows-11", "tls12", "tls13"]), st.integers(700, 16000))
def test_openssl_takes_a_padded_hello(shape: str, length: int) -> None:
    server = server_context(certificate(key=rsa_key()), rsa_key(), V.TLSv1_2, V.TLSv1_3)
    hello = client_hello(SHAPES[shape], RANDOM, NAME, length=length)
    assert isinstance(FlightReader().feed(first_flight(server, hello)), ServerHello)
