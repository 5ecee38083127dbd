import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spnego._tls_struct import TlsCipherSuite

from bot.wire.cursor import Closed, Malformed
from bot.wire.flight import MOST_BYTES, Alert, FlightReader, ServerHello
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from bot.wire.suites import CODES, SUITES, suite_name
from tests.wire.samples import (
    CUTS,
    certificate,
    ec_key,
    first_flight,
    pieces,
    play,
    rsa_key,
    server_context,
)

RANDOM = bytes(range(RANDOMNESS))
V = ssl.TLSVersion
VERSIONS = {"TLSv1.0": V.TLSv1, "TLSv1.1": V.TLSv1_1, "TLSv1.2": V.TLSv1_2, "TLSv1.3": V.TLSv1_3}
DER = certificate("srv", key=rsa_key())
EC_DER = certificate("srv-ec", key=ec_key())
FLIGHT = first_flight(
    server_context(DER, rsa_key(), V.TLSv1, V.TLSv1_2), client_hello(SHAPES["wide"], RANDOM)
)


def records(flight: bytes, size: int) -> bytes:
    """The same handshake bytes in records of at most ``size`` bytes of payload."""
    payload = flight[5 : 5 + int.from_bytes(flight[3:5], "big")]
    rest, found = flight[5 + len(payload) :], b""
    while rest:
        length = int.from_bytes(rest[3:5], "big")
        payload, rest = payload + rest[5 : 5 + length], rest[5 + length :]
    for at in range(0, len(payload), size):
        part = payload[at : at + size]
        found += b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_meets_openssl_of_one_version(shape: str, version: str) -> None:
    context = server_context(DER, rsa_key(), VERSIONS[version], VERSIONS[version])
    flight = first_flight(context, client_hello(SHAPES[shape], RANDOM, "srv.corp.example"))
    answer = FlightReader().feed(flight)
    number = 0x0301 + list(VERSIONS).index(version)
    newest_only = SHAPES[shape].highest == 0x0304 and number < SHAPES[shape].lowest
    if number <= SHAPES[shape].highest and not newest_only:
        assert isinstance(answer, ServerHello)
        assert answer.version == version
        assert SHAPES[shape].speaks(version) == (number >= SHAPES[shape].lowest)
        assert answer.cipher in CODES
        assert CODES[answer.cipher] in SHAPES[shape].suites
        assert answer.certificates == (() if version == "TLSv1.3" else (DER,))
    else:
        assert answer == Alert(70)


def test_an_elliptic_certificate_is_read_too() -> None:
    context = server_context(EC_DER, ec_key(), V.TLSv1_2, V.TLSv1_2)
    answer = FlightReader().feed(first_flight(context, client_hello(SHAPES["wide"], RANDOM)))
    assert isinstance(answer, ServerHello)
    assert answer.certificates == (EC_DER,)
    rsa_only = first_flight(context, client_hello(SHAPES["rsa-cbc"], RANDOM))
    assert FlightReader().feed(rsa_only) == Alert(40)


def test_a_server_that_wants_another_group_still_counts() -> None:
    context = server_context(EC_DER, ec_key(), V.TLSv1_3, V.TLSv1_3)
    context.set_ecdh_curve("secp384r1")
    answer = FlightReader().feed(first_flight(context, client_hello(SHAPES["tls13"], RANDOM)))
    assert isinstance(answer, ServerHello)
    assert answer.version == "TLSv1.3"


@given(CUTS, st.integers(1, 3000))
def test_any_chunking_and_fragmentation_give_the_answer(cuts: list[int], size: int) -> None:
    whole = FlightReader().feed(FLIGHT)
    assert whole == play(FlightReader().feed, pieces(records(FLIGHT, size), cuts))


def test_one_byte_at_a_time_gives_the_answer() -> None:
    parts = [bytes((byte,)) for byte in FLIGHT]
    assert play(FlightReader().feed, parts) == FlightReader().feed(FLIGHT)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=80).map(lambda b: FLIGHT[:99] + b)))
def test_any_bytes_give_a_value_or_malformed(data: bytes) -> None:
    try:
        answer = play(FlightReader().feed, [data] if data else [])
    except Malformed:
        return
    assert isinstance(answer, ServerHello | Alert | Closed)


@given(st.integers(0, len(FLIGHT) - 1), st.integers(1, 255))
def test_one_changed_byte_never_gives_another_error(at: int, change: int) -> None:
    data = FLIGHT[:at] + bytes((FLIGHT[at] ^ change,)) + FLIGHT[at + 1 :]
    try:
        play(FlightReader().feed, [data])
    except Malformed:
        return


@given(st.integers(0, len(FLIGHT) - 1))
def test_a_cut_flight_ends_as_closed_or_without_certificates(at: int) -> None:
    answer = play(FlightReader().feed, [FLIGHT[:at]] if at else [])
    if isinstance(answer, ServerHello):
        assert answer.certificates in ((), (DER,))
    else:
        assert answer == Closed()


def test_the_first_record_is_enough_where_no_certificate_is_wanted() -> None:
    hello = FLIGHT[: 5 + int.from_bytes(FLIGHT[3:5], "big")]
    answer = FlightReader(want_certificates=False).feed(hello)
    assert isinstance(answer, ServerHello)
    assert answer.certificates == ()


def test_warnings_are_stepped_over_and_close_notify_is_an_answer() -> None:
    warning = b"\x15\x03\x03\x00\x02\x01\x70"
    answer = FlightReader().feed(warning + FLIGHT)
    assert isinstance(answer, ServerHello)
    assert FlightReader().feed(b"\x15\x03\x03\x00\x02\x01\x00") == Alert(0)
    assert FlightReader().feed(b"\x15\x03\x01\x00\x02\x02\x28") == Alert(40)


def test_an_alert_that_must_end_the_handshake_does_whatever_its_level_says() -> None:
    assert FlightReader().feed(b"\x15\x03\x01\x00\x02\x01\x28") == Alert(40)


@pytest.mark.parametrize(("code", "answer"), [(80, Alert(80)), (0, ServerHello)])
def test_an_alert_behind_the_hello_takes_it_back_but_a_goodbye_does_not(
    code: int, answer: Alert | type[ServerHello]
) -> None:
    reader, first = FlightReader(), FLIGHT[: 5 + int.from_bytes(FLIGHT[3:5], "big")]
    assert reader.feed(first) is None
    level = 2 if code else 1
    said = reader.feed(b"\x15\x03\x03\x00\x02" + bytes((level, code)))
    assert said == answer if isinstance(answer, Alert) else isinstance(said, answer)


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 400",
        b"\x16\x02",
        b"\x16\x03\x03\xff\xff",
        b"\x16\x03\x03\x00\x00",
        b"\x15\x03\x03\x00\x01\x02",
        b"\x17\x03\x03\x00\x01a",
        b"\x16\x03\x03\x00\x04\x0b\x00\x00\x00",
        b"\x16\x03\x03\x00\x04\x02\xff\xff\xff",
    ],
)
def test_what_is_no_flight_is_malformed(broken: bytes) -> None:
    with pytest.raises(Malformed):
        FlightReader().feed(broken)


def test_a_flood_of_warnings_is_stopped() -> None:
    reader, warnings = FlightReader(), b"\x15\x03\x03\x00\x02\x01\x70" * 1000
    for _ in range(MOST_BYTES // len(warnings)):
        assert reader.feed(warnings) is None
    with pytest.raises(Malformed, match="more than"):
        reader.feed(warnings)


@pytest.mark.parametrize("size", [999, 16384, 10 * MOST_BYTES])
def test_the_cap_does_not_depend_on_how_the_bytes_were_cut(size: int) -> None:
    data = b"\x15\x03\x03\x00\x02\x01\x70" * (MOST_BYTES // 7) + FLIGHT
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    with pytest.raises(Malformed, match="more than"):
        play(FlightReader().feed, parts)


def test_too_many_certificates_are_malformed() -> None:
    entries = b"\x00\x00\x01a" * 17
    body = len(entries).to_bytes(3, "big") + entries
    message = b"\x0b" + len(body).to_bytes(3, "big") + body
    hello = FLIGHT[: 5 + int.from_bytes(FLIGHT[3:5], "big")]
    reader = FlightReader()
    assert reader.feed(hello) is None
    with pytest.raises(Malformed, match="more than 16"):
        reader.feed(b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message)


def test_suite_names_agree_with_another_table() -> None:
    for code, name in SUITES.items():
        assert TlsCipherSuite(code).name == name
        assert CODES[name] == code
    assert suite_name(0x0000) == "0x0000"


def test_a_hello_needs_its_randomness() -> None:
    with pytest.raises(ValueError, match="random"):
        client_hello(SHAPES["wide"], b"short")
