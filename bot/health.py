"""Is the bot alive, and can it work?  Two addresses for a supervisor.

Strategy: ``/livez`` answers as long as the event loop turns; ``/readyz`` asks whoever knows
(the way in to Slack) and says 503 when it is down.  No names of hosts or people stand in either.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def health(listen: str, ready: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Serve both addresses at host:port; raises OSError when that cannot be used."""

    async def livez(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        connected = await ready()
        return web.json_response({"ready": connected}, status=200 if connected else 503)

    app = web.Application()
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        host, _, port = listen.rpartition(":")
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()
