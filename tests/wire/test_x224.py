import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire import x224
from bot.wire.cursor import Closed, Malformed
from tests.wire.samples import CUTS, confirm, pieces, play

TLS_CHOSEN = "0300001306d000001234000200080001000000"
NUMBERS = st.integers(0, 0xFFFFFFFF)


ANSWERS = st.one_of(
    st.builds(x224.Bare, st.integers(0, 0xFFFF)),
    st.builds(x224.Selected, NUMBERS, st.integers(0, 255), st.integers(0, 0xFFFF)),
    st.builds(x224.Refused, NUMBERS, st.integers(0, 0xFFFF)),
)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("none", "0300000b06e00000000000"),
        ("rdp", "030000130ee000000000000100080000000000"),
        ("tls", "030000130ee000000000000100080001000000"),
        ("nla", "030000130ee000000000000100080003000000"),
        ("nla_ex", "030000130ee00000000000010008000b000000"),
    ],
)
def test_requests_are_the_bytes_of_the_specification(name: str, wanted: str) -> None:
    assert x224.connection_request(x224.REQUESTS[name]).hex() == wanted


def test_a_cookie_is_cut_and_cannot_break_its_line() -> None:
    request = x224.connection_request(1, cookie="eve\r\nX: administrator")
    assert b"Cookie: mstshash=eveX:admi\r\n\x01\x00\x08\x00" in request
    assert len(request) == int.from_bytes(request[2:4], "big") == request[4] + 5


@given(ANSWERS, CUTS, st.binary(max_size=5))
def test_any_chunking_gives_the_answer(
    answer: x224.Answer, cuts: list[int], trailing: bytes
) -> None:
    data = confirm(answer)
    assert play(x224.ConfirmReader().feed, pieces(data + trailing, cuts)) == answer
    assert play(x224.ConfirmReader().feed, [bytes((byte,)) for byte in data]) == answer


@given(st.binary(max_size=80), CUTS)
def test_any_bytes_give_a_value_or_malformed_under_every_chunking(
    data: bytes, cuts: list[int]
) -> None:
    def outcome(parts: list[bytes]) -> object:
        try:
            return play(x224.ConfirmReader().feed, parts)
        except Malformed:
            return "malformed"

    assert outcome(pieces(data, cuts)) == outcome([data] if data else [])


@given(ANSWERS, st.data())
def test_a_cut_confirm_is_a_closed_stream(answer: x224.Answer, data: st.DataObject) -> None:
    whole = confirm(answer)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert play(x224.ConfirmReader().feed, [cut] if cut else []) == Closed()


@pytest.mark.parametrize(
    ("banner", "kept", "who"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\nmore", b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "ssh"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n", b"HTTP/1.1 400 Bad Request\r\n", "http"),
        (b"<!DOCTYPE html><html lang='en'><head><title>400", None, "http"),
        (b"\x15\x03\x01\x00\x02\x02\x28", b"\x15\x03\x01\x00\x02\x02\x28", "tls"),
        (b"\x16\x03\x03" + bytes(90), b"\x16\x03\x03\x00\x00", "tls"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>4", None, "http"),
        (b"<!doctype html>\n", b"<!doctype html>\n", "http"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + bytes(90), None, "tls"),
        (b"220 mail.corp.example ESMTP\r\n", b"220 mail.corp.example ESMTP\r\n", "other"),
        (b"RFB 003.008\n", b"RFB 003.008\n", "other"),
        (b"\x00" * 100, bytes(32), "other"),
        # MySQL: its greeting has a line feed in the fifth byte, and is no line.
        (b"\x4a\x00\x00\x00\x0a8.0.36\x00" + bytes(80), None, "other"),
    ],
)
def test_strangers_are_named_by_their_first_bytes(
    banner: bytes, kept: bytes | None, who: str
) -> None:
    reader = x224.ConfirmReader()
    answer = reader.feed(banner)
    assert answer == x224.NotRdp(kept if kept is not None else banner[:32])
    assert isinstance(answer, x224.NotRdp)
    assert x224.stranger(answer.first_bytes) == who


@pytest.mark.parametrize(
    "broken",
    [
        "0300000802f08021",  # shorter than anything that X.224 says here
        "0300000902f0806880",  # data that is no disconnect
        "0300000b06e00000000000",  # a request sent back
        "0300000b05d00000123400",  # the length indicator leaves a byte over
        "0300ffff06d00000123400",
        "030000130ed000001234000900080001000000",  # unknown negotiation data
        "030000130ed000001234000200070001000000",  # wrong length of it
    ],
)
def test_broken_confirms_are_malformed(broken: str) -> None:
    with pytest.raises(Malformed):
        x224.ConfirmReader().feed(bytes.fromhex(broken))


@pytest.mark.parametrize(
    "declined",
    [
        "0300000902f0802180",  # xrdp, to a protocol that it does not know: MCS' ultimatum
        "0300000b06800000123400",  # X.224 13.5: disconnect request
        "0300000b06700000000101",  # X.224 13.12: error
    ],
)
def test_who_hangs_up_in_the_words_of_x224_is_no_other_service(declined: str) -> None:
    assert play(x224.ConfirmReader().feed, [bytes.fromhex(declined)]) == Closed()
    pieces = [bytes((each,)) for each in bytes.fromhex(declined)]
    assert play(x224.ConfirmReader().feed, pieces) == Closed()
