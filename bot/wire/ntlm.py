"""NTLM without credentials: a NEGOTIATE goes out, the CHALLENGE tells names, build and clock.

Strategy: the challenge is found by its signature (a server may wrap it in SPNEGO) and read by
offsets, each checked against the message.  There is no AUTHENTICATE here, on purpose: it would
write a failed logon on the host.  Source: MS-NLMP 2.2.1.1, 2.2.1.2, 2.2.2.1, 2.2.2.10.
"""

from dataclasses import dataclass

from bot.wire.cursor import Cursor, Malformed
from bot.wire.text import clean

# Unicode, OEM, target, sign, seal, LM key, NTLM, always sign, ESS, target info, version, 128, key
# exchange, 56: the flags of a Windows client; then no domain, no workstation, version 10.0.17763.
NEGOTIATE = b"NTLMSSP\0\x01\0\0\0\xb7\x82\x08\xe2" + bytes(16) + b"\x0a\x00\x63\x45\x00\x00\x00\x0f"
SIGNATURE = b"NTLMSSP\0\x02\0\0\0"
MOST_PAIRS = 64

_HAS_VERSION, _HAS_TARGET_INFO = 0x02000000, 0x00800000
_EPOCH_1601 = 11_644_473_600
_LATEST = 2**32  # the year 2106
_NAMES = {1: "computer", 2: "domain", 3: "dns_computer", 4: "dns_domain", 5: "dns_forest"}
_TIMESTAMP = 7


@dataclass(frozen=True, slots=True)
class Version:
    """The operating system's version as the server states it."""

    major: int
    minor: int
    build: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a CHALLENGE tells; ``time`` is the server's clock in seconds since 1970, UTC."""

    flags: int
    names: dict[str, str]
    version: Version | None
    time: float | None


def read_challenge(token: bytes) -> Challenge | None:
    """The CHALLENGE inside a token, or None if there is none; raises Malformed for a broken one."""
    start = token.find(SIGNATURE)
    if start < 0:
        return None
    message = token[start:]
    cursor = Cursor(message)
    cursor.take(len(SIGNATURE) + 8)
    flags = cursor.le32()
    cursor.take(16)
    info = b""
    version = None
    if flags & (_HAS_TARGET_INFO | _HAS_VERSION):
        field = cursor.le16(), cursor.u16(), cursor.le32()
        if flags & _HAS_TARGET_INFO:
            info = _slice(message, field[2], field[0])
        if flags & _HAS_VERSION:
            version = _version(cursor)
    names, time = _target_info(info)
    return Challenge(flags, names, version, time)


def _version(cursor: Cursor) -> Version | None:
    """The version; one of nothing but zeros is a field that was left empty."""
    found = Version(cursor.u8(), cursor.u8(), cursor.le16())
    return found if found.major else None


def _slice(message: bytes, offset: int, length: int) -> bytes:
    if offset + length > len(message):
        raise Malformed("a field that points outside its message")
    return message[offset : offset + length]


def _target_info(info: bytes) -> tuple[dict[str, str], float | None]:
    cursor, names, time = Cursor(info), dict[str, str](), None
    for _ in range(MOST_PAIRS if info else 0):
        kind, length = cursor.le16(), cursor.le16()
        if kind == 0:
            return names, time
        value = cursor.take(length)
        if kind == _TIMESTAMP:
            time = _clock(Cursor(value).le64())
        elif kind in _NAMES and (text := _text(value)):
            names[_NAMES[kind]] = text
    if info:
        raise Malformed(f"more than {MOST_PAIRS} target information pairs")
    return names, time


def _clock(filetime: int) -> float | None:
    """Seconds since 1970; None for zero and for years in which no clock can stand."""
    seconds = filetime / 10_000_000 - _EPOCH_1601
    return seconds if 0 < seconds < _LATEST else None


def _text(value: bytes) -> str:
    if len(value) % 2:
        raise Malformed("a UTF-16 text with half a character")
    return clean(value.decode("utf-16-le", errors="replace"))
