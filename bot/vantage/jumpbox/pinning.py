"""Pinning a host key: one line of a known_hosts file, put in or replaced as a whole file.

OpenSSH reads the same file, so lines of other hosts, hashed names and comments stay as they are.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import asyncssh

from bot.vantage.jumpbox.trust import OfferedKey


class CannotPin(Exception):
    """The file cannot be read or written; the text says why."""


def pinned(path: Path, host: str, port: int) -> tuple[str, ...]:
    """The fingerprints that the file holds for a host; raises CannotPin."""
    keys = (key for line in _lines(path) for key in _keys(line, host, port))
    return tuple(dict.fromkeys(key.get_fingerprint() for key in keys))


def pin(path: Path, host: str, port: int, offered: OfferedKey) -> None:
    """Make this key the only one of the host, all or nothing; raises CannotPin."""
    kept = [line for line in _lines(path) if not _keys(line, host, port)]
    text = "".join(f"{line}\n" for line in (*kept, offered.line))
    target = path.resolve()  # a link stays a link
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, target.stat().st_mode & 0o777 if target.exists() else 0o644)
            file.write(text)
            file.flush()
            os.fsync(handle)
        Path(name).replace(target)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        raise CannotPin(f"{path} cannot be written ({error.strerror})") from None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotPin(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise CannotPin(f"{path} is not a known_hosts file (not UTF-8 text)") from None


def _keys(line: str, host: str, port: int) -> list[asyncssh.SSHKey]:
    """The keys that one line pins for the host; none for a line that OpenSSH would skip, too."""
    try:
        known = asyncssh.import_known_hosts(line)
    except ValueError:
        return []
    special = None if port == asyncssh.DEFAULT_PORT else port
    return list(asyncssh.match_known_hosts(known, host, "", special)[0])
