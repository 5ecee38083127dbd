"""The server's first TLS flight: version, suite and, up to TLS 1.2, the certificates.

Strategy: three layers, each a plain buffer: bytes become records, record payloads become
handshake messages, messages become one answer.  Everything is capped, because a target may
flood.  Nothing is decrypted: a TLS 1.3 answer ends at its ServerHello.
Sources: RFC 5246 6.2.1, 7.2, 7.4; RFC 8446 4.1.3, 4.2.1.
"""

from dataclasses import dataclass

from bot.wire.cursor import Closed, Cursor, Malformed
from bot.wire.hello import VERSIONS
from bot.wire.suites import suite_name

MOST_BYTES = 256 * 1024
LONGEST_MESSAGE = 128 * 1024
MOST_CERTIFICATES = 16

_LONGEST_RECORD = 16384 + 2048
_ALERT, _HANDSHAKE = 21, 22
_HELLO_REQUEST, _SERVER_HELLO, _CERTIFICATE = 0, 2, 11
_SUPPORTED_VERSIONS = 43
_CLOSE_NOTIFY = 0
# What may be sent as a warning (RFC 5246 7.2.2, RFC 6066 9); anything else ends the handshake,
# whatever its level says (as in RFC 8446 6.2).
_WARNINGS = frozenset({41, 42, 43, 44, 45, 46, 90, 100, 111, 112, 113, 114, 115})


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The server agreed; ``certificates`` are DER, leaf first, empty where they are not shown.

    ``fault`` says why certificates that were sent could not be taken out of the flight.
    """

    version: str
    cipher: str
    certificates: tuple[bytes, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """The server said no; the code is an AlertDescription (RFC 5246 7.2)."""

    code: int


Answer = ServerHello | Alert | Closed


class FlightReader:
    """Turns what a server sends after a ClientHello into one answer."""

    __slots__ = ("_hello", "_messages", "_records", "_total", "_want_certificates")

    def __init__(self, *, want_certificates: bool = True) -> None:
        # bytearray: taking bytes off the front must not copy the rest, or a flood costs minutes.
        self._records = bytearray()
        self._messages = bytearray()
        self._total = 0
        self._hello: ServerHello | None = None
        self._want_certificates = want_certificates

    @property
    def hello(self) -> ServerHello | None:
        """What the server agreed to, even where the rest of its flight is broken or missing."""
        return self._hello

    def feed(self, data: bytes) -> Answer | None:
        """The answer, or None while bytes are missing; ``b""`` says that no more will come.

        Raises Malformed for bytes that are no TLS flight and for a flight over 256 KiB.
        """
        # What lies beyond the cap does not count, however the bytes were cut.
        self._records += data[: max(0, MOST_BYTES - self._total)]
        self._total += len(data)
        while (record := self._record()) is not None:
            if (answer := self._take(*record)) is not None:
                return answer
        if self._total > MOST_BYTES:
            raise Malformed(f"more than {MOST_BYTES} bytes before the end of the first flight")
        if not data:
            return self._hello or Closed()
        return None

    def _record(self) -> tuple[int, bytes] | None:
        head = bytes(self._records[:5])
        if head and (
            head[0] not in (20, _ALERT, _HANDSHAKE, 23) or head[1:2] not in (b"", b"\x03")
        ):
            raise Malformed("not a TLS record")
        if len(head) < 5:
            return None
        length = int.from_bytes(head[3:5], "big")
        if not 0 < length <= _LONGEST_RECORD:
            raise Malformed(f"a TLS record of {length} bytes")
        if len(self._records) < 5 + length:
            return None
        payload = bytes(self._records[5 : 5 + length])
        del self._records[: 5 + length]
        return head[0], payload

    def _take(self, kind: int, payload: bytes) -> Answer | None:
        if kind == _ALERT:
            return self._alert(payload)
        if kind != _HANDSHAKE:
            # ChangeCipherSpec or data: whoever sends it now has nothing more to show in the clear.
            if self._hello is None:
                raise Malformed(f"a TLS record of type {kind} before the ServerHello")
            return self._hello
        self._messages += payload
        while (message := self._message()) is not None:
            if (answer := self._handshake(*message)) is not None:
                return answer
        return None

    def _alert(self, payload: bytes) -> Answer | None:
        if len(payload) != 2:
            raise Malformed("a TLS alert is two bytes long")
        level, code = payload
        if level == 1 and code in _WARNINGS:  # such as unrecognized_name: the handshake goes on
            return None
        return self._hello if self._hello and code == _CLOSE_NOTIFY else Alert(code)

    def _message(self) -> tuple[int, bytes] | None:
        if len(self._messages) < 4:
            return None
        length = int.from_bytes(self._messages[1:4], "big")
        if length > LONGEST_MESSAGE:
            raise Malformed(f"a handshake message of {length} bytes")
        if len(self._messages) < 4 + length:
            return None
        kind, body = self._messages[0], bytes(self._messages[4 : 4 + length])
        del self._messages[: 4 + length]
        return kind, body

    def _handshake(self, kind: int, body: bytes) -> Answer | None:
        if self._hello is None:
            if kind == _HELLO_REQUEST and not body:
                return None
            if kind != _SERVER_HELLO:
                raise Malformed(f"handshake message {kind} where the ServerHello belongs")
            self._hello = _server_hello(body)
            last = self._hello.version == "TLSv1.3" or not self._want_certificates
            return self._hello if last else None
        if kind != _CERTIFICATE:
            return self._hello
        return ServerHello(self._hello.version, self._hello.cipher, _certificates(body))


def _server_hello(body: bytes) -> ServerHello:
    cursor = Cursor(body)
    version = cursor.u16()
    cursor.take(32)
    session = cursor.u8()
    if session > 32:
        raise Malformed("a session id of more than 32 bytes")
    cursor.take(session)
    cipher = cursor.u16()
    cursor.u8()
    if cursor.left:
        with cursor.restrict_to(cursor.u16()):
            while cursor.left:
                kind = cursor.u16()
                with cursor.restrict_to(cursor.u16()):
                    if kind == _SUPPORTED_VERSIONS:
                        version = cursor.u16()
                    else:
                        cursor.rest()
    cursor.end()
    if version not in VERSIONS:
        raise Malformed(f"TLS version 0x{version:04x}")
    return ServerHello(VERSIONS[version], suite_name(cipher))


def _certificates(body: bytes) -> tuple[bytes, ...]:
    cursor, found = Cursor(body), list[bytes]()
    with cursor.restrict_to(cursor.u24()):
        while cursor.left:
            if len(found) == MOST_CERTIFICATES:
                raise Malformed(f"more than {MOST_CERTIFICATES} certificates")
            found.append(cursor.take(cursor.u24()))
    cursor.end()
    return tuple(found)
