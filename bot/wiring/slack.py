"""Slack's side of the wiring: one client, who the bot is there, Bolt, and the way in."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.tokens import CannotServe, Passing, Tokens
from handlers.door import Door
from handlers.transport import Transport, http, socket

CALL_TIMEOUT = 15
"""Seconds for one call of Slack's Web API."""

BUSY = frozenset({429, 500, 502, 503, 504})
UNWELL = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
"""Answers that say nothing about us."""


class Bolt(AsyncApp):
    """Bolt that tells how long each delivery took until its acknowledgement was ready."""

    acknowledged: Callable[[float, int], None]
    delivered: float
    """When (monotonic) the last delivery came."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a delivery of either way in."""
        self.delivered = begun = time.monotonic()
        answer = await super().async_dispatch(req)
        self.acknowledged(time.monotonic() - begun, answer.status)
        return answer


async def door_of(settings: Settings, tokens: Tokens, stack: AsyncExitStack) -> Door:
    """One client and one session for everything; the environment's proxies are not used."""
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(CALL_TIMEOUT), trust_env=False)
    await stack.enter_async_context(session)
    client = AsyncWebClient(
        token=tokens.bot,
        base_url=settings.slack.api_url,
        session=session,
        timeout=CALL_TIMEOUT,
        retry_handlers=[],
    )
    client.proxy = None
    return Door(client, session)


@contextmanager
def _explained(client: AsyncWebClient, refused: str) -> Iterator[None]:
    """Slack's errors at the start as ours; raises CannotServe, Passing where it is Slack's own."""
    try:
        yield
    except SlackApiError as error:
        code = error.response.get("error")
        if error.response.status_code in BUSY or code in UNWELL or not code:
            raise Passing(f"Slack is not well just now ({code}); try again") from None
        raise CannotServe(refused.format(code)) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Passing(f"Slack cannot be reached at {client.base_url}: {error!r}") from None


async def who_am_i(client: AsyncWebClient) -> dict[str, Any]:
    """The bot's own team and user; raises CannotServe when Slack refuses the token."""
    with _explained(client, "SLACK_BOT_TOKEN: Slack says {}; check the installation"):
        answer = await client.auth_test()
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def bolt(
    settings: Settings, tokens: Tokens, me: dict[str, Any], told: Callable[[float, int], None]
) -> Bolt:
    """Bolt with our own authorisation: ``auth.test`` was asked once, at the start.

    ``told`` hears of each acknowledgement: after how many seconds, with which status.
    """

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me["team_id"],
            bot_user_id=me.get("user_id"),
            bot_id=me.get("bot_id"),
            bot_token=tokens.bot,
        )

    app = Bolt(
        client=AsyncWebClient(base_url=settings.slack.api_url),
        authorize=authorize,
        signing_secret=tokens.signing,
        request_verification_enabled=settings.slack.mode == "http",
    )
    app.acknowledged, app.delivered = told, time.monotonic()
    return app


async def way_in_of(
    settings: Settings, tokens: Tokens, app: AsyncApp, door: Door
) -> AbstractAsyncContextManager[Transport]:
    """The transport that the settings choose, not yet open; raises CannotServe."""
    if settings.slack.mode == "http":
        host, _, port = settings.slack.listen.rpartition(":")
        return http(app, host.strip("[]"), int(port))
    with _explained(door.client, "SLACK_APP_TOKEN: Slack says {}; see connections:write"):
        answer = await door.client.apps_connections_open(app_token=tokens.app)
    return socket(app, door.client, tokens.app, str(answer["url"]))
