"""What ``ss -tin`` prints about TCP connections (iproute2, misc/ss.c), read tolerantly.

A connection is a line that begins with its state, then an indented line of ``key:value`` words.
"""

import re

from bot.vantage.base import Socket

MAX_SOCKETS = 64
# Not yet connections: their numbers are the kernel's guesses.
_OPENING = ("SYN-SENT", "SYN-RECV")
_WORDS = re.compile(
    r"(?<!\S)(mss|advmss|pmtu|unacked|sacked|lost|backoff|bytes_acked):(\d{1,15})(?!\S)", re.ASCII
)
_RTT = re.compile(r"(?<!\S)rtt:(\d{1,9}(?:\.\d{1,6})?)/", re.ASCII)
_RETRANS = re.compile(r"(?<!\S)retrans:\d{1,9}/(\d{1,9})(?!\S)", re.ASCII)


def sockets(text: str) -> tuple[Socket, ...] | None:
    """The connections, at most 64 of them; None where this is no table of ss."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("State")]
    if not heads:
        return None
    found: list[Socket] = []
    state = ""
    for line in lines[heads[0] + 1 :]:
        if not line[:1].isspace():
            state = line.split(maxsplit=1)[0] if line else ""
        elif state and state not in _OPENING:
            found.append(_socket(line))
            state = ""
    return tuple(found[:MAX_SOCKETS])


def _socket(line: str) -> Socket:
    words = {key: int(value) for key, value in _WORDS.findall(line)}
    rtt, retrans = _RTT.search(line), _RETRANS.search(line)
    return Socket(
        mss=words.get("mss"),
        advmss=words.get("advmss"),
        pmtu=words.get("pmtu"),
        rtt_ms=float(rtt[1]) if rtt else None,
        unacked=words.get("unacked", 0),
        sacked=words.get("sacked", 0),
        lost=words.get("lost", 0),
        retrans=int(retrans[1]) if retrans else 0,
        backoff=words.get("backoff", 0),
        bytes_acked=words.get("bytes_acked", 0),
    )
