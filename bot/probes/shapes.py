"""What became of the ClientHello shapes: replies as they come in, facts once all are there."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.evidence import Failure, Observation
from bot.probes.base import Blocked
from bot.probes.conduct import Spent
from bot.vantage.base import VantageError
from bot.wire.cursor import Closed
from bot.wire.flight import Alert, ServerHello
from bot.wire.hello import SHAPES
from bot.wire.reading import CLIENT, WIDE, lacking, read, takes

NAME = "tls.hello"
NEWEST = "tls13"
ONLY_LIBRARY = "no hello of our own making is taken, only that of our TLS library: our own limit"
NO_TLS = (
    "no form of hello gets an answer that is TLS: perhaps the host cannot use its key (xrdp says "
    "so in plain bytes), or another program stands behind its RDP answer"
)
_FAILURES = {
    "alert": Failure.TLS_ALERT,
    "closed": Failure.TLS_CLOSED,
    "silent": Failure.TLS_SILENT,
}

Reply = ServerHello | Alert | Closed | None
"""None says that the host stayed silent."""


@dataclass(slots=True)
class Found:
    """What the shapes met so far; ``refusal`` says why no hello can be sent."""

    replies: dict[str, Reply] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """What was odd, and the shape that met it first."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    stood_in: bool = False
    """Whether another answer counts for ``wide``, to which there was none."""
    refusal: str | None = None
    fault: Blocked | Spent | VantageError | None = None
    borrowed: ServerHello | None = None
    unasked: set[str] = field(default_factory=set)
    """The shapes that were met by a close, and for which no connection was left to ask again."""
    garbled: set[str] = field(default_factory=set)
    """The shapes that were met by something other than TLS, which counts as a close."""
    unsteady: list[str] = field(default_factory=list)
    """The shapes that were met by a close, or by a machine without certificate, on one connection,
    while another one took TLS."""
    lacking: str = ""
    """What a machine without certificate said to ``wide``, where another chose TLS."""
    ending: str = ""
    """How the host ended the connection of ``wide``, where it ended it instead of an answer."""

    @property
    def hellos(self) -> list[ServerHello]:
        """Every agreement, that with the widest shape first."""
        replies = [self.replies[name] for name in SHAPES if name in self.replies]
        return [reply for reply in (*replies, self.borrowed) if isinstance(reply, ServerHello)]

    @property
    def refused(self) -> str:
        """Why no hello could be sent at all, in the end."""
        return self.refusal or ("" if self.hellos else self.lacking)

    @property
    def chains(self) -> tuple[tuple[bytes, ...], ...]:
        """The certificate chains with different leaves, that of the widest shape first."""
        found: dict[bytes, tuple[bytes, ...]] = {}
        for hello in self.hellos:
            if hello.certificates:
                found.setdefault(hello.certificates[0], hello.certificates)
        return tuple(found.values())


def observation(found: Found) -> Observation:
    """The observation of all shapes together."""
    replies, hellos = found.replies, found.hellos
    shapes = {name: _shape(replies[name]) for name in SHAPES if name in replies}
    facts: dict[str, Any] = {
        "shapes": shapes,
        "versions": sorted({hello.version for hello in hellos}),
        "modern_client": _modern(shapes, some=bool(hellos), again=CLIENT not in found.unasked),
    }
    if found.unsteady:
        facts["unsteady"] = sorted(set(found.unsteady))
    notes = [f"{shape}: {note}" for note, shape in found.notes.items()]
    if hellos and all(hello is found.borrowed for hello in hellos):
        notes.append(ONLY_LIBRARY)
    said = NO_TLS if WIDE in found.garbled and not hellos else read(shapes).text
    detail = "; ".join(text for text in (*notes, said) if text)
    if hellos:
        return Observation.passed(NAME, detail, **facts)
    failure = _FAILURES[_result(replies.get(WIDE)).partition(":")[0]]
    if failure is Failure.TLS_CLOSED and found.ending == "reset":
        failure = Failure.TLS_RESET
    return Observation.failed(NAME, failure, detail, **facts)


def _result(reply: Reply) -> str:
    match reply:
        case ServerHello():
            return "server-hello"
        case Alert(code):
            return f"alert:{code}"
        case Closed():
            return "closed"
        case None:
            return "silent"


def _shape(reply: Reply) -> dict[str, str]:
    found = {"result": _result(reply)}
    if isinstance(reply, ServerHello):
        found["version"] = reply.version
        if reply.cipher:
            found["cipher"] = reply.cipher
    return found


def _modern(shapes: dict[str, dict[str, str]], *, some: bool, again: bool) -> str:
    """Whether the hello of a current PC is taken; a host that takes none at all says nothing.

    Nor does one that leaves this one hello unanswered: it may be busy, and silence is no refusal.
    A close that could not be met ``again`` may be chance, unless the other answers explain it.
    """
    client = shapes.get(CLIENT)
    if client is None or read(shapes).word == "own-limit" or client["result"] == "silent":
        return "unknown"
    if takes(client):
        return "agrees"
    return "refused" if some and (again or lacking(shapes)) else "unknown"
