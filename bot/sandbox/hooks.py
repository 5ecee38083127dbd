"""Response URLs: the answers that reach places where the app itself may not post."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.arguments import Arguments
from bot.sandbox.chat import content
from bot.sandbox.errors import SlackError
from bot.sandbox.misbehave import abort, before
from bot.sandbox.once import ResponseUrl
from bot.sandbox.state import State

Json = dict[str, Any]
REFUSED = 400  # for bad content; a guess
DEAD = frozenset({"no_service", "expired_url", "used_url"})


@dataclass(frozen=True, slots=True)
class Hooks:
    """Answers /hooks/…"""

    state: State

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One use of a response URL; 404 when it is used up or too old."""
        fault = self.state.faults.strike("hook")
        if fault and (response := await before(self.state, request, fault, REFUSED)) is not None:
            return response
        body: Json = {}
        try:
            body = json.loads(await request.text())
            url = self.state.urls.use(request.path)
            answer(self.state, url, body)
            error: str | None = None
        except json.JSONDecodeError:
            error = "invalid_payload"
        except SlackError as failure:
            error = failure.code
        self.state.journal.record(
            "hook", path=request.path, body=body, ok=error is None, error=error
        )
        if fault and fault.action == "drop-after":
            return abort(request)
        if error:
            status = 404 if error in DEAD else REFUSED
            return web.json_response({"ok": False, "error": error}, status=status)
        return web.json_response({"ok": True})


def answer(state: State, url: ResponseUrl, body: Json) -> None:
    """Do what a body sent to a response URL, or in the ack of a command, asks for."""
    if _is_true(body.get("delete_original")):
        if url.original is not None:
            url.original.deleted_at = state.clock.now()
        return
    version = content(state, Arguments(body), "response_url")
    if _is_true(body.get("replace_original")) and url.original is not None:
        url.original.versions.append(version)
        return
    channel = state.world.channels[url.channel]
    thread_ts = body.get("thread_ts")
    message = state.world.post(channel, state.app.user_id, version, thread_ts=thread_ts)
    if body.get("response_type") != "in_channel":
        message.only_for = url.user_id


def _is_true(value: Any) -> bool:
    return value is True or value == "true"
