"""The page: a Slack to look at in the browser, on the loopback and only for whoever has its link.

Guards: the link carries a random token that becomes a cookie no script can read; every request
must name this host (DNS rebinding) and, where it changes anything, come from this page (Origin);
the content policy allows nothing but the page's own files.
"""

import asyncio
import json
import secrets
from contextlib import suppress
from hmac import compare_digest
from importlib.resources import files
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from bot.sandbox.chaos import Chaos
from bot.sandbox.deeds import Deeds
from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack, SlackError
from bot.sandbox.inspector import detail, line
from bot.sandbox.screen import screen
from bot.sandbox.server import LocalSlack

Json = dict[str, Any]
KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PACE = 0.06
"""Seconds between two looks at what has changed."""

SETTLED, SELDOM = 10, 8
"""Looks without news after which only every eighth is a whole one."""


class Stage(Protocol):
    """What stands around this Slack and can be acted on from the page: the lab and the bot."""

    def state(self) -> Json:
        """``hosts``, ``commands`` and ``acts`` as the panel shows them."""

    async def act(self, name: str, argument: str) -> str:
        """Do something to the surroundings; returns what happened; raises KeyError, ValueError."""


class Site:
    """The page's routes; ``url`` is the link to open."""

    def __init__(self, slack: LocalSlack, stage: Stage | None = None) -> None:
        self._slack = slack
        self._stage = stage
        self._deeds = Deeds(slack)
        self._chaos = Chaos(slack)
        self._token = secrets.token_urlsafe(24)
        self._open: set[web.WebSocketResponse] = set()

    @property
    def url(self) -> str:
        """The address with the token; whoever has it may use the page."""
        return f"{self._slack.state.origin}/?token={self._token}"

    def routes(self, server: web.Application) -> None:
        """Add the page to the emulator's server."""
        server.router.add_get("/", self._index)
        server.router.add_get("/page/live", self._live)
        server.router.add_get("/page/entry/{number}", self._entry)
        server.router.add_get("/page/{name}", self._file)
        server.router.add_post("/page/do/{verb}", self._do)
        server.router.add_post("/page/chaos/{name}", self._flip)
        server.router.add_post("/page/stage/{name}", self._act)
        server.on_shutdown.append(self._hang_up)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if given := request.query.get("token"):
            if not compare_digest(given.encode(), self._token.encode()):
                raise web.HTTPForbidden(text="This link is not of this demo; open the one printed.")
            found = web.HTTPSeeOther("/")
            found.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict", path="/")
            raise found
        self._admit(request)
        return _static("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self._admit(request)
        return _static(request.match_info["name"])

    async def _do(self, request: web.Request) -> web.Response:
        self._admit(request, changes=True)
        deed = self._deeds.verbs.get(request.match_info["verb"])
        if deed is None:
            raise web.HTTPNotFound(text=f"verbs: {', '.join(sorted(self._deeds.verbs))}")
        try:
            receipt = await deed(await _body(request))
        except (ImpossibleInSlack, SlackError, KeyError, TypeError, ValueError) as error:
            return web.json_response({"ok": False, "error": _words(error)}, status=400)
        return web.json_response({"ok": True, **_seen(receipt)})

    async def _flip(self, request: web.Request) -> web.Response:
        self._admit(request, changes=True)
        try:
            await self._chaos.flip(request.match_info["name"])
        except KeyError:
            raise web.HTTPNotFound(text="no such switch") from None
        return web.json_response({"ok": True})

    async def _act(self, request: web.Request) -> web.Response:
        self._admit(request, changes=True)
        if self._stage is None:
            raise web.HTTPNotFound(text="there is no lab around this Slack")
        body = await _body(request)
        try:
            said = await self._stage.act(request.match_info["name"], str(body.get("argument", "")))
        except (LookupError, ValueError) as error:
            return web.json_response({"ok": False, "error": _words(error)}, status=400)
        return web.json_response({"ok": True, "said": said})

    async def _entry(self, request: web.Request) -> web.Response:
        self._admit(request)
        number = request.match_info["number"]
        found = self._slack.journal.since(int(number))[:1] if number.isdecimal() else []
        if not found:
            raise web.HTTPNotFound(text="no such entry")
        return web.json_response(detail(found[0]), dumps=_dumps)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Frames of JSON: the screen of one person, the drawers, new lines of the journal."""
        self._admit(request, changes=True)
        try:
            person = self._slack.who(request.query.get("user", ""))
        except ImpossibleInSlack as error:
            raise web.HTTPNotFound(text=str(error)) from None
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._open.add(socket)
        feed = asyncio.create_task(self._feed(socket, person.name))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._open.discard(socket)
            feed.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await feed
        return socket

    async def _feed(self, socket: web.WebSocketResponse, name: str) -> None:
        sent: dict[str, str] = {}
        told = quiet = 0
        while not socket.closed:
            news = self._slack.journal.since(told)
            quiet = 0 if news else quiet + 1
            if quiet > SETTLED and quiet % SELDOM:  # nothing has happened: look only now and then
                await asyncio.sleep(PACE)
                continue
            parts = {
                "screen": screen(self._slack.state, self._slack.who(name)),
                "chaos": self._chaos.state(),
                "stage": self._stage.state() if self._stage else None,
            }
            frame: Json = {}
            for key, value in parts.items():
                text = _dumps(value)
                if sent.get(key) != text:
                    sent[key], frame[key] = text, value
            told += len(news)
            if news:
                frame["journal"] = [line(entry) for entry in news]
            if frame:
                await socket.send_str(_dumps(frame))
            await asyncio.sleep(PACE)

    async def _hang_up(self, _: web.Application) -> None:
        for socket in tuple(self._open):
            await socket.close(code=1001, message=b"the demo ended")

    @property
    def _cookie(self) -> str:
        """Cookies do not know ports, so the name does."""
        return f"local-slack-{self._slack.state.origin.rpartition(':')[2]}"

    def _admit(self, request: web.Request, *, changes: bool = False) -> None:
        """Raises HTTPForbidden for whoever did not come by the link, or from another page."""
        held = request.cookies.get(self._cookie, "")
        if not compare_digest(held.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="Open the address that the demo printed: it has the key.")
        if changes and request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="This request does not come from the page.")


def _static(name: str) -> web.Response:
    kind = KINDS.get(name[name.rfind(".") :])
    source = files("bot.sandbox.page").joinpath(name)
    if kind is None or "/" in name or not source.is_file():
        raise web.HTTPNotFound(text="no such file")
    return web.Response(
        body=source.read_bytes(), content_type=kind, charset="utf-8", headers=HEADERS
    )


async def _body(request: web.Request) -> Json:
    body = json.loads(await request.text() or "{}")
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return body


def _seen(receipt: Receipt | None) -> Json:
    return {"status": receipt.status if receipt else "ok"}


def _words(error: Exception) -> str:
    return f"missing: {error}" if isinstance(error, KeyError) else str(error)


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
