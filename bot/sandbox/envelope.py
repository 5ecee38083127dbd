"""What goes to the app and what comes back, whichever way it travels."""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["slash_commands", "interactive", "events_api"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One payload for the app; ``attempt`` and ``reason`` tell of retries of events."""

    kind: Kind
    payload: Json
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def name(self) -> str:
        """What it is about, for the journal: the command, action, view or event."""
        payload = self.payload
        if self.kind == "slash_commands":
            return f"{payload['command']} {payload['text']}".strip()
        if self.kind == "events_api":
            return str(payload["event"]["type"])
        actions = payload.get("actions") or [{}]
        return str(
            actions[0].get("action_id") or payload.get("view", payload).get("callback_id", "")
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The app's ack: HTTP status (200 for a socket) and what it said with it."""

    status: int
    payload: Json | None = None
    reason: str = ""
    no_retry: bool = False


Status = Literal["ok", "operation_timeout", "dispatch_failed"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person saw of the delivery: ``latency`` in seconds, ``payload`` of the ack.

    ``operation_timeout``: no ack within three seconds; ``dispatch_failed``: the app is not there
    or answered with an error.
    """

    envelope_id: str
    status: Status
    latency: float | None = None
    payload: Json | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.status == "ok"


class NoReceiver(Exception):
    """No socket is open, or no request URL is set."""


class Transport(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope) -> asyncio.Future[Answer]:
        """Send it off; the future is the answer. Raises NoReceiver."""

    async def cut(self, envelope: Envelope) -> None:
        """Break the connection on which this envelope went out."""

    async def close(self) -> None:
        """Break every connection to the app."""
