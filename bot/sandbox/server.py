"""The local Slack as one server on the loopback: start it, act as its people, read what happened.

Used in-process by tests (``async with LocalSlack(manifest) as slack``) and behind ``python -m
bot.sandbox`` as a process of its own. The app under test is the unmodified product with another
``api_url``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.sandbox.api import WebApi
from bot.sandbox.cast import populate
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.hooks import Hooks
from bot.sandbox.journal import Journal
from bot.sandbox.limits import Limits, Mode
from bot.sandbox.manifest import App
from bot.sandbox.modals import Modals
from bot.sandbox.once import ResponseUrls, Tickets, Triggers
from bot.sandbox.people import People
from bot.sandbox.reading import Reading
from bot.sandbox.request_url import RequestUrl
from bot.sandbox.sockets import Sockets
from bot.sandbox.state import State
from bot.sandbox.upheavals import Upheavals
from bot.sandbox.views import Views

LOOPBACK = "127.0.0.1"
HOSTS = frozenset({LOOPBACK, "localhost"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LocalSlack(People, Modals, Upheavals, Reading):
    """A Slack with one installed app.

    ``clock`` decides what time is; ``limits`` is off, real or tight;
    ``journal`` names a file that gets a copy of every entry.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        clock: Clock | None = None,
        limits: Mode = "real",
        journal: Path | None = None,
    ) -> None:
        time, app = clock or Clock(), App.from_manifest(manifest)
        self.state = State(
            clock=time,
            app=app,
            world=populate(time, app),
            journal=Journal(time, journal),
            limits=Limits(time, limits),
            faults=Faults(),
            triggers=Triggers(time),
            tickets=Tickets(time),
            urls=ResponseUrls(time),
            views=Views(time),
        )
        self.sockets = Sockets(self.state)
        self.delivery = Delivery(self.state, self.sockets)
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What the app gets as ``api_url`` / ``base_url``."""
        return f"{self.state.origin}/api/"

    @property
    def bot_token(self) -> str:
        """The app's bot token."""
        return self.state.app.bot_token

    @property
    def app_token(self) -> str:
        """The app's app-level token."""
        return self.state.app.app_token

    @property
    def signing_secret(self) -> str:
        """The secret that requests are signed with."""
        return self.state.app.signing_secret

    @property
    def tokens(self) -> dict[str, str]:
        """The app's credentials as the variables of the environment that it reads."""
        return {
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def use_http(self, request_url: str) -> RequestUrl:
        """From now on deliver by signed requests to this URL."""
        self.delivery.transport = receiver = RequestUrl(self.state, request_url)
        return receiver

    def fault(self, match: str, action: str, **details: Any) -> Fault:
        """Make something fail; see bot.sandbox.faults for points and actions."""
        return self.state.faults.add(match, action, **details)

    async def advance(self, seconds: float) -> None:
        """Move the clock and let everything that was due happen."""
        self.state.clock.advance(seconds)
        for _ in range(5):
            await asyncio.sleep(0)

    async def connected(self, count: int = 1, within: float = 10.0) -> None:
        """Wait until the app has so many sockets open."""
        await self.wait_for(
            lambda: len(self.sockets.receivers) >= count, within, f"{count} open sockets"
        )

    async def start(
        self, port: int = 0, extra: Callable[[web.Application], None] | None = None
    ) -> None:
        """Listen on the loopback; ``extra`` may add routes."""
        server = web.Application(middlewares=[only_loopback], client_max_size=2**21)
        server.router.add_route("*", "/api/{method}", WebApi(self.state).handle)
        server.router.add_get("/link/", self.sockets.handle)
        server.router.add_post("/hooks/{kind}/{id}", Hooks(self.state).handle)
        if extra:
            extra(server)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, port)
        await site.start()
        self.state.origin = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End every connection and stop listening."""
        await self.delivery.close()
        for transport in {self.delivery.transport, self.sockets}:
            await transport.close()
        if self._runner:
            await self._runner.cleanup()
        self.state.journal.close()

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()


@web.middleware
async def only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests under any other host name, which a browser would send after DNS rebinding."""
    if request.url.host not in HOSTS:
        raise web.HTTPForbidden(text="this is a local Slack")
    return await handler(request)
