"""Serving: what the wiring builds is opened in order, kept open, and closed in reverse.

Strategy: open in order (knowledge, lock, store, Slack), close in the reverse order.  At the end
of a run the way in stays open to acknowledge while the desk finishes what it can; the rest is
kept in the store and resumed at the next start.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import aiohttp

from bot.catalog.source import BadKnowledge
from bot.garbage import few_heaps, set_aside
from bot.health import health
from bot.settings import Settings
from bot.settings_environment import hidden
from bot.store.base import StoreBusy, StoreError
from bot.tokens import CannotServe, Passing, Tokens
from bot.wiring.house import build
from bot.wiring.logs import set_up_logs
from bot.wiring.meters import Meters
from bot.wiring.slack import way_in_of
from handlers.transport import Transport, TransportLost

log = logging.getLogger(__name__)

DRAIN = 10.0
"""Seconds in which a stopping bot finishes what runs."""


async def serve(settings: Settings, *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; raises CannotServe.  ``ready`` is called once connected.

    SIGHUP has the settings file and the knowledge folder read again.
    """
    few_heaps()
    stop, again = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: again}
    for number, event in signals.items():
        loop.add_signal_handler(number, event.set)
    try:
        with without_threads(loop):
            await serve_until(stop, settings, ready=ready, again=again)
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


@contextmanager
def without_threads(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have the ends of child processes told by the kernel: Python 3.11 starts a thread for each.

    Newer Pythons do so by themselves; a kernel or a sandbox that cannot is left as it is.
    """
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        yield
        return
    if sys.version_info >= (3, 12):
        yield
        return
    policy, watcher = asyncio.get_event_loop_policy(), asyncio.PidfdChildWatcher()
    watcher.attach_loop(loop)
    policy.set_child_watcher(watcher)
    try:
        yield
    finally:
        policy.set_child_watcher(asyncio.ThreadedChildWatcher())


async def serve_until(
    stop: asyncio.Event,
    settings: Settings,
    *,
    ready: Callable[[], None] | None = None,
    again: asyncio.Event | None = None,
) -> None:
    """Serve until ``stop`` is set, reading files again when ``again`` is; raises CannotServe."""
    tokens, meters = Tokens.of(settings), Meters()
    set_up_logs(settings, meters.handler())
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(hidden("SLACK_"))  # our own programs and Bolt need no tokens there
            house = await build(settings, tokens, stack, meters)
            desk, vitals, reloading = house.desk, house.vitals, house.reloading
            reloading.asked = again or asyncio.Event()
            stack.push_async_callback(_ended, asyncio.create_task(reloading.run()))
            set_aside()
            await desk.resume()
            stack.push_async_callback(desk.drain, DRAIN)
            entering = await way_in_of(settings, tokens, house.app, house.door)
            vitals.way_in = way_in = await stack.enter_async_context(entering)
            await stack.enter_async_context(health(settings.http.listen, vitals))
            if ready is not None:
                ready()
            await _until(stop, way_in)
            await desk.drain(DRAIN)
    except (StoreBusy, TransportLost, aiohttp.ClientError) as error:
        raise Passing(str(error) or repr(error)) from None
    except (BadKnowledge, StoreError, OSError) as error:
        raise CannotServe(str(error) or repr(error)) from None
    log.info("stopped")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _until(stop: asyncio.Event, way_in: Transport) -> None:
    """Until somebody stops us; raises TransportLost, and what else ended the watch."""
    watching, stopping = asyncio.create_task(way_in.watch()), asyncio.create_task(stop.wait())
    await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (watching, stopping):
        task.cancel()
    (outcome, _) = await asyncio.gather(watching, stopping, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome
