"""ClientHello messages, built by hand so that no TLS library's policy colours the answer.

Strategy: a shape is a row of a table (versions, suites, signature schemes, groups); the bytes
follow from it, the server name and 96 random bytes that the caller brings.  The shape ``wide``
stops at TLS 1.2 on purpose: TLS 1.3 encrypts the certificate, so a hello that offered it would
hide what we came for; whether 1.3 is accepted is the question of the shape ``tls13``.
Sources: RFC 5246 7.4.1.2, RFC 8446 4.1.2 and 4.2, RFC 6066 3, RFC 5746 3.3, RFC 7685 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from bot.wire.suites import OLDER, RSA_CBC, TLS13, WINDOWS_11

RANDOMNESS = 96
VERSIONS: Mapping[int, str] = MappingProxyType(
    {0x0300: "SSLv3", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
)

LARGEST_RECORD = 5 + 16384
_PADDING = 21
_SCSV = 0x00FF  # "I understand secure renegotiation", for servers that dislike extensions
_X25519, _P256, _P384, _P521 = 0x001D, 0x0017, 0x0018, 0x0019
# X448, those of Brainpool (for TLS 1.2 and for 1.3) and three of old come last: nobody is to
# prefer them, but a host may have nothing else.
_ALL_GROUPS = (
    _X25519, _P256, _P384, _P521,
    0x001E, 0x001A, 0x001B, 0x001C, 0x001F, 0x0020, 0x0021, 0x0016, 0x0015, 0x0013,
)  # fmt: skip
# What Windows 11 has on by default (learn.microsoft.com, "TLS Elliptic Curves").
_WINDOWS_GROUPS = (_X25519, _P256, _P384)
_ALL_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B,
    0x0401, 0x0501, 0x0601, 0x0301, 0x0303, 0x0402, 0x0203, 0x0201, 0x0202, 0x0101,
    0x0808, 0x081A, 0x081B, 0x081C,
)  # fmt: skip
# Schannel's order in Windows 11.
_WINDOWS_SCHEMES = (
    0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601, 0x0603,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of client: the versions it speaks (lowest, highest), suites, schemes, groups."""

    lowest: int
    highest: int
    suites: tuple[int, ...]
    schemes: tuple[int, ...] = _ALL_SCHEMES
    groups: tuple[int, ...] = _ALL_GROUPS

    def speaks(self, version: str) -> bool:
        """Whether such a client goes on after a ServerHello of this version.

        Old servers answer a hello of a higher version with the best that they have.
        """
        return version in [VERSIONS[v] for v in range(self.lowest, self.highest + 1)]


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "wide": Shape(0x0301, 0x0303, OLDER),
        "windows-11": Shape(0x0303, 0x0304, WINDOWS_11, _WINDOWS_SCHEMES, _WINDOWS_GROUPS),
        "tls13": Shape(0x0304, 0x0304, TLS13),
        "tls12": Shape(0x0303, 0x0303, OLDER),
        "tls11": Shape(0x0302, 0x0302, OLDER),
        "tls10": Shape(0x0301, 0x0301, OLDER),
        "rsa-cbc": Shape(0x0303, 0x0303, RSA_CBC),
    }
)


def client_hello(
    shape: Shape, randomness: bytes, server_name: str | None = None, *, length: int | None = None
) -> bytes:
    """One record with the shape's ClientHello; ``randomness`` is 96 bytes, fresh each time.

    With ``length`` the record is padded to exactly so many bytes.  Raises ValueError for fewer
    random bytes, a server name that is not ASCII, and a length that cannot be reached.
    """
    if len(randomness) != RANDOMNESS:
        raise ValueError(f"{RANDOMNESS} random bytes wanted")
    extensions = _extensions(shape, randomness[64:], server_name)
    hello = _record(shape, randomness, extensions)
    if length is None:
        return hello
    padding = length - len(hello) - len(_extension(_PADDING, b""))
    if padding < 0 or length > LARGEST_RECORD:
        raise ValueError(f"this hello cannot be padded to {length} bytes")
    return _record(shape, randomness, extensions + _extension(_PADDING, bytes(padding)))


def _record(shape: Shape, randomness: bytes, extensions: bytes) -> bytes:
    modern = shape.highest >= 0x0304
    session = _vector(randomness[32:64] if modern else b"", 1)
    body = (
        _u16(min(shape.highest, 0x0303))
        + randomness[:32]
        + session
        + _suites(shape)
        + b"\x01\x00"
        + _vector(extensions, 2)
    )
    return b"\x16\x03\x01" + _vector(b"\x01" + _vector(body, 3), 2)


@lru_cache(maxsize=16)
def _suites(shape: Shape) -> bytes:
    more = () if shape.highest >= 0x0304 else (_SCSV,)
    return _vector(b"".join(_u16(code) for code in (*shape.suites, *more)), 2)


def _extensions(shape: Shape, share: bytes, server_name: str | None) -> bytes:
    found = _fixed(shape, server_name)
    if shape.highest >= 0x0304:
        # Any 32 bytes are a public key of X25519 (RFC 7748 5); we never finish the handshake.
        found += _extension(51, _vector(_u16(_X25519) + _vector(share, 2), 2))
        if shape.lowest <= 0x0303:
            found += _extension(0xFF01, b"\x00")
    return found


@lru_cache(maxsize=64)
def _fixed(shape: Shape, server_name: str | None) -> bytes:
    """The extensions that are the same in every hello of a shape to a name."""
    found = b""
    if server_name:
        name = b"\x00" + _vector(server_name.encode("ascii"), 2)
        found += _extension(0, _vector(name, 2))
    groups = b"".join(_u16(group) for group in shape.groups)
    found += _extension(10, _vector(groups, 2))
    found += _extension(11, b"\x01\x00")
    if shape.highest >= 0x0303:
        found += _extension(13, _vector(b"".join(_u16(code) for code in shape.schemes), 2))
    if shape.lowest <= 0x0303:
        found += _extension(23, b"")
    if shape.highest >= 0x0304:
        versions = b"".join(_u16(v) for v in range(shape.highest, shape.lowest - 1, -1))
        found += _extension(43, _vector(versions, 1))
        found += _extension(45, b"\x01\x01")
    return found


def _extension(kind: int, data: bytes) -> bytes:
    return _u16(kind) + _vector(data, 2)


def _vector(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "big")
