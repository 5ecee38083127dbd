"""What a person can ask for, as frozen values with a strict text form.

Strategy: an intent is committed to the store before it is acknowledged, so each value here turns
into an ``Intent`` row and back without loss.  Nothing but ticket, version and step is believed
of what stands on a button.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from bot.redact import redact
from bot.store.base import Intent, Tenant

_BUTTON = re.compile(r"([1-9][0-9]{0,14}):([0-9]{1,9}):([a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?|)")
_WISH = re.compile(r"open:[!-~]{1,200}")
_STATE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")

_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,30}")


class BadValue(ValueError):
    """The value of a button or option is not one that this program makes."""


class Verb(StrEnum):
    """Everything that a click can mean; also the words that the terminal understands."""

    WORKED = "worked"
    FAILED = "failed"
    CANNOT = "cannot"
    UNSURE = "unsure"
    UNDONE = "undone"
    ALLOW = "allow"
    DENY = "deny"
    ANSWER = "answer"
    RECHECK = "recheck"
    ESCALATE = "escalate"
    LOOK = "look"
    """Look from one more place; the detail is its name."""
    CANCEL = "cancel"
    CLOSE = "close"
    REOPEN = "reopen"
    CLAIM = "claim"
    BACK = "back"
    HANDBACK = "handback"
    SHARE = "share"
    ASK = "ask"
    CAUSE = "cause"
    """The second line writes down what it found; the detail is the cause's id."""
    DETAILS = "details"
    """Only reads: it is never an intent."""
    PACKET = "packet"
    """Only reads: the packet as Markdown."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, and where the answer goes.

    ``key`` names this one delivery (so that a repeated one is known); ``reply`` is a short-lived
    way to answer privately (Slack's response_url), empty where there is none.
    """

    user: str
    tenant: Tenant
    channel: str = ""
    key: str = ""
    reply: str = ""

    def to_json(self) -> dict[str, str]:
        """What is kept besides the intent's own columns."""
        return {"channel": self.channel, "reply": self.reply}

    @classmethod
    def of(cls, intent: Intent) -> Self:
        """The inverse, from a stored intent."""
        raw = intent.payload["sender"]
        return cls(intent.user, intent.tenant, raw["channel"], intent.key, raw["reply"])


@dataclass(frozen=True, slots=True)
class Opening:
    """Open a ticket for a host (already grammar-checked) and look at it.

    ``again``: this wish was answered with an offer to join an open ticket before, and another one
    is opened all the same.
    """

    sender: Sender
    host: str
    port: int
    codes: tuple[str, ...] = ()
    message: str = ""
    via: str | None = None
    gateway: str | None = None
    report: Mapping[str, str] = field(default_factory=dict)
    rdp_file: Mapping[str, str | int] = field(default_factory=dict)
    """The settings of an .rdp file, as ``bot.desk.rdp_file`` lets them through."""
    again: bool = False

    def intent(self, now: datetime) -> Intent:
        """The row that is committed before the acknowledgement."""
        payload: dict[str, Any] = {
            "sender": self.sender.to_json(),
            "host": self.host,
            "port": self.port,
            "codes": list(self.codes),
            "message": redact(self.message),
            "via": self.via,
            "gateway": self.gateway,
            "report": dict(self.report),
            "rdp_file": dict(self.rdp_file),
        }
        sender = self.sender
        return Intent(f"open:{sender.key}", "open", sender.tenant, sender.user, now, payload)

    @classmethod
    def of(cls, intent: Intent) -> Self:
        """The inverse of intent()."""
        raw = intent.payload
        return cls(
            Sender.of(intent),
            raw["host"],
            raw["port"],
            tuple(raw["codes"]),
            raw["message"],
            raw["via"],
            raw["gateway"],
            raw["report"],
            raw.get("rdp_file", {}),  # absent in rows of older programs
        )


@dataclass(frozen=True, slots=True)
class Again:
    """Open another ticket for what was asked for with the intent ``wish`` (its key).

    Nothing of the wish itself travels: it stands in the store, whole.  Whoever presses opens one
    ticket, however often that is.
    """

    sender: Sender
    wish: str

    @classmethod
    def parse(cls, sender: Sender, value: str) -> Self:
        """Read the value of the button; raises BadValue."""
        if not _WISH.fullmatch(value):
            raise BadValue(f"{value[:80]!r} is not the key of a wish")
        return cls(sender, value)

    def intent(self, now: datetime) -> Intent:
        """The row that is committed before the acknowledgement."""
        sender, key = self.sender, f"again:{self.sender.user}:{self.wish}"
        payload = {"sender": sender.to_json(), "wish": self.wish}
        return Intent(key, "again", sender.tenant, sender.user, now, payload)


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed on version ``version`` of a ticket's card.

    ``detail`` is the answer of a question or the reason of cannot and escalate; ``card`` is the
    message on which the button stood; ``to`` is the person whom a ticket is handed over to, empty
    for the second line as a whole.
    """

    sender: Sender
    verb: Verb
    ticket: int
    version: int
    step: str = ""
    detail: str = ""
    card: str = ""
    to: str = ""

    @classmethod
    def parse(
        cls, sender: Sender, verb: Verb, value: str, detail: str = "", card: str = ""
    ) -> Self:
        """Read ``<ticket>:<version>:<step id>``; raises BadValue."""
        found = _BUTTON.fullmatch(value)
        if found is None:
            raise BadValue(f"{value[:80]!r} is not <ticket>:<version>:<step>")
        if verb is Verb.ANSWER and not _STATE.fullmatch(detail):
            raise BadValue(f"{detail[:80]!r} is not an answer")
        if verb is Verb.LOOK and not _PLACE.fullmatch(detail):
            raise BadValue(f"{detail[:80]!r} is not a place to look from")
        return cls(sender, verb, int(found[1]), int(found[2]), found[3], detail, card)

    def value(self) -> str:
        """The text that stands on the button."""
        return f"{self.ticket}:{self.version}:{self.step}"

    def intent(self, now: datetime) -> Intent:
        """The row that is committed before the acknowledgement."""
        payload = {
            "sender": self.sender.to_json(),
            "verb": self.verb.value,
            "step": self.step,
            "detail": redact(self.detail),
            "card": self.card,
            "to": self.to,
            "version": self.version,
        }
        sender = self.sender
        key = f"click:{sender.key}:{self.verb.value}"
        return Intent(
            key, "click", sender.tenant, sender.user, now, payload, self.ticket, self.version
        )

    @classmethod
    def of(cls, intent: Intent) -> Self:
        """The inverse of intent()."""
        raw = intent.payload
        return cls(
            Sender.of(intent),
            Verb(raw["verb"]),
            intent.ticket or 0,
            raw.get("version", intent.version or 0),  # absent in rows of older programs
            raw["step"],
            raw["detail"],
            raw["card"],
            raw.get("to", ""),  # absent in rows of older programs
        )


Wish = Opening | Again | Click


def read(intent: Intent) -> Wish:
    """The value that a stored intent was made from."""
    if intent.kind == "open":
        return Opening.of(intent)
    if intent.kind == "again":
        return Again(Sender.of(intent), intent.payload["wish"])
    return Click.of(intent)
