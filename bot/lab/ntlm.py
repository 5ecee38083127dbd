"""The bytes with which a Windows host answers the first CredSSP message.

Strategy: the messages are laid out by hand from MS-NLMP and MS-CSSP and share no code with the
product's parsers, so that a misreading there is not repeated here.
"""

import struct
from dataclasses import dataclass

FILETIME_OF_UNIX_EPOCH = 11_644_473_600
CHALLENGE_FLAGS = 0xE2898215
"""Unicode, target info, version, extended session security, 128 and 56 bit (MS-NLMP 2.2.2.5)."""
STATUS_NOT_SUPPORTED = 0xC00000BB
"""What a host says that refuses NTLM (MS-NLMP 3.2.5.1.1)."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a CHALLENGE's target information (MS-NLMP 2.2.2.1)."""

    computer: str
    domain: str
    dns_computer: str
    dns_domain: str


def challenge(names: Names, version: tuple[int, int, int], unix_time: float) -> bytes:
    """A CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) with the host's names, version and clock."""
    filetime = int((unix_time + FILETIME_OF_UNIX_EPOCH) * 10_000_000)
    target = names.domain.encode("utf-16-le")
    info = b"".join(
        struct.pack("<HH", kind, len(value)) + value
        for kind, value in (
            (2, names.domain.encode("utf-16-le")),
            (1, names.computer.encode("utf-16-le")),
            (4, names.dns_domain.encode("utf-16-le")),
            (3, names.dns_computer.encode("utf-16-le")),
            (5, names.dns_domain.encode("utf-16-le")),
            (7, struct.pack("<Q", filetime)),
            (0, b""),
        )
    )
    major, minor, build = version
    return (
        b"NTLMSSP\0"
        + struct.pack("<I", 2)
        + struct.pack("<HHI", len(target), len(target), 56)
        + struct.pack("<I", CHALLENGE_FLAGS)
        + b"\x01\x23\x45\x67\x89\xab\xcd\xef"
        + bytes(8)
        + struct.pack("<HHI", len(info), len(info), 56 + len(target))
        + struct.pack("<BBH3sB", major, minor, build, b"", 15)
        + target
        + info
    )


def message_type(token: bytes) -> int:
    """The type of the NTLM message inside a TSRequest: 1, 2 or 3; 0 if there is none."""
    at = token.find(b"NTLMSSP\0")
    return int(struct.unpack_from("<I", token, at + 8)[0]) if at >= 0 else 0


def ts_request(version: int, token: bytes) -> bytes:
    """A TSRequest that carries a token (MS-CSSP 2.2.1)."""
    item = _der(0x30, _der(0xA0, _der(0x04, token)))
    return _der(0x30, _der(0xA0, _integer(version)) + _der(0xA1, _der(0x30, item)))


def ts_error(version: int, code: int) -> bytes:
    """A TSRequest that carries only an errorCode (MS-CSSP 2.2.1)."""
    return _der(0x30, _der(0xA0, _integer(version)) + _der(0xA4, _integer(code)))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
