"""The clock here beside Slack's, as the Date header of an answer tells it (whole seconds)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.doctor.findings import Result, error, warning

MOST_S = 5.0
SIGNATURES_S = 240.0
"""Slack's signed requests are refused where the clocks differ by five minutes."""
NTP = "have it set by NTP: `timedatectl set-ntp true`, then see `timedatectl`"


def compare(told: str, asked: datetime, answered: datetime) -> Result:
    """Judge a Date header that was asked for between two moments of our clock."""
    try:
        theirs = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return Result()
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    early, late = (asked - theirs).total_seconds(), (answered - theirs).total_seconds()
    off = max(early - 1.0, 0.0) or min(late, 0.0)  # a Date is cut to whole seconds
    if abs(off) <= MOST_S:
        return Result((), ("this machine's clock agrees with Slack's",))
    way = "ahead of" if off > 0 else "behind"
    what = f"this machine's clock is {abs(off):.0f} s {way} Slack's"
    if abs(off) >= SIGNATURES_S:
        return Result((error("clock.wrong", f"{what}; signed requests are refused", NTP),))
    return Result((warning("clock.off", what, NTP),))
