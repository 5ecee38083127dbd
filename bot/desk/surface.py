"""What the desk needs of the place where people read: show a card, tell somebody something.

The adapters (Slack in ``handlers``, the terminal in ``bot.cli``) turn their own errors into the
four below; the courier decides what becomes of a parcel by these alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from bot.desk.view import Packet, TicketView
from bot.store.base import Parcel


class SurfaceError(Exception):
    """It was not shown, and trying again will not help; the text is for the log."""


class Later(SurfaceError):
    """Not now: try again after ``seconds``; it was certainly not shown."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Barred(Later):
    """The surface does not let the bot in (token revoked, app removed): an administrator must act.

    Nothing is given up meanwhile; it is tried again every minute.
    """

    def __init__(self, code: str) -> None:
        super().__init__(60)
        self.code = code


class Gone(SurfaceError):
    """The card that should be changed is not there any more or cannot be changed."""


class Closed(SurfaceError):
    """Nothing can be shown in this channel; ``why`` continues "because …" for a person."""

    def __init__(self, code: str, why: str = "the bot may not post in the channel") -> None:
        super().__init__(code)
        self.why = why


class Unsure(SurfaceError):
    """Perhaps it was shown, perhaps not: the connection broke.

    ``ill``: the surface itself answered that it is not well, so most likely it was not shown.
    """

    def __init__(self, text: str = "", *, ill: bool = False) -> None:
        super().__init__(text)
        self.ill = ill


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence to one person, or to a channel when ``user`` is empty.

    ``text`` is plain text (nothing in it is live); ``{by}`` and ``{at}`` stand for the person and
    the time given beside it.  ``reply`` is a short-lived private way to answer, if there is one.
    """

    text: str
    user: str = ""
    channel: str = ""
    reply: str = ""
    by: str = ""
    at: datetime | None = None
    ticket: int | None = None
    not_before: datetime | None = None
    while_in_force: str = ""
    """Only said as long as this temporary fix is in force on the ticket."""
    again: str = ""
    """Offers to go to ``ticket`` or to open another: the value of the button for the latter."""

    def parcel(self, key: str) -> Parcel:
        """The parcel that carries this note."""
        payload: dict[str, Any] = {
            "text": self.text,
            "user": self.user,
            "channel": self.channel,
            "reply": self.reply,
            "by": self.by,
            "at": self.at.isoformat() if self.at else None,
            "while_in_force": self.while_in_force,
            "again": self.again,
        }
        return Parcel("note", key, self.ticket, payload, not_before=self.not_before)

    @classmethod
    def of(cls, parcel: Parcel) -> Self:
        """The inverse of parcel()."""
        raw: Mapping[str, Any] = parcel.payload
        at = datetime.fromisoformat(raw["at"]) if raw["at"] else None
        who = (raw["user"], raw["channel"], raw["reply"], raw["by"])
        when = (at, parcel.ticket, parcel.not_before)
        return cls(raw["text"], *who, *when, raw["while_in_force"], raw.get("again", ""))


class Surface(Protocol):
    """Where cards and notes are shown."""

    async def show(self, view: TicketView, channel: str, card: str | None) -> tuple[str, str]:
        """Post the card in ``channel``, or change the one named ``card``; where it stands now.

        Raises SurfaceError.
        """
        ...

    async def hand(self, packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
        """Post the packet in ``channel``, or change the one named ``message``; where it stands.

        Raises SurfaceError.
        """
        ...

    async def tell(self, note: Note) -> None:
        """Say something once; raises SurfaceError."""
        ...
