"""Values for the store's tests; every name in them is made up."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.store.base import Event, Intent, Parcel, Tenant, Ticket

HOME = Tenant("E1", "T1")
AWAY = Tenant("E1", "T2")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ticket(host: str = "srv-app-07", **fields: Any) -> Ticket:
    given: dict[str, Any] = {
        "number": 0,
        "tenant": HOME,
        "host": host,
        "port": 3389,
        "asked_by": "U1",
        "opened_at": NOON,
        "state": "open",
        "version": 0,
        "knowledge": "k1",
        "epoch": "e1",
    }
    return Ticket(**{**given, **fields})


def event(kind: str = "observed", by: str = "bot", **data: Any) -> Event:
    return Event(kind, by, NOON, data)


def opening(key: str, user: str = "U1", at: datetime = NOON) -> Intent:
    return Intent(key, "open", HOME, user, at, {"host": "srv-app-07"})


def click(
    key: str, number: int, version: int | None = 1, user: str = "U1", at: datetime = NOON
) -> Intent:
    return Intent(key, "click", HOME, user, at, {"verb": "worked"}, number, version)


def card(number: int, not_before: datetime | None = None) -> Parcel:
    return Parcel("card", f"card:{number}", number, {}, not_before=not_before)


def note(key: str, payload: Mapping[str, Any] | None = None) -> Parcel:
    return Parcel("note", key, None, payload or {"text": "hello"})


def other_program(path: Path) -> "closing[sqlite3.Connection]":
    """A connection from outside the store."""
    return closing(sqlite3.connect(path, isolation_level=None))
