"""Wiring: the one module that knows every part; builds them from settings and serves Slack.

Strategy: open in order (knowledge, lock, store, Slack), close in the reverse order.  At the end
of a run the way in stays open to acknowledge while the desk finishes what it can; the rest is
kept in the store and resumed at the next start.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalog.source import BadKnowledge, Source
from bot.desk.access import Members, Rights
from bot.desk.desk import Desk
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.looking import Scout
from bot.desk.nudging import Nudging
from bot.desk.parts import Parts
from bot.desk.planning import WorkerPlanner
from bot.desk.reload import Reload
from bot.desk.sound import sound
from bot.engine import Model
from bot.garbage import few_heaps, set_aside
from bot.health import health
from bot.redact import JsonFormatter, TextFormatter
from bot.settings import Settings
from bot.store.base import StoreError
from bot.store.lock import ServeLock
from bot.store.sqlite import SqliteStore
from bot.tokens import CannotServe, Tokens
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


async def serve(settings: Settings, *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; raises CannotServe.  ``ready`` is called once connected.

    SIGHUP has the knowledge folder read again.
    """
    few_heaps()
    _wait_without_threads()
    stop, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: again}
    for number, event in signals.items():
        loop.add_signal_handler(number, event.set)
    try:
        await serve_until(stop, settings, ready=ready, again=again)
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _wait_without_threads() -> None:
    """Have the ends of child processes told by the kernel: Python 3.11 starts a thread for each."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        asyncio.get_event_loop_policy().set_child_watcher(asyncio.PidfdChildWatcher())


async def serve_until(
    stop: asyncio.Event,
    settings: Settings,
    *,
    ready: Callable[[], None] | None = None,
    again: asyncio.Event | None = None,
) -> None:
    """Serve until ``stop`` is set, reading the knowledge when ``again`` is; raises CannotServe."""
    tokens = Tokens.of(settings)
    set_up_logs(settings)
    try:
        async with AsyncExitStack() as stack:
            asked = again or asyncio.Event()
            desk, app, door = await _assemble(settings, tokens, stack, asked)
            set_aside()
            await desk.resume()
            stack.push_async_callback(desk.drain, DRAIN)
            way_in = await stack.enter_async_context(await _way_in(settings, tokens, app, door))
            ready_now = partial(_ready, way_in, desk)
            await stack.enter_async_context(health(settings.http.listen, ready_now))
            if ready is not None:
                ready()
            await _until(stop, way_in)
            await desk.drain(DRAIN)
    except (BadKnowledge, StoreError, TransportLost, OSError, aiohttp.ClientError) as error:
        raise CannotServe(str(error) or repr(error)) from None
    log.info("stopped")


def set_up_logs(settings: Settings) -> None:
    """One line an event on stderr, secrets masked last; frameworks speak only when it matters."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log.format == "json" else TextFormatter())
    logging.basicConfig(level=settings.log.level.upper(), handlers=[handler], force=True)
    for noisy in ("slack_bolt", "slack_sdk", "asyncssh", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


async def _assemble(
    settings: Settings, tokens: Tokens, stack: AsyncExitStack, asked: asyncio.Event
) -> tuple[Desk, AsyncApp, Door]:
    """Build every part; what must be closed is on the stack."""
    source = Source(settings.knowledge_folder)
    model = await asyncio.to_thread(lambda: Model.of(sound(source)))
    path = settings.located(settings.store.path)
    stack.enter_context(ServeLock(path))
    store = await SqliteStore.open(path)
    stack.push_async_callback(store.close)
    scout = Scout.of(settings)
    stack.push_async_callback(scout.close)
    planner = WorkerPlanner()
    stack.push_async_callback(planner.close)
    door = await _door(settings, tokens, stack)
    me = await _who_am_i(door.client)
    library = Library(store, model)
    parts = Parts(
        store=store,
        scout=scout,
        planner=planner,
        access=Members(Rights.of(settings, me["team_id"]), SlackDirectory(door.client), _now),
        surface=SlackSurface(door, settings.slack.escalation_group or ""),
        library=library,
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
    told = (settings.access.admins, settings.slack.helpdesk_channels)
    reload = Reload(source, library, _now, planner.warm, *told, asked)
    stack.push_async_callback(_ended, asyncio.create_task(reload.run()))
    return desk, app, door


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


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
