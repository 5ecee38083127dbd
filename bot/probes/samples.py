"""From handshakes and echoes to round trip times, jitter and loss.

Strategy: a lost SYN is sent again after a second (RFC 6298 2.1) and shows as a connection that
took a second longer than the others; how often it was sent follows from the whole seconds.  A
host with a short queue makes a burst of connections just as late, so only a handshake that began
alone is counted, unless echoes were lost as well.  Where no echo tells the two apart, how much gets
lost is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import fmean, median
from typing import Any

from bot.probes.line import Opened
from bot.vantage.base import Echo

# SYNs sent before the one that was answered, by whole seconds of delay: after one second and two
# more; newer kernels begin with one a second, and then two are the least it can have been.
_LOST = {1: 1, 2: 2, 3: 2}
_EARLY_S, _LATE_S = 0.05, 0.35


@dataclass(frozen=True, slots=True)
class Quality:
    """Round trip times in the order of their making, and packets whose fate is known.

    Nothing is ``counted`` where what looks like loss may be something else.
    """

    rtts_ms: tuple[tuple[float, ...], ...]
    """One series a method, since a step from one to the other is no jitter; none is empty."""
    method: str
    counted: int
    lost: int
    note: str = ""


def measure(opened: Sequence[Opened], leg_ms: float | None, echoes: Sequence[Echo]) -> Quality:
    """What handshakes and echoes tell; without the leg the handshakes tell no round trip time."""
    pings = [echo.rtt_ms for echo in echoes if echo.state == "reply" and echo.rtt_ms is not None]
    if not any(echo.state == "reply" for echo in echoes):
        echoes = ()  # a host that answers none at all says nothing of loss
    gone = sum(echo.state == "silence" for echo in echoes)
    usual = min((one.connect_ms for one in opened), default=0.0)
    if leg_ms is not None and pings:
        usual = min(usual, leg_ms + min(pings))
    on_time = [one.connect_ms for one in opened if not _lost(one, usual)]
    delayed = [one for one in opened if _lost(one, usual)]
    sure = [one for one in delayed if one.alone or gone]
    known = bool(sure or echoes or not delayed)
    trips = [] if leg_ms is None else [max(0.0, each - leg_ms) for each in on_time]
    series = (("tcp handshakes", tuple(trips)), ("ping", tuple(pings)))
    return Quality(
        tuple(rtts for _, rtts in series if rtts),
        " and ".join(method for method, rtts in series if rtts),
        counted=known * (len(on_time) + sum(1 + _lost(one, usual) for one in sure) + len(echoes)),
        lost=sum(_lost(one, usual) for one in sure) + gone,
        note=_note(len(delayed) - len(sure), len(opened)),
    )


def late(opened: Sequence[Opened]) -> bool:
    """Whether a handshake came as late as one whose SYN was sent again."""
    usual = min((one.connect_ms for one in opened), default=0.0)
    return any(_lost(one, usual) for one in opened)


def _lost(one: Opened, usual: float) -> int:
    """How many SYNs of a handshake were lost, judged by how much later than usual it was."""
    extra = (one.connect_ms - usual) / 1000
    seconds = round(extra - (_LATE_S - _EARLY_S) / 2)
    near = seconds - _EARLY_S <= extra <= seconds + _LATE_S
    return _LOST.get(seconds, 0) if near else 0


def _note(doubtful: int, opened: int) -> str:
    if not doubtful:
        return ""
    return (
        f"{doubtful} of {opened} handshakes came seconds late while others of ours were pending: "
        "a short queue at the host, or loss"
    )


def facts(found: Quality) -> dict[str, Any]:
    """The contract's keys; jitter needs two samples in a row."""
    every = sorted(one for series in found.rtts_ms for one in series)
    steps = [abs(b - a) for series in found.rtts_ms for a, b in pairwise(series)]
    told: dict[str, Any] = {
        "rtt_ms": {
            "min": round(every[0], 2),
            "median": round(median(every), 2),
            "p95": round(every[ceil(0.95 * len(every)) - 1], 2),
        },
        "samples": len(every),
        "method": found.method,
    }
    if steps:
        told["jitter_ms"] = round(fmean(steps), 2)
    if found.counted:
        told["loss_pct"] = round(100 * found.lost / found.counted, 1)
    return told
