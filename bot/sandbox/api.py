"""The Web API over HTTP: credentials, scopes, limits and faults stand before every method."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import web

from bot.sandbox.arguments import Arguments
from bot.sandbox.directory import missing_scope
from bot.sandbox.errors import RETRY_AFTER, SlackError
from bot.sandbox.methods import METHODS, Method
from bot.sandbox.misbehave import abort, before, rate_limited
from bot.sandbox.state import State

Json = dict[str, Any]
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call, as the journal gets it."""

    method: str
    raw: Json
    body: Json
    began: float
    lost: bool = False


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers /api/{method}."""

    state: State

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: judge it, do it, write it down."""
        method = request.match_info["method"]
        began = self.state.clock.now()
        try:
            raw = await _raw_arguments(request)
        except SlackError as error:
            return self._finish(request, Call(method, {}, error.body(), began))
        fault = self.state.faults.strike(method, raw)
        if fault and (response := await before(self.state, request, fault, 200)) is not None:
            self.state.journal.record(
                "call", method=method, args=_public(raw), ok=False, fault=fault.action
            )
            return response
        body = self._perform(method, _token(request, raw), raw)
        lost = fault is not None and fault.action == "drop-after"
        return self._finish(request, Call(method, raw, body, began, lost))

    def _finish(self, request: web.Request, call: Call) -> web.StreamResponse:
        self.state.journal.record(
            "call",
            method=call.method,
            args=_public(call.raw),
            ok=call.body["ok"],
            error=call.body.get("error"),
            answer=call.body,
            latency=self.state.clock.now() - call.began,
            lost=call.lost,
        )
        return abort(request) if call.lost else self._respond(call.method, call.body)

    def _perform(self, name: str, token: str, raw: Mapping[str, Any]) -> Json:
        try:
            method = _method(name)
            self._authorise(method, token)
            call = Arguments(raw)
            call.check(method.required, method.optional)
            self.state.limits.spend(name, method.tier, call.get("channel"))
            return {"ok": True, **method.run(self.state, call)}
        except SlackError as error:
            return error.body()

    def _authorise(self, method: Method, token: str) -> None:
        app = self.state.app
        if not token:
            raise SlackError("not_authed")
        kinds = {app.bot_token: "bot", app.app_token: "app"}
        if token not in kinds:
            raise SlackError("invalid_auth")
        if kinds[token] != method.holder:
            raise SlackError("not_allowed_token_type")
        if app.revoked:
            raise SlackError("token_revoked")
        if method.scopes and not set(method.scopes) & set(app.scopes):
            raise missing_scope(self.state, ",".join(method.scopes))

    def _respond(self, method: str, body: Json) -> web.Response:
        headers = {"Date": formatdate(self.state.clock.now(), usegmt=True)}
        headers["X-OAuth-Scopes"] = ",".join(self.state.app.scopes)
        if method in METHODS:
            headers["X-Accepted-OAuth-Scopes"] = ",".join(METHODS[method].scopes)
        if RETRY_AFTER in body:
            return rate_limited(body, headers)
        return web.json_response(body, headers=headers)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise SlackError("unknown_method", req_method=name)
    return METHODS[name]


def _token(request: web.Request, raw: Mapping[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(raw.get("token") or "")


def _public(raw: Mapping[str, Any]) -> Json:
    return {key: raw[key] for key in raw if key != "token"}


async def _raw_arguments(request: web.Request) -> Json:
    """Query and body; raises SlackError invalid_json, json_not_object or invalid_post_type."""
    raw: Json = dict(request.query)
    if not request.can_read_body:
        return raw
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text())
        except json.JSONDecodeError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return {**raw, **body}
    if request.content_type not in FORMS:
        raise SlackError("invalid_post_type")
    return {**raw, **dict((await request.post()).items())}
