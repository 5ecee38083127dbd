"""What tests and the demo read: what stands where now, how it got there, and waiting for it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox.actors import Actors
from bot.sandbox.escape import NOTIFYING, Live, live
from bot.sandbox.journal import Journal
from bot.sandbox.world import Message, Version

T = TypeVar("T")
POLL = 0.05


class Reading(Actors):
    """Questions about the state; nothing here changes it."""

    @property
    def journal(self) -> Journal:
        """Everything that happened."""
        return self.state.journal

    def messages(
        self, channel: str, *, user: str | None = None, thread: str | None = None
    ) -> list[Message]:
        """What stands in a conversation now, oldest first, ephemeral messages left out.

        ``dm`` needs the ``user`` whose direct message with the app it is.
        """
        place = self.where(user or "", "dm") if channel == "dm" else self._any(channel)
        return [
            message
            for message in place.messages
            if message.exists
            and not message.only_for
            and thread in {None, message.thread_ts, message.ts}
        ]

    def from_app(self, channel: str, *, user: str | None = None) -> list[Message]:
        """The app's own messages in a conversation now."""
        bot = self.state.app.user_id
        return [message for message in self.messages(channel, user=user) if message.user == bot]

    def ephemerals(self, user: str) -> list[Message]:
        """The ephemeral messages that a person sees now."""
        return self.state.world.ephemerals(self.who(user))

    def history(self, message: Message) -> list[Version]:
        """All versions of a message, oldest first."""
        return list(message.versions)

    def live(self) -> list[Live]:
        """Everything live in any version of any message of the app, deleted ones included."""
        bot = self.state.app.user_id
        return [
            found
            for channel in self.state.world.channels.values()
            for message in channel.messages
            if message.user == bot
            for version in message.versions
            for found in live(version.text, version.blocks)
        ]

    def notifications(self) -> list[Live]:
        """The live parts that ring somebody's bell: users, groups, @here, @channel."""
        return [found for found in self.live() if found.kind in NOTIFYING]

    async def wait_for(self, predicate: Callable[[], T], within: float = 10.0, what: str = "") -> T:
        """The first true value of ``predicate``, asked after everything that happens.

        Raises TimeoutError after ``within`` real seconds, with the last lines of the journal.
        """
        end = time.monotonic() + within
        while not (value := predicate()):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{what or 'it'} did not happen; last:\n{self.tail()}")
            await self.journal.changed(min(left, POLL))
        return value

    async def settle(self, quiet: float = 0.2, within: float = 10.0) -> None:
        """Wait until nothing has happened for ``quiet`` real seconds."""
        end = time.monotonic() + within
        seen = -1
        while len(self.journal) != seen:
            if time.monotonic() > end:
                raise TimeoutError(f"it goes on and on; last:\n{self.tail()}")
            seen = len(self.journal)
            await asyncio.sleep(quiet)

    def tail(self, lines: int = 12) -> str:
        """The end of the journal, for people."""
        return "\n".join(_line(entry.kind, entry.data) for entry in list(self.journal)[-lines:])

    def _any(self, channel: str) -> Any:
        return self.state.world.channel(channel)


def _line(kind: str, data: dict[str, Any]) -> str:
    kept = ("method", "type", "name", "what", "user", "line", "status", "ok", "error", "latency")
    return f"{kind:9}" + " ".join(f"{key}={data[key]}" for key in kept if data.get(key) is not None)
