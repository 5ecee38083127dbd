"""Wiring: the one module that knows every part; builds them from settings and serves Slack.

Strategy: open in order (lock, store, knowledge, Slack), close in the reverse order.  At the end
of a run the way in stays open to acknowledge while the desk finishes what it can; the rest is
kept in the store and resumed at the next start.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalog import load, shipped
from bot.desk.access import Members, Rights
from bot.desk.desk import Desk
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.looking import Scout
from bot.desk.nudging import Nudging
from bot.desk.parts import Parts
from bot.desk.planning import WorkerPlanner
from bot.engine import Model
from bot.health import health
from bot.redact import JsonFormatter, TextFormatter
from bot.settings import Settings
from bot.store.base import StoreError
from bot.store.lock import ServeLock
from bot.store.sqlite import SqliteStore
from handlers import register_all
from handlers.directory import SlackDirectory
from handlers.door import Door
from handlers.surface import SlackSurface
from handlers.transport import Transport, TransportLost, http, socket

log = logging.getLogger(__name__)

DRAIN = 10.0
"""Seconds in which a stopping bot finishes what runs."""

CALL_TIMEOUT = 15
"""Seconds for one call of Slack's Web API."""


class CannotServe(Exception):
    """The bot cannot be started, or has lost Slack for good; the text says what to do."""


async def serve(settings: Settings, *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; raises CannotServe.  ``ready`` is called once connected."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await serve_until(stop, settings, ready=ready)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def serve_until(
    stop: asyncio.Event, settings: Settings, *, ready: Callable[[], None] | None = None
) -> None:
    """Serve until ``stop`` is set; raises CannotServe."""
    tokens = Tokens.of(settings)
    set_up_logs(settings)
    try:
        async with AsyncExitStack() as stack:
            desk, app, door = await _assemble(settings, tokens, stack)
            await desk.resume()
            stack.push_async_callback(desk.drain, DRAIN)
            way_in = await stack.enter_async_context(await _way_in(settings, tokens, app, door))
            ready_now = partial(_ready, way_in, desk)
            await stack.enter_async_context(health(settings.http.listen, ready_now))
            if ready is not None:
                ready()
            await _until(stop, way_in)
            await desk.drain(DRAIN)
    except (StoreError, TransportLost, OSError) as error:
        raise CannotServe(str(error)) from None
    log.info("stopped")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets that the chosen mode needs."""

    bot: str = field(repr=False)
    app: str = field(repr=False)
    signing: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Tokens":
        """Raises CannotServe naming every variable that is missing or looks wrong."""
        secrets, mode = settings.secrets, settings.slack.mode
        wanted: list[tuple[str, SecretStr | None, str]] = [
            ("SLACK_BOT_TOKEN", secrets.bot_token, "xoxb-")
        ]
        if mode == "socket":
            wanted.append(("SLACK_APP_TOKEN", secrets.app_token, "xapp-"))
        else:
            wanted.append(("SLACK_SIGNING_SECRET", secrets.signing_secret, ""))
        faults = [
            f"{name}: set it in the environment"
            + (f"; it begins with {start}" if start else "")
            + f" (slack.mode is {mode!r})"
            for name, value, start in wanted
            if value is None or not value.get_secret_value().startswith(start)
        ]
        if faults:
            raise CannotServe("\n".join(faults))
        return cls(*map(_plain, (secrets.bot_token, secrets.app_token, secrets.signing_secret)))


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


def set_up_logs(settings: Settings) -> None:
    """One line an event on stderr, secrets masked last; frameworks speak only when it matters."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log.format == "json" else TextFormatter())
    logging.basicConfig(level=settings.log.level.upper(), handlers=[handler], force=True)
    for noisy in ("slack_bolt", "slack_sdk", "asyncssh", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


async def _assemble(
    settings: Settings, tokens: Tokens, stack: AsyncExitStack
) -> tuple[Desk, AsyncApp, Door]:
    """Build every part; what must be closed is on the stack."""
    path = settings.located(settings.store.path)
    stack.enter_context(ServeLock(path))
    store = await SqliteStore.open(path)
    stack.push_async_callback(store.close)
    model = await asyncio.to_thread(lambda: Model.of(load(shipped())))
    scout = Scout.of(settings)
    stack.push_async_callback(scout.close)
    planner = WorkerPlanner()
    stack.push_async_callback(planner.close)
    door = await _door(settings, tokens, stack)
    me = await _who_am_i(door.client)
    parts = Parts(
        store=store,
        scout=scout,
        planner=planner,
        access=Members(Rights.of(settings, me["team_id"]), SlackDirectory(door.client), _now),
        surface=SlackSurface(door),
        library=Library(store, model),
        clock=_now,
        allowance=Allowance.of(settings),
        helpdesk=settings.slack.helpdesk_channels,
        escalation=settings.slack.escalation_channel or "",
        abandon=timedelta(days=settings.desk.abandon_days),
        nudging=Nudging.of(settings.desk),
        keep=timedelta(days=settings.desk.keep_days),
    )
    desk = Desk(parts)
    app = bolt(settings, tokens, me)
    register_all(app, desk, door, settings.targets.ports[0] if settings.targets.ports else 3389)
    planner.warm(model)
    return desk, app, door


async def _door(settings: Settings, tokens: Tokens, stack: AsyncExitStack) -> Door:
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


async def _who_am_i(client: AsyncWebClient) -> dict[str, Any]:
    """The bot's own team and user; raises CannotServe when Slack refuses the token."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error")
        raise CannotServe(f"SLACK_BOT_TOKEN: Slack says {code}; check the installation") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CannotServe(f"Slack cannot be reached at {client.base_url}: {error!r}") from None
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def bolt(settings: Settings, tokens: Tokens, me: dict[str, Any]) -> AsyncApp:
    """Bolt with our own authorisation: ``auth.test`` was asked once, at the start."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me["team_id"],
            bot_user_id=me.get("user_id"),
            bot_id=me.get("bot_id"),
            bot_token=tokens.bot,
        )

    return AsyncApp(
        client=AsyncWebClient(base_url=settings.slack.api_url),
        authorize=authorize,
        signing_secret=tokens.signing,
        request_verification_enabled=settings.slack.mode == "http",
    )


async def _way_in(
    settings: Settings, tokens: Tokens, app: AsyncApp, door: Door
) -> AbstractAsyncContextManager[Transport]:
    """The transport that the settings choose, not yet open; raises CannotServe."""
    if settings.slack.mode == "http":
        host, _, port = settings.slack.listen.rpartition(":")
        return http(app, host.strip("[]"), int(port))
    try:
        answer = await door.client.apps_connections_open(app_token=tokens.app)
    except SlackApiError as error:
        code = error.response.get("error")
        raise CannotServe(f"SLACK_APP_TOKEN: Slack says {code}; see connections:write") from None
    return socket(app, door.client, tokens.app, str(answer["url"]))


async def _ready(way_in: Transport, desk: Desk) -> bool:
    """Whether Slack reaches us and takes what we say."""
    return await way_in.connected() and not desk.barred


async def _until(stop: asyncio.Event, way_in: Transport) -> None:
    """Until somebody stops us; raises TransportLost, and what else ended the watch."""
    watching, stopping = asyncio.create_task(way_in.watch()), asyncio.create_task(stop.wait())
    await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (watching, stopping):
        task.cancel()
    (outcome, _) = await asyncio.gather(watching, stopping, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome


def _now() -> datetime:
    return datetime.now(UTC)
