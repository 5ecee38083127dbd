"""What people read instead of values: failures, places, numbers, spans of time, days.

Strategy: every string that a target sent passes ``clean``; what comes out is plain text for any
surface.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from bot import redact
from bot.desk.labels import STRANGERS
from bot.evidence import Failure
from bot.wire.x224 import FIRST_BYTES, stranger

Facts = Mapping[str, Any]
LONGEST = 120
"""A string of a target is cut to this many characters."""

FAILURES = {
    Failure.JUMPBOX_UNREACHABLE: "the jump box does not answer",
    Failure.JUMPBOX_HOST_KEY: "the jump box showed a host key that is not the pinned one",
    Failure.JUMPBOX_AUTH: "the jump box did not let the bot in",
    Failure.JUMPBOX_FORWARDING: "the jump box does not forward connections",
    Failure.JUMPBOX_TIMEOUT: "the jump box answered too late",
    Failure.NAME_NOT_FOUND: "there is no such name",
    Failure.NAME_NO_ANSWER: "the name servers gave no address",
    Failure.NAME_TIMEOUT: "the name servers do not answer",
    Failure.TCP_REFUSED: "refused: nothing listens there",
    Failure.TCP_TIMEOUT: "no answer: times out",
    Failure.TCP_UNREACHABLE: "unreachable: no way there",
    Failure.TCP_FAILED: "the connection failed",
    Failure.RDP_SILENT: "open, but says nothing to an RDP request",
    Failure.RDP_CLOSED: "open, but closes on an RDP request",
    Failure.RDP_NOT_RDP: "something other than RDP answers",
    Failure.RDP_REFUSED: "refuses every kind of security",
    Failure.TLS_CLOSED: "closes right after the client's first message",
    Failure.TLS_RESET: "resets right after the client's first message",
    Failure.TLS_ALERT: "answers with a TLS alert",
    Failure.TLS_SILENT: "says nothing to the client's first message",
    Failure.TLS_NO_OVERLAP: "no version or cipher in common",
    Failure.CERT_UNREADABLE: "the certificate cannot be read",
    Failure.NLA_CLOSED: "closes when sign-in begins",
    Failure.NLA_SILENT: "says nothing when sign-in begins",
    Failure.NLA_ERROR: "answers sign-in with an error",
    Failure.NLA_NOT_OFFERED: "not offered",
    Failure.PATH_BLACK_HOLE: "large packets vanish",
    Failure.UDP_SILENT: "no answer over UDP",
    Failure.UDP_REFUSED: "refused over UDP",
    Failure.GATEWAY_HTTP: "the gateway does not answer as one",
    Failure.GATEWAY_TLS: "the gateway's TLS failed",
    Failure.PROBE_DEADLINE: "not finished in time",
    Failure.PROBE_MALFORMED: "the answer is malformed",
    Failure.PROBE_INTERNAL: "the check itself failed",
}


def place(vantage: str) -> str:
    """A place to look from, as people say it: a jump box by its name, or here."""
    return "here" if vantage == "direct" else vantage


def network(vantage: str) -> str:
    """A place as the subject of a sentence: a jump box by its name, or your network."""
    return "your network" if vantage == "direct" else vantage


def clean(text: str) -> str:
    """A string that a target sent, as one short printable line."""
    return redact.clean(text, LONGEST)


def listed(words: Sequence[str]) -> str:
    """One or more words in a row: 445, 135 and 22."""
    return " and ".join((", ".join(words[:-1]), words[-1]) if words[1:] else words)


def number(value: float) -> str:
    """A number without needless digits: 41, 4.1, 0.4."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")


def duration(seconds: float) -> str:
    """A span of time as people say it: 40 s, 11 minutes, 3 hours, 5 days."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{ceil(seconds)} s"


def day(text: str) -> str:
    """An ISO time as a day: 17 Nov 2026; what is no ISO time stays as it is, cleaned."""
    found = moment(text)
    return f"{found.day} {found:%b %Y}" if found else clean(text)


def moment(text: object) -> datetime | None:
    """An ISO time, in UTC where it names no zone; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def failed(failure: Failure | None, facts: Facts) -> str:
    """What failed; who answers instead of RDP, and which jump box, where that is known."""
    if failure is None:
        return ""
    if "box" in facts:
        return FAILURES[failure].replace("the jump box", f"jump box {clean(str(facts['box']))}", 1)
    if failure is Failure.RDP_NOT_RDP:
        try:
            first = bytes.fromhex(str(facts.get("first_bytes", "")))
        except ValueError:
            first = b""
        who = stranger(first)
        said = "" if who == "tls" else spoken(first)
        return ": ".join(filter(None, (STRANGERS.get(who, FAILURES[failure]), said)))
    return FAILURES[failure]


def spoken(first: bytes) -> str:
    """The first bytes of another service: as its text where they are text, else as numbers."""
    line = first.strip().decode("ascii", "replace")
    if not (line.isascii() and line.isprintable()):
        return first[:16].hex(" ") + ("" if len(first) <= 16 else " …")
    more = len(first) == FIRST_BYTES and not first.endswith(b"\n")
    return clean(line) + ("…" if more else "")
