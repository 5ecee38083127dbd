"""Things that Slack hands out for limited use: triggers, socket tickets and response URLs."""

import secrets
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError
from bot.sandbox.world import Message

TRIGGER_SECONDS = 3.0  # docs.slack.dev/interactivity/handling-user-interaction
URL_SECONDS = 30 * 60.0
URL_USES = 5
TICKET_SECONDS = 30.0  # a guess; the documentation only says that the URL is temporary


@dataclass(slots=True)
class Trigger:
    """Permission to open one view for one user; ``view_id`` when it came from inside a view."""

    user_id: str
    expires: float
    view_id: str | None
    used: bool = False


class Triggers:
    """Trigger ids: three seconds, single use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str, view_id: str | None = None) -> str:
        """A new trigger id in Slack's form of three parts."""
        identifier = f"{len(self._issued) + 1}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[identifier] = Trigger(user_id, self._clock.now() + TRIGGER_SECONDS, view_id)
        return identifier

    def redeem(self, identifier: object) -> Trigger:
        """Use a trigger up; raises SlackError invalid_, exchanged_ or expired_trigger_id."""
        trigger = self._issued.get(str(identifier))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


class Tickets:
    """One-time tickets of the socket URLs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, float] = {}

    def issue(self) -> str:
        """A new ticket."""
        ticket = secrets.token_hex(16)
        self._issued[ticket] = self._clock.now() + TICKET_SECONDS
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Whether the ticket was good; it is not a second time."""
        return self._issued.pop(ticket, 0.0) >= self._clock.now()


@dataclass(slots=True)
class ResponseUrl:
    """Where and for whom a response URL posts; ``original`` is the message that was clicked."""

    kind: Literal["commands", "actions", "app"]
    channel: str
    user_id: str
    original: Message | None
    expires: float
    uses: int = 0


class ResponseUrls:
    """Response URLs: five uses within thirty minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ResponseUrl] = {}

    def issue(
        self,
        kind: Literal["commands", "actions", "app"],
        channel: str,
        user_id: str,
        original: Message | None = None,
    ) -> str:
        """The path of a new response URL."""
        path = f"/hooks/{kind}/{secrets.token_hex(12)}"
        expires = self._clock.now() + URL_SECONDS
        self._issued[path] = ResponseUrl(kind, channel, user_id, original, expires)
        return path

    def use(self, path: str) -> ResponseUrl:
        """Count one use; raises SlackError no_service, expired_url or used_url."""
        url = self._issued.get(path)
        if url is None:
            raise SlackError("no_service")
        if self._clock.now() > url.expires:
            raise SlackError("expired_url")
        if url.uses >= URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
