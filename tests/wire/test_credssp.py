import pytest
from hypothesis import given
from hypothesis import strategies as st
from spnego._credssp_structures import NegoData, TSRequest

from bot.wire import credssp, ntlm
from bot.wire.cursor import Closed, Malformed
from tests.wire.samples import CUTS, pieces, play


def test_the_first_message_is_the_published_one() -> None:
    message = credssp.encode(credssp.TsRequest(6, ntlm.NEGOTIATE))
    assert message.hex() == (
        "3037a003020106a130302e302ca02a0428"
        "4e544c4d5353500001000000b78208e2" + "00" * 16 + "0a0063450000000f"
    )
    theirs = TSRequest.unpack(message)
    assert theirs.version == 6
    assert theirs.nego_tokens[0].nego_token == ntlm.NEGOTIATE


REQUESTS = st.builds(
    credssp.TsRequest,
    st.integers(0, 0x7FFFFFFF),
    st.none() | st.binary(max_size=400),
    st.none() | st.integers(0, 0xFFFFFFFF),
)


@given(REQUESTS, CUTS, st.binary(max_size=4))
def test_requests_make_a_round_trip_under_any_chunking(
    request_: credssp.TsRequest, cuts: list[int], trailing: bytes
) -> None:
    data = credssp.encode(request_) + trailing
    assert play(credssp.RequestReader().feed, pieces(data, cuts)) == request_
    assert credssp.RequestReader().feed(data) == request_


@given(st.integers(2, 6), st.binary(min_size=1, max_size=300), st.integers(-(2**31), 2**32 - 1))
def test_requests_of_another_implementation_are_read(
    version: int, token: bytes, error: int
) -> None:
    packed = TSRequest(version=version, nego_tokens=[NegoData(token)], error_code=error).pack()
    found = credssp.RequestReader().feed(packed)
    assert found == credssp.TsRequest(version, token, error & 0xFFFFFFFF)


@pytest.mark.parametrize("tokens", [[], [b"kerberos", ntlm.SIGNATURE], [ntlm.SIGNATURE, b""]])
def test_a_challenge_is_found_in_whichever_token_it_is(tokens: list[bytes]) -> None:
    packed = TSRequest(version=6, nego_tokens=[NegoData(token) for token in tokens]).pack()
    if not tokens:  # the other implementation leaves an empty list out
        packed = bytes.fromhex("3009a003020106a1023000")
    found = credssp.RequestReader().feed(packed)
    assert found == credssp.TsRequest(6, b"".join(tokens))


@given(st.binary(max_size=120))
def test_any_bytes_give_a_request_closed_or_malformed(data: bytes) -> None:
    for body in (data, b"\x30" + bytes((min(len(data), 127),)) + data):
        try:
            found = play(credssp.RequestReader().feed, [body] if body else [])
        except Malformed:
            continue
        assert isinstance(found, credssp.TsRequest | Closed)


@pytest.mark.parametrize(
    "broken", ["3080", "308500", "3084ffffffff", "04", "3000", "3003a00101", "3006a003020106ff"]
)
def test_indefinite_lengths_and_wrong_shapes_are_malformed(broken: str) -> None:
    reader = credssp.RequestReader()
    with pytest.raises(Malformed):
        play(reader.feed, [bytes.fromhex(broken), bytes(70000)])


def test_numbers_of_more_than_32_bits_are_malformed() -> None:
    """A version of 60,000 digits could be read, and then neither shown nor stored."""
    for size in (0, 6, 20000):
        number = b"\x02\x83" + size.to_bytes(3, "big") + b"\x7f" * size
        field = b"\xa0\x83" + len(number).to_bytes(3, "big") + number
        with pytest.raises(Malformed, match="integer of"):
            credssp.RequestReader().feed(b"\x30\x83" + len(field).to_bytes(3, "big") + field)
