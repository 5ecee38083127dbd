"""The local Slack as a process of its own: one JSON verb a request, guarded by a random token.

A test can so kill the app with SIGKILL, or be written in another language. Messages are named by
channel and ts, people and channels by name or id.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from aiohttp import web

from bot.sandbox import show
from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack, SlackError
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message

Json = dict[str, Any]
Verb = Callable[[Json], Awaitable[Any]]
HEADER = "X-Local-Slack"


class Control:
    """Answers POST /_control/{verb}: ``{"ok": true, "value": …}`` or 400 with ``error``."""

    def __init__(self, slack: LocalSlack, token: str) -> None:
        self._slack = slack
        self._token = token
        self._verbs: dict[str, Verb] = {
            "command": self._command,
            "click": self._click,
            "choose": self._choose,
            "shortcut": self._shortcut,
            "open_home": self._open_home,
            "submit": self._submit,
            "press": self._press,
            "close": self._close,
            "say": self._say,
            "reload": self._reload,
            "messages": self._messages,
            "ephemerals": self._ephemerals,
            "view": self._view,
            "journal": self._journal,
            "notifications": self._notifications,
            "wait": self._wait,
            "fault": self._fault,
            "clear_faults": self._clear_faults,
            "advance": self._advance,
            "refresh": self._refresh,
            "archive": self._archive,
            "kick": self._kick,
            "revoke": self._revoke,
        }

    def routes(self, server: web.Application) -> None:
        """Add the routes to the emulator's server."""
        server.router.add_post("/_control/{verb}", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """One verb."""
        if not compare_digest(request.headers.get(HEADER, "").encode(), self._token.encode()):
            raise web.HTTPForbidden(text=f"{HEADER} is missing or wrong")
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"verbs: {', '.join(sorted(self._verbs))}")
        try:
            value = await verb(json.loads(await request.text() or "{}"))
        except (ImpossibleInSlack, SlackError, ValueError, TypeError, TimeoutError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        except KeyError as error:
            return web.json_response({"ok": False, "error": f"missing: {error}"}, status=400)
        return web.json_response({"ok": True, "value": value})

    async def _command(self, body: Json) -> Json | None:
        return _receipt(await self._slack.command(**body))

    async def _click(self, body: Json) -> Json | None:
        message = self._message(body)
        return _receipt(await self._slack.click(body["user"], message, body["button"]))

    async def _choose(self, body: Json) -> Json | None:
        message, menu = self._message(body), body.get("menu", "")
        receipt = await self._slack.choose(body["user"], message, body["choice"], menu=menu)
        return _receipt(receipt)

    async def _shortcut(self, body: Json) -> Json | None:
        message = self._message(body) if "ts" in body else None
        return _receipt(await self._slack.shortcut(body["user"], body["callback_id"], message))

    async def _open_home(self, body: Json) -> Json | None:
        return _receipt(await self._slack.open_home(**body))

    async def _submit(self, body: Json) -> Json | None:
        return _receipt(await self._slack.submit(**body))

    async def _press(self, body: Json) -> Json | None:
        return _receipt(await self._slack.press(**body))

    async def _close(self, body: Json) -> Json | None:
        return _receipt(await self._slack.close(**body))

    async def _say(self, body: Json) -> Json:
        return self._shown(self._slack.say(**body))

    async def _reload(self, body: Json) -> None:
        self._slack.reload(**body)

    async def _messages(self, body: Json) -> list[Json]:
        return [self._shown(message) for message in self._slack.messages(**body)]

    async def _ephemerals(self, body: Json) -> list[Json]:
        return [self._shown(message) for message in self._slack.ephemerals(**body)]

    async def _view(self, body: Json) -> Json | None:
        view = self._slack.modal(body["user"]) or self._slack.home(body["user"])
        return {**view.body(self._slack.state.app), "errors": view.errors} if view else None

    async def _journal(self, body: Json) -> list[Json]:
        return [asdict(entry) for entry in self._slack.journal.since(body.get("since", 0))]

    async def _notifications(self, _: Json) -> list[Json]:
        return [asdict(found) for found in self._slack.notifications()]

    async def _wait(self, body: Json) -> Json:
        """Wait until a message of the app contains ``text``, at most ``within`` seconds."""
        channel, user, text = body["channel"], body.get("user"), body["text"]

        def found() -> list[Message]:
            there = self._slack.from_app(channel, user=user)
            return [message for message in there if text in json.dumps(show_all(message))]

        messages = await self._slack.wait_for(found, body.get("within", 10.0), repr(text))
        return self._shown(messages[-1])

    async def _fault(self, body: Json) -> None:
        self._slack.fault(**body)

    async def _clear_faults(self, _: Json) -> None:
        self._slack.state.faults.clear()

    async def _advance(self, body: Json) -> None:
        await self._slack.advance(**body)

    async def _refresh(self, body: Json) -> None:
        await self._slack.sockets.refresh(**body)

    async def _archive(self, body: Json) -> None:
        self._slack.archive(**body)

    async def _kick(self, body: Json) -> None:
        self._slack.kick(**body)

    async def _revoke(self, _: Json) -> None:
        self._slack.revoke()

    def _message(self, body: Json) -> Message:
        place = self._slack.state.world.channel(body["channel"])
        return self._slack.state.world.find(place, body["ts"])

    def _shown(self, message: Message) -> Json:
        return {
            **show.message(self._slack.state, message),
            "channel": message.channel,
            "only_for": message.only_for,
            "versions": [asdict(version) for version in message.versions],
        }


def show_all(message: Message) -> list[Any]:
    """Text and blocks of a message, to search in."""
    return [message.text, message.blocks]


def _receipt(receipt: Receipt | None) -> Json | None:
    return asdict(receipt) if receipt else None
