"""The two ways in which Slack reaches us: Socket Mode and signed HTTP requests.

Strategy: both are context managers that give a ``Transport``; leaving one closes it.  The Socket
Mode client retries a dead one-time address for ever, so a watchdog takes the address away after
30 s without a connection, and gives up after five minutes so that a supervisor can restart us.
A socket may answer pings and yet bring nothing (python-slack-sdk 1701), which looks like a quiet
night; so one that was silent for a quarter of an hour is exchanged for a new one.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import time
from typing import Protocol

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)
sdk_log = log.getChild("sdk")

PATH = "/slack/events"
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
"""docs.slack.dev, verifying requests from Slack."""

LARGEST = 1_000_000
"""Bytes of a request body; Slack's own stay far below."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how often the socket is checked, when a new address is asked for, when to end.

    ``quiet``: after how long without a message a socket is exchanged.
    """

    check: float = 5.0
    new_address: float = 30.0
    give_up: float = 300.0
    quiet: float = 900.0


PATIENCE = Patience()


class TransportLost(Exception):
    """Slack cannot be reached for so long that only a new start can help."""


class Transport(Protocol):
    """An open way in."""

    async def watch(self) -> None:
        """Keep it open; returns never, raises TransportLost."""
        ...

    async def connected(self) -> bool:
        """Whether Slack can reach us now."""
        ...

    @property
    def silence(self) -> float:
        """Seconds since anything was heard on the way in, pongs included; 0 where none is open."""
        ...


@asynccontextmanager
async def socket(
    app: AsyncApp,
    client: AsyncWebClient,
    app_token: str,
    address: str,
    patience: Patience = PATIENCE,
) -> AsyncIterator[Transport]:
    """Socket Mode; ``address`` is the first one-time address, already asked for."""
    handler = AsyncSocketModeHandler(app, app_token, web_client=client, logger=sdk_log)
    handler.client.proxy = None
    handler.client.wss_uri = address
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        watched = Watched(handler.client, patience)
        handler.client.on_message_listeners.append(watched.hear)
        yield watched
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


class Watched:
    """Watches a Socket Mode connection."""

    def __init__(self, client: SocketModeClient, patience: Patience = PATIENCE) -> None:
        self._client = client
        self._patience = patience
        self._heard = time()
        self._quiet_since = asyncio.get_running_loop().time()

    async def hear(self, _: object) -> None:
        """Something came that is no pong."""
        self._heard = time()
        self._quiet_since = asyncio.get_running_loop().time()

    @property
    def silence(self) -> float:
        """Seconds since a message, or since the ping that was answered last was sent."""
        return max(0.0, time() - max(self._heard, self._client.last_ping_pong_time or 0.0))

    async def connected(self) -> bool:
        """Whether the socket is open and answers pings."""
        return await self._client.is_connected()

    async def watch(self) -> None:
        """Take a dead address away; raises TransportLost after the last of all patience."""
        loop, patience = asyncio.get_running_loop(), self._patience
        seen = asked = loop.time()
        while True:
            await asyncio.sleep(patience.check)
            now = loop.time()
            if await self.connected():
                seen = asked = now
                if now - self._quiet_since > patience.quiet:
                    self._quiet_since = now
                    await self._exchange()
            elif now - seen > patience.give_up:
                raise TransportLost(f"no connection to Slack for {patience.give_up:g} s")
            elif now - asked > patience.new_address:
                log.warning("no connection to Slack; asking for a new address")
                self._client.wss_uri = None
                asked = now

    async def _exchange(self) -> None:
        """Ask for a new socket; the old one is kept where there is none to be had."""
        log.info("nothing came for %g s; taking a new socket", self._patience.quiet)
        try:
            await self._client.connect_to_new_endpoint(force=True)
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            log.warning("no new socket: %r", error)


@asynccontextmanager
async def http(app: AsyncApp, host: str, port: int) -> AsyncIterator[Transport]:
    """Signed requests at PATH; raises OSError when the address cannot be used."""
    runner = web.AppRunner(web_app(app), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield _Http()
    finally:
        await runner.cleanup()


class _Http:
    """Nothing has to be kept open."""

    silence = 0.0

    async def connected(self) -> bool:
        return True

    async def watch(self) -> None:
        await asyncio.Event().wait()


def web_app(app: AsyncApp) -> web.Application:
    """The aiohttp application in front of Bolt."""

    async def take(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    made = web.Application(middlewares=[precheck], client_max_size=LARGEST)
    made.router.add_post(PATH, take)
    return made


@web.middleware
async def precheck(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what cannot be Slack before Bolt parses it.

    No number as timestamp, no signature of Slack's form (what is not ASCII breaks Bolt's check
    and would be answered as a fault of ours), a huge body, a packed one.
    A packed body is unpacked while it is read, to a thousand times its length; Slack packs none.
    """
    stamp = request.headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
        return web.Response(status=401, text="no valid timestamp")
    if not _SIGNATURE.fullmatch(request.headers.get("x-slack-signature", "")):
        return web.Response(status=401, text="no valid signature")
    if request.content_length is None or request.content_length > LARGEST:
        return web.Response(status=413, text="too large")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return web.Response(status=415, text="no packed bodies")
    return await handler(request)
