"""CredSSP's TSRequest, as far as the NTLM challenge: never beyond it.

Strategy: DER with definite lengths only, read in one pass over a complete message; fields that
we have no use for are stepped over.  Source: MS-CSSP 2.2.1.
"""

from dataclasses import dataclass

from bot.wire.cursor import Closed, Cursor, Malformed

VERSION = 6
LONGEST = 64 * 1024

_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_TAG_VERSION, _TAG_TOKENS, _TAG_ERROR = 0xA0, 0xA1, 0xA4


@dataclass(frozen=True, slots=True)
class TsRequest:
    """One message of either side; ``error_code`` is an NTSTATUS without its sign."""

    version: int
    token: bytes | None = None
    error_code: int | None = None


def encode(request: TsRequest) -> bytes:
    """The message as DER."""
    body = _tlv(_TAG_VERSION, _integer(request.version))
    if request.token is not None:
        token = _tlv(0xA0, _tlv(_OCTETS, request.token))
        body += _tlv(_TAG_TOKENS, _tlv(_SEQUENCE, _tlv(_SEQUENCE, token)))
    if request.error_code is not None:
        body += _tlv(_TAG_ERROR, _integer(request.error_code))
    return _tlv(_SEQUENCE, body)


class RequestReader:
    """Turns what a server sends inside TLS into one TSRequest."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = b""

    def feed(self, data: bytes) -> TsRequest | Closed | None:
        """The message, or None while bytes are missing; ``b""`` says that no more will come.

        Raises Malformed for bytes that are no TSRequest and for one over 64 KiB.
        """
        self._seen += data
        total = _total(self._seen)
        if total is None or len(self._seen) < total:
            return None if data else Closed()
        return _request(Cursor(self._seen[:total]))


def _total(seen: bytes) -> int | None:
    """Length of the whole message, once its own length field is there."""
    if seen and seen[0] != _SEQUENCE:
        raise Malformed("not a TSRequest")
    if len(seen) < 2:
        return None
    more = seen[1] & 0x7F if seen[1] & 0x80 else 0
    if (more == 0 and seen[1] & 0x80) or more > 4:
        raise Malformed("a length that is indefinite or longer than four bytes")
    if len(seen) < 2 + more:
        return None
    total = 2 + more + (int.from_bytes(seen[2 : 2 + more], "big") if more else seen[1])
    if total > LONGEST:
        raise Malformed(f"a TSRequest of {total} bytes")
    return total


def _request(cursor: Cursor) -> TsRequest:
    version: int | None = None
    token: bytes | None = None
    error: int | None = None
    fields = Cursor(_expect(cursor, _SEQUENCE))
    while fields.left:
        tag, value = _element(fields)
        inner = Cursor(value)
        if tag == _TAG_VERSION:
            version = _number(inner)
        elif tag == _TAG_TOKENS:
            token = _token(inner)
        elif tag == _TAG_ERROR:
            # Five bytes with a leading zero, or fewer with a sign: the same NTSTATUS.
            error = _number(inner) & 0xFFFFFFFF
    if version is None:
        raise Malformed("a TSRequest without a version")
    return TsRequest(version, token, error)


def _number(cursor: Cursor) -> int:
    """An INTEGER of 32 bits; a longer one could not even be printed."""
    value = _expect(cursor, _INTEGER)
    if not 0 < len(value) <= 5:
        raise Malformed(f"an integer of {len(value)} bytes")
    return int.from_bytes(value, "big", signed=True)


def _token(cursor: Cursor) -> bytes:
    """All tokens in a row: who reads them looks for a signature, wherever it stands."""
    tokens, found = Cursor(_expect(cursor, _SEQUENCE)), b""
    while tokens.left:
        token = Cursor(_expect(tokens, _SEQUENCE))
        found += _expect(Cursor(_expect(token, 0xA0)), _OCTETS)
    return found


def _expect(cursor: Cursor, tag: int) -> bytes:
    found, value = _element(cursor)
    if found != tag:
        raise Malformed(f"DER tag 0x{found:02x} where 0x{tag:02x} belongs")
    return value


def _element(cursor: Cursor) -> tuple[int, bytes]:
    tag, length = cursor.u8(), cursor.u8()
    if length & 0x80:
        more = length & 0x7F
        if not 0 < more <= 4:
            raise Malformed("a length that is indefinite or longer than four bytes")
        length = int.from_bytes(cursor.take(more), "big")
    return tag, cursor.take(length)


def _tlv(tag: int, value: bytes) -> bytes:
    if len(value) < 0x80:
        return bytes((tag, len(value))) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def _integer(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))
