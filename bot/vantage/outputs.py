"""What the commands of a place print, read tolerantly: a value or nothing, never an error.

Strategy: every text is hostile.  Only numbers and words of our own leave this module; what does
not look as expected is passed over.  Texts are those of iputils, iproute2, coreutils and bash in
the C locale, and of busybox where it can do the same.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_address

from bot.vantage.base import Address, Datagram, Echo
from bot.wire.text import clean

# iputils before this release have ping6 for IPv6.
PING_FOR_BOTH = 20150815
# Three a name's address; a name with more of them is none that we want all of.
MOST_LINES = 1000
_SHELL = "survey 42"
_VERSION = re.compile(r"iputils\D{0,3}(\d{8})", re.ASCII)
_TIME = re.compile(r" bytes from .{0,100}?(?:time[=<](\d{1,7}(?:\.\d{1,6})?) ?ms|$)", re.ASCII)
_MTU = re.compile(r"mtu(?: ?=|:) ?(\d{1,5})\b", re.ASCII)
# The kernel's own word is strerror's, which differs between glibc and musl.
_TOO_BIG = ("frag needed", "packet too big", "message too long", "message too large")
WINDOWS = "it is a Windows machine"
# Of cmd.exe (which looks for /dev/null before it looks for sh) and PowerShell.
_WINDOWS = ("is not recognized", "cannot find the path specified", "commandnotfound")
_FORBIDDEN = ("operation not permitted", "permission denied")
_HEX = re.compile(r"(?: [0-9a-f]{2}){1,16} *", re.ASCII)
# At the end of a line: what the account's login files print may lack one.
_SECONDS = re.compile(r"(?<![\d.])(\d{9,11})(?:\.(\d{1,9})|\.?[%N]{0,2})$", re.ASCII | re.MULTILINE)
_TABLE = (
    ("answers", frozenset({"REACHABLE", "STALE"})),
    # It was there once, and has not yet answered to what was sent it now (RFC 4861 7.3.2).
    ("unsure", frozenset({"DELAY", "PROBE"})),
    ("absent", frozenset({"FAILED", "INCOMPLETE"})),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended: its exit status (None: it was cut off) and what it printed.

    ``began`` and ``heard`` are when it was sent off and when its last output came, in seconds of
    the event loop's clock: login files may print, and take their time, before it.
    """

    status: int | None
    output: str
    began: float = 0.0
    heard: float = 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What a place can run: its system's name, its tools, and the year of its iputils ping.

    ``trouble`` is why it runs nothing for us at all.
    """

    system: str = ""
    tools: frozenset[str] = frozenset()
    ping: int | None = None
    trouble: str = ""

    @property
    def ping6(self) -> bool:
        """Whether IPv6 needs a ping of its own."""
        return self.ping is not None and self.ping < PING_FOR_BOTH


def survey(text: str) -> Survey:
    """Read what commands.SURVEY printed."""
    lines = [line.strip() for line in text.splitlines()]
    if _SHELL not in lines:
        return Survey(trouble=_no_shell(text))
    told = lines[lines.index(_SHELL) :]
    system = next((line[7:] for line in told if line.startswith("system ")), "")
    version = next((_VERSION.search(line) for line in told if line.startswith("ping ")), None)
    return Survey(
        clean(system, 40) or "a system without a name",
        frozenset(line[4:] for line in told if line.startswith("has ")),
        int(version[1]) if version else None,
    )


def echoes(text: str, sizes: Sequence[int]) -> tuple[Echo, ...] | None:
    """Read what commands.echoes printed; None when nothing ran or ping was not allowed to try.

    A size of which nothing was said, beside others, met silence.
    """
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        size, _, rest = line.partition(" ")
        said.setdefault(size, []).append(rest)
    found = tuple(_echo(size, said.get(str(size), [])) for size in dict.fromkeys(sizes))
    if any(echo.state != "silence" for echo in found):
        return found
    ran = any(str(size) in said for size in sizes)
    return found if ran and not any(part in text.lower() for part in _FORBIDDEN) else None


def clock(text: str) -> tuple[float, float] | None:
    """Read ``date +%s.%N``: seconds since 1970, and how fine they are (1.0 without ``%N``)."""
    found = _SECONDS.search(text)
    if found is None:
        return None
    seconds, fraction = found.groups()
    if fraction is None:
        return int(seconds) + 0.5, 1.0  # cut off, so half a second more is the best guess
    return float(Decimal(f"{seconds}.{fraction}")), 10.0 ** -len(fraction)


def neighbour(text: str) -> str | None:
    """Read a route and a neighbour table: answers, absent, unsure or elsewhere.

    Behind a gateway, on the place itself and on links without a table there is no neighbour, and a
    row that was set by hand says nothing of one.  None if neither route nor table is there.
    """
    routed = False
    states: set[str] = set()
    for words in map(str.split, text.splitlines()):
        if len(words) < 2:
            continue
        if "via" in words or words[0] in {"local", "blackhole", "unreachable", "prohibit"}:
            return "elsewhere"
        if words[0] == "RTNETLINK":
            return "elsewhere"  # it says that there is no route
        if "dev" in words:
            routed = True
            states.add(words[-1])
    said = (word for word, kinds in _TABLE if states & kinds)
    return next(said, "elsewhere" if routed else None)


def own_lookup(text: str) -> tuple[Address, ...] | None:
    """Read what commands.own_lookup printed; None when it could not look or was not let end.

    The statuses are those of getent(1): found, not found.
    """
    lines = text.splitlines()
    if not {"rc 0", "rc 2"} & set(lines[-1:]):
        return None
    found = dict[Address, None]()
    for first in (line.split()[0] for line in lines[:MOST_LINES] if line.strip()):
        with suppress(ValueError):
            if "%" not in first:  # a zone may hold anything
                found[ip_address(first)] = None
    return tuple(sorted(found, key=lambda address: address.version))


def datagram(text: str) -> Datagram | None:
    """Read what commands.datagram printed; None when it could not be sent."""
    lines = text.splitlines()
    if "sent" not in lines:
        return None
    lines = lines[lines.index("sent") + 1 :]
    data = b"".join(bytes.fromhex(line) for line in lines if _HEX.fullmatch(line))
    if data:
        return Datagram("answers", data)
    return Datagram("refused" if any("refused" in line.lower() for line in lines) else "silent")


def _echo(size: int, lines: Sequence[str]) -> Echo:
    text = "\n".join(lines)
    for line in lines:
        reply = _TIME.search(line)
        if reply:
            return Echo(size, "reply", float(reply[1]) if reply[1] else None)
    if any(part in text.lower() for part in _TOO_BIG):
        named = [int(found[1]) for found in _MTU.finditer(text)]
        return Echo(size, "too-big", mtu=next((mtu for mtu in named if 68 <= mtu < size), None))
    return Echo(size, "silence")


def _no_shell(text: str) -> str:
    said = clean(" ".join(text.split()), 80)
    low = text.lower()
    if any(part in low for part in _WINDOWS):
        return WINDOWS
    if "not available" in low or "nologin" in low:
        return "the account has no shell there"
    if not said:
        return "it answers a command with nothing"
    return f"it answers a command with something else, as a forced command does ({said})"
