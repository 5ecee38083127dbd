"""A private key file as it stands on the disk: usable, or what keeps it from being used.

Whether its mode keeps it a secret is judged in one place for every secret file, bot.secrecy.
"""

import stat
from enum import StrEnum
from pathlib import Path

import asyncssh

from bot.secrecy import exposure

LARGEST = 1 << 20
# RFC 1421 section 4.6.1.1 and RFC 7468 section 11; OpenSSH's own form says it inside.
ENCRYPTED_PEM = (b"Proc-Type: 4,ENCRYPTED", b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


class KeyState(StrEnum):
    """What a key file is like."""

    GOOD = "good"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    OPEN = "readable by others"
    ENCRYPTED = "encrypted"
    NOT_A_KEY = "not a private key"


def key_state(path: Path) -> KeyState:
    """Judge a key file; never raises."""
    try:
        told = path.stat()
        open_to_others = bool(exposure(path))
        data = path.read_bytes() if stat.S_ISREG(told.st_mode) and told.st_size < LARGEST else b""
    except FileNotFoundError:
        return KeyState.MISSING
    except OSError:
        return KeyState.UNREADABLE
    if open_to_others:
        return KeyState.OPEN
    return _content(data)


def _content(data: bytes) -> KeyState:
    try:
        asyncssh.import_private_key(data)
    except asyncssh.KeyImportError:
        pass
    else:
        return KeyState.GOOD
    if any(mark in data for mark in ENCRYPTED_PEM):
        return KeyState.ENCRYPTED
    try:  # a wrong passphrase tells a key that has one from what is no key at all
        asyncssh.import_private_key(data, "x")
    except asyncssh.KeyEncryptionError:
        return KeyState.ENCRYPTED
    except ValueError:
        return KeyState.NOT_A_KEY
    return KeyState.ENCRYPTED
