"""The Web API over HTTP: credentials, scopes, limits and faults stand before every method."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.arguments import Arguments
from bot.sandbox.directory import missing_scope
from bot.sandbox.errors import RateLimited, SlackError
from bot.sandbox.faults import Fault
from bot.sandbox.methods import METHODS, Method
from bot.sandbox.state import State

Json = dict[str, Any]
BROKEN = {"500": (500, "<html>Server Error</html>"), "503": (503, "<html>Unavailable</html>")}
BROKEN["empty"] = (200, "")


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers /api/{method}."""

    state: State

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: judge it, do it, write it down."""
        method = request.match_info["method"]
        began = self.state.clock.now()
        raw = await _raw_arguments(request)
        token = _token(request, raw)
        fault = self.state.faults.strike(method, raw)
        if fault and (response := await self._fail(request, method, raw, fault)) is not None:
            return response
        body, status = self._perform(method, token, raw)
        lost = fault is not None and fault.action == "drop-after"
        self.state.journal.record(
            "call",
            method=method,
            args={key: raw[key] for key in raw if key != "token"},
            ok=body["ok"],
            error=body.get("error"),
            answer=body,
            latency=self.state.clock.now() - began,
            lost=lost,
        )
        if lost:
            return abort(request)
        return self._respond(method, body, status)

    def _perform(self, name: str, token: str, raw: Mapping[str, Any]) -> tuple[Json, int]:
        try:
            method = _method(name)
            self._authorise(method, token)
            call = Arguments(raw)
            call.check(method.required, method.optional)
            self.state.limits.spend(name, method.tier, call.get("channel"))
            return {"ok": True, **method.run(self.state, call)}, 200
        except RateLimited as error:
            return {**error.body(), "retry_after": error.seconds}, 429
        except SlackError as error:
            return error.body(), 200

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

    async def _fail(
        self, request: web.Request, method: str, raw: Json, fault: Fault
    ) -> web.StreamResponse | None:
        """What a fault does before the method ran; None lets the call go on."""
        if fault.action == "delay":
            await self.state.clock.sleep(fault.seconds)
            return None
        if fault.action == "drop-after":
            return None
        args = {key: raw[key] for key in raw if key != "token"}
        self.state.journal.record(
            "call", method=method, args=args, ok=False, error=fault.action, fault=fault.action
        )
        if fault.action == "drop-before":
            return abort(request)
        if fault.action == "429":
            body = {"ok": False, "error": "ratelimited", "retry_after": round(fault.seconds)}
            return self._respond(method, body, 429)
        if fault.action in BROKEN:
            status, text = BROKEN[fault.action]
            return web.Response(status=status, text=text, content_type="text/html")
        return self._respond(method, {"ok": False, "error": fault.error}, 200)

    def _respond(self, method: str, body: Json, status: int) -> web.Response:
        headers = {"X-OAuth-Scopes": ",".join(self.state.app.scopes)}
        if method in METHODS:
            headers["X-Accepted-OAuth-Scopes"] = ",".join(METHODS[method].scopes)
        if status == 429:
            headers["Retry-After"] = str(body.pop("retry_after"))
        return web.json_response(body, status=status, headers=headers)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise SlackError("unknown_method", req_method=name)
    return METHODS[name]


def abort(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _token(request: web.Request, raw: Mapping[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(raw.get("token") or "")


async def _raw_arguments(request: web.Request) -> Json:
    raw: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            return {"token": None, "invalid_json": True}
        return {**raw, **body} if isinstance(body, dict) else {"json_not_object": True}
    return {**raw, **dict((await request.post()).items())}
