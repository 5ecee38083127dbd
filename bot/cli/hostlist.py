"""The file of a sweep: one host a line, ``#`` begins a comment; all its faults at once.

Strategy: a file is read whole before anything is looked at.  Text is UTF-8; what Windows writes
beside it, a byte order mark, CRLF and UTF-16 with its mark, is taken too.
"""

import codecs
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from bot.cli.common import Refused
from bot.probes.base import Target
from bot.targets import BadHost, parse_host

STDIN = "-"
MOST_BYTES = 64 << 20
MOST_FAULTS = 20
"""Bad lines that are named; the rest is counted."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def hosts_of(path: str, port: int) -> list[Target]:
    """The hosts of a file or of stdin; raises Refused with the reason and the way out."""
    name = "stdin" if path == STDIN else path
    try:
        raw = _bytes(path)
    except OSError as error:
        raise Refused(
            f"{path} cannot be read: {error.strerror}. "
            "Name a file with one host a line, or - for stdin."
        ) from None
    if len(raw) > MOST_BYTES:
        raise Refused(f"{name} is larger than {MOST_BYTES >> 20} MB. Is it a list of hosts?")
    # No other character ends a line: an editor that shows the line's number knows none either.
    return read_hosts(io.StringIO(_text(raw, name), newline=None), name, port)


def read_hosts(lines: Iterable[str], name: str, port: int) -> list[Target]:
    """Each host once, in the order of the lines; ``port`` is that of lines without one.

    Raises Refused with ``name:line`` of the bad lines, or when there is no host at all.
    """
    found: dict[Target, None] = {}
    faults = []
    for number, line in enumerate(lines, 1):
        typed = line.partition("#")[0].strip()
        if not typed:
            continue
        try:
            host = parse_host(typed)
        except BadHost as error:
            faults.append(f"{name}:{number}: {error}")
            continue
        found[Target(host.host, host.port or port)] = None
    if faults:
        raise Refused(_listed(faults))
    if not found:
        raise Refused(f"{name} has no host; write one a line, such as srv-app-07")
    return list(found)


def _bytes(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _text(raw: bytes, name: str) -> str:
    """The bytes as text; raises Refused with the line that is none."""
    encoding = "utf-16" if raw.startswith(_WIDE) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(f"{name}:{line}: this is not UTF-8 text. Save the file as UTF-8.") from None


def _listed(faults: list[str]) -> str:
    head = f"{len(faults)} bad line{'s' if faults[1:] else ''}, so nothing was looked at"
    more = len(faults) - MOST_FAULTS
    tail = [f"and {more} more"] if more > 0 else []
    return "\n".join([head, *faults[:MOST_FAULTS], *tail])
