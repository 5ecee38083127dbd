"""Lines of the journal for the page's inspector: what passed, how long it took, and all of it."""

from dataclasses import asdict
from typing import Any

from bot.sandbox.journal import Entry

Json = dict[str, Any]
ARROWS = {"call": "bot → Slack", "hook": "bot → Slack", "envelope": "Slack → bot", "ack": "bot ack"}
NAMES = ("method", "name", "what", "url")


def line(entry: Entry) -> Json:
    """One line: number, time, direction, name and outcome."""
    name = next((str(entry.data[key]) for key in NAMES if entry.data.get(key)), entry.kind)
    return {
        "number": entry.number,
        "at": entry.at,
        "kind": entry.kind,
        "way": ARROWS.get(entry.kind, entry.kind),
        "name": name,
        "outcome": _outcome(entry),
    }


def detail(entry: Entry) -> Json:
    """The whole entry."""
    return asdict(entry)


def _outcome(entry: Entry) -> str:
    data = entry.data
    said = [str(data[key]) for key in ("status", "error", "fault", "user") if data.get(key)]
    if isinstance(latency := data.get("latency"), float):
        said.append(f"{latency * 1000:.0f} ms")
    return " ".join(said)
