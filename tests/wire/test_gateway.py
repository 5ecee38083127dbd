from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Closed, Malformed
from bot.wire.gateway import LONGEST_HEAD, Head, HeadReader, reading, request
from tests.wire.samples import CUTS, pieces, play

GATEWAY = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
    b'WWW-Authenticate: Negotiate\r\nwww-authenticate: NTLM\r\nWWW-Authenticate: Basic realm="a, b"'
    b"\r\nContent-Length: 13\r\n\r\n"
)
SEEN = Head(401, ("Negotiate", "NTLM", "Basic"))


def head(*fields: str, status: str = "401 x") -> Head:
    found = HeadReader().feed("\r\n".join((f"HTTP/1.1 {status}", *fields, "", "")).encode())
    assert isinstance(found, Head)
    return found


def outcome(parts: Sequence[bytes]) -> object:
    """What the reader says, a refusal included."""
    try:
        return play(HeadReader().feed, parts)
    except Malformed:
        return Malformed


def test_the_request_is_that_of_a_client_before_it_signs_in() -> None:
    assert request("rdg.corp.example", 443, "0f8fad5b-d9cb-469f-a165-70867728950e") == (
        b"RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\n"
        b"Host: rdg.corp.example\r\n"
        b"RDG-Connection-Id: {0f8fad5b-d9cb-469f-a165-70867728950e}\r\n"
        b"Accept: */*\r\n"
        b"User-Agent: MS-RDGateway/1.0\r\n"
        b"Cache-Control: no-cache\r\n"
        b"Pragma: no-cache\r\n"
        b"Content-Length: 0\r\n"
        b"\r\n"
    )


@pytest.mark.parametrize(
    ("host", "port", "shown"),
    [
        ("rdg", 8443, b"Host: rdg:8443\r\n"),
        ("192.0.2.7", 443, b"Host: 192.0.2.7\r\n"),
        ("2001:db8::7", 443, b"Host: [2001:db8::7]\r\n"),
        ("2001:db8::7", 444, b"Host: [2001:db8::7]:444\r\n"),
    ],
)
def test_the_host_field_names_the_port_where_it_is_not_443(
    host: str, port: int, shown: bytes
) -> None:
    assert shown in request(host, port, "x")


@given(CUTS)
def test_the_pieces_in_which_an_answer_comes_do_not_matter(cuts: list[int]) -> None:
    assert outcome(pieces(GATEWAY + b"and a body", cuts)) == SEEN


@given(st.binary(max_size=80), st.sampled_from((b"", b"HTTP/1.1 ", GATEWAY[:60])), CUTS)
def test_any_bytes_give_a_value_or_malformed(data: bytes, lead: bytes, cuts: list[int]) -> None:
    whole = lead + data
    found = outcome([whole])
    assert isinstance(found, Head | Closed) or found is Malformed
    assert outcome(pieces(whole, cuts)) == found


@given(st.integers(LONGEST_HEAD - 40, LONGEST_HEAD + 40), st.integers(100, 5000))
def test_a_head_is_read_up_to_16_kib_in_any_pieces(length: int, size: int) -> None:
    start, end = b"HTTP/1.1 200 OK\r\nX: ", b"\r\n\r\n"
    whole = start + b"x" * (length - len(start) - len(end)) + end
    parts = [whole[at : at + size] for at in range(0, length, size)]
    assert outcome(parts) == (Head(200) if length <= LONGEST_HEAD else Malformed)


def test_a_flood_of_interim_answers_ends() -> None:
    assert outcome([b"HTTP/1.1 100 Continue\r\n\r\n"] * 700) is Malformed


def test_an_interim_answer_is_passed_over() -> None:
    assert HeadReader().feed(b"HTTP/1.1 100 Continue\r\n\r\n" + GATEWAY) == SEEN


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 0401 x\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\n",
        b"\r\n\r\n",
    ],
)
def test_what_is_not_http_is_malformed(data: bytes) -> None:
    assert outcome([data]) is Malformed


def test_an_end_without_a_byte_is_a_close() -> None:
    assert HeadReader().feed(b"") == Closed()


@pytest.mark.parametrize(
    ("fields", "schemes"),
    [
        (("WWW-Authenticate: Negotiate, NTLM",), ("Negotiate", "NTLM")),
        (('WWW-Authenticate: Digest realm="a, NTLM", nonce=x, Basic',), ("Digest", "Basic")),
        (("WWW-Authenticate: SSPI_NTLM", "WWW-Authenticate: PAA"), ("SSPI_NTLM", "PAA")),
        (("WWW-Authenticate: NTLM", "WWW-Authenticate: NTLM"), ("NTLM",)),
        (("WWW-Authenticate: Negotiate YIIB==",), ("Negotiate",)),
        (("WWW-Authenticate: realm = x", "WWW-Authenticate:"), ()),
        (("Proxy-Authenticate: NTLM", "X-WWW-Authenticate: NTLM"), ()),
        ((f"WWW-Authenticate: {'a' * 99}",), ("a" * 40,)),
    ],
)
def test_the_schemes_of_the_sign_in(fields: tuple[str, ...], schemes: tuple[str, ...]) -> None:
    assert head(*fields).schemes == schemes


def test_no_more_than_16_schemes_are_kept() -> None:
    assert len(head(*(f"WWW-Authenticate: s{each}" for each in range(99))).schemes) == 16


@pytest.mark.parametrize(
    ("status", "schemes", "word"),
    [
        (401, ("Negotiate", "NTLM"), "answers"),
        (401, ("ntlm",), "answers"),
        (401, ("SSPI_NTLM",), "answers"),
        (401, ("PAA",), "answers"),
        (401, ("Basic", "Digest"), "no-sign-in"),
        (401, (), "no-sign-in"),
        (403, (), "not-here"),
        (404, (), "not-here"),
        (410, (), "not-here"),
        (405, (), "method-refused"),
        (501, (), "method-refused"),
        (502, (), "unavailable"),
        (503, (), "unavailable"),
        (504, (), "unavailable"),
        (302, (), "redirected"),
        (308, (), "redirected"),
        (200, (), "other"),
        (400, (), "other"),
        (500, (), "other"),
    ],
)
def test_an_answer_is_read_as_the_transport_means_it(
    status: int, schemes: tuple[str, ...], word: str
) -> None:
    assert reading(Head(status, schemes)) == word
