"""What a person at the page does: one verb each, with plain values, and what they saw of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message

Json = dict[str, Any]
Deed = Callable[[Json], Awaitable[Receipt | None]]


class Deeds:
    """The verbs of the page; each body names its ``user``. Raises ImpossibleInSlack."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self.verbs: dict[str, Deed] = {
            "type": self._type,
            "click": self._click,
            "choose": self._choose,
            "shortcut": self._shortcut,
            "home": self._home,
            "submit": self._submit,
            "press": self._press,
            "close": self._close,
            "reload": self._reload,
            "delete": self._delete,
        }

    async def _type(self, body: Json) -> Receipt | None:
        """A line typed into a composer: a command where it begins with a slash."""
        user, channel, line = body["user"], body["channel"], str(body["line"])
        thread = body.get("thread")
        if not line.strip():
            raise ImpossibleInSlack("an empty message is not sent")
        if line.startswith("/"):
            return await self._slack.command(user, channel, line, thread_ts=thread)
        self._slack.say(user, channel, line, thread_ts=thread)
        return None

    async def _click(self, body: Json) -> Receipt | None:
        message = self._message(body)
        version = _version(body, message)
        return await self._slack.click(body["user"], message, body["element"], version=version)

    async def _choose(self, body: Json) -> Receipt | None:
        message = self._message(body)
        return await self._slack.choose(
            body["user"],
            message,
            body["choice"],
            menu=body["element"],
            version=_version(body, message),
        )

    async def _shortcut(self, body: Json) -> Receipt | None:
        message = self._message(body) if "ts" in body else None
        return await self._slack.shortcut(body["user"], body["callback_id"], message)

    async def _home(self, body: Json) -> Receipt | None:
        return await self._slack.open_home(body["user"])

    async def _submit(self, body: Json) -> Receipt | None:
        return await self._slack.submit(body["user"], body.get("values") or {})

    async def _press(self, body: Json) -> Receipt | None:
        """A button or menu of the modal or the Home tab, with what was typed until then."""
        user = body["user"]
        if self._slack.modal(user) and body.get("values"):
            self._slack.fill(user, body["values"])
        return await self._slack.press(user, body["element"], choice=body.get("choice", ""))

    async def _close(self, body: Json) -> Receipt | None:
        return await self._slack.close(body["user"])

    async def _reload(self, body: Json) -> Receipt | None:
        self._slack.reload(body["user"])
        return None

    async def _delete(self, body: Json) -> Receipt | None:
        self._slack.delete(body["user"], self._message(body))
        return None

    def _message(self, body: Json) -> Message:
        world = self._slack.state.world
        return world.find(world.channel(body["channel"]), body["ts"])


def _version(body: Json, message: Message) -> int:
    """The version that stands on the person's screen, which need not be the newest."""
    version = int(body.get("version", -1))
    if not -1 <= version < len(message.versions):
        raise ImpossibleInSlack(f"message {message.ts} never had a version {version}")
    return version
