"""TPKT, X.224 and the RDP security negotiation: one request out, one answer back.

Strategy: the confirm is tiny, so the reader only collects bytes until the TPKT length is
reached and then reads the fields once.  A first byte other than 3 is another service: its first
bytes are kept, up to a point that depends on the bytes alone and not on how they were cut.
Sources: MS-RDPBCGR 2.2.1.1, 2.2.1.2 (layout), 3.3.5.3 (server's rules), RFC 1006 (TPKT).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from bot.wire.cursor import Closed, Cursor, Malformed

COOKIE_NAME = 9  # mstsc cuts the cookie's name to this many characters (MS-RDPBCGR note 44)
FIRST_BYTES = 32
LONGEST_CONFIRM = 1024
WINDOWS_REF = 0x1234

_CONNECTION_REQUEST = 0xE0
_CONNECTION_CONFIRM = 0xD0
_SHORTEST = 9
# Codes of X.224 13.5 and 13.12, and a data message that holds T.125's ultimatum.
_DECLINES = frozenset({0x70, 0x80})
_MCS_DISCONNECT = b"\xf0\x80\x21"
_NEG_REQUEST, _NEG_RESPONSE, _NEG_FAILURE = 1, 2, 3


class Protocol(IntEnum):
    """Values of selectedProtocol (MS-RDPBCGR 2.2.1.2.1)."""

    RDP = 0
    TLS = 1
    NLA = 2
    RDSTLS = 4
    NLA_EX = 8
    AAD = 16

    @property
    def word(self) -> str:
        """The word that stands in facts."""
        return self.name.lower()


class Refusal(IntEnum):
    """Values of failureCode (MS-RDPBCGR 2.2.1.2.2)."""

    TLS_REQUIRED = 1
    TLS_NOT_ALLOWED = 2
    NO_CERTIFICATE = 3
    INCONSISTENT_FLAGS = 4
    NLA_REQUIRED = 5
    TLS_WITH_USER_AUTH_REQUIRED = 6


REQUESTS: Mapping[str, int | None] = MappingProxyType(
    {"none": None, "rdp": 0x0, "tls": 0x1, "nla": 0x3, "nla_ex": 0xB}
)
"""The five requests by name; ``none`` carries no negotiation data."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The server chose a protocol; it need not be among those that were asked for."""

    protocol: int
    flags: int
    src_ref: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The server named why it will not talk; it closes after this."""

    code: int
    src_ref: int


@dataclass(frozen=True, slots=True)
class Bare:
    """A confirm without negotiation data: standard RDP security."""

    src_ref: int


@dataclass(frozen=True, slots=True)
class NotRdp:
    """Another service answered; its first bytes, at most 32."""

    first_bytes: bytes


Answer = Selected | Refused | Bare | NotRdp | Closed


def connection_request(protocols: int | None, cookie: str | None = None) -> bytes:
    """The connection request for a mask of protocols; None leaves the negotiation data out.

    ``cookie`` is a user name for load balancers; characters outside printable ASCII go out.
    """
    variable = b""
    if cookie is not None:
        name = "".join(char for char in cookie if "!" <= char <= "~")[:COOKIE_NAME]
        variable += b"Cookie: mstshash=" + name.encode("ascii") + b"\r\n"
    if protocols is not None:
        variable += bytes((_NEG_REQUEST, 0, 8, 0)) + protocols.to_bytes(4, "little")
    header = bytes((6 + len(variable), _CONNECTION_REQUEST, 0, 0, 0, 0, 0))
    body = header + variable
    return b"\x03\x00" + (4 + len(body)).to_bytes(2, "big") + body


class ConfirmReader:
    """Turns the first bytes of a server into one answer."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = b""

    @property
    def first_bytes(self) -> bytes:
        """What came so far, at most 32 bytes: to show when it is Malformed."""
        return self._seen[:FIRST_BYTES]

    def feed(self, data: bytes) -> Answer | None:
        """The answer, or None while bytes are missing; ``b""`` says that no more will come.

        Raises Malformed for a TPKT that holds no proper connection confirm.
        """
        self._seen += data
        if not self._seen:
            return None if data else Closed()
        if self._seen[0] != 3:
            return self._stranger(ended=not data)
        if len(self._seen) < 4:
            return None if data else Closed()
        length = int.from_bytes(self._seen[2:4], "big")
        if not _SHORTEST <= length <= LONGEST_CONFIRM:
            raise Malformed(f"a TPKT of {length} bytes is no connection confirm")
        if len(self._seen) < length:
            return None if data else Closed()
        body = self._seen[4:length]
        return Closed() if _hangs_up(body) else _confirm(body)

    def _stranger(self, *, ended: bool) -> NotRdp | None:
        wanted = FIRST_BYTES
        if 0x14 <= self._seen[0] <= 0x17:  # a TLS record: an alert has only 7 bytes
            if len(self._seen) >= 5:
                wanted = min(wanted, 5 + int.from_bytes(self._seen[3:5], "big"))
        elif (end := self._seen.find(b"\n")) >= 0 and _is_text(self._seen[:end]):
            wanted = min(wanted, end + 1)
        if len(self._seen) < wanted and not ended:
            return None
        return NotRdp(self._seen[:wanted])


def _is_text(line: bytes) -> bool:
    """Whether a line feed after this ends a line, and is not one byte of a number."""
    return all(byte >= 0x20 or byte in b"\t\r" for byte in line)


def _hangs_up(body: bytes) -> bool:
    """Whether an X.224 speaker declines in its own words: with a disconnect request or an error.

    Or, as xrdp does to what it does not know, with MCS' DisconnectProviderUltimatum.
    """
    return body[1] & 0xF0 in _DECLINES or body[1:].startswith(_MCS_DISCONNECT)


def _confirm(body: bytes) -> Selected | Refused | Bare:
    cursor = Cursor(body)
    with cursor.restrict_to(1 + body[0]):
        cursor.u8()
        if cursor.u8() & 0xF0 != _CONNECTION_CONFIRM:
            raise Malformed("an X.224 message other than a connection confirm")
        cursor.take(2)
        src_ref = cursor.u16()
        cursor.u8()
        if not cursor.left:
            return Bare(src_ref)
        kind, flags, length, value = cursor.u8(), cursor.u8(), cursor.le16(), cursor.le32()
        cursor.rest()
    if length != 8 or kind not in (_NEG_RESPONSE, _NEG_FAILURE):
        raise Malformed(f"negotiation data of type {kind} and length {length}")
    return Selected(value, flags, src_ref) if kind == _NEG_RESPONSE else Refused(value, src_ref)


def stranger(first_bytes: bytes) -> str:
    """Who answered instead of RDP: ssh, http, tls (a handshake or an alert) or other."""
    if first_bytes.startswith(b"SSH-"):
        return "ssh"
    if first_bytes.upper().startswith((b"HTTP/", b"<!DOCTYPE", b"<HTML", b"<?XML")):
        return "http"
    if first_bytes[:1] in (b"\x15", b"\x16") and first_bytes[1:2] in (b"\x03", b""):
        return "tls"
    return "other"
