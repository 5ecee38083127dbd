"""Is the bot alive, can it work, and how does it fare?  Three addresses for those who watch it.

Strategy: ``/livez`` answers as long as the event loop turns; ``/readyz`` asks whoever knows and
says 503 with the parts that are at fault; ``/metrics`` is for Prometheus.  No names of hosts or
people stand in any of them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiohttp import web


class Vitals(Protocol):
    """Knows how the bot is."""

    async def faults(self) -> Mapping[str, str]:
        """What keeps the bot from working, by part; empty while it can work."""
        ...

    async def metrics(self) -> bytes:
        """All numbers in Prometheus' text format."""
        ...

    @property
    def content_type(self) -> str:
        """That of ``metrics``."""
        ...


@asynccontextmanager
async def health(listen: str, vitals: Vitals) -> AsyncIterator[None]:
    """Serve the three addresses at host:port; raises OSError when that cannot be used."""

    async def livez(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        faults = dict(await vitals.faults())
        said: dict[str, Any] = {"ready": not faults, **({"faults": faults} if faults else {})}
        return web.json_response(said, status=503 if faults else 200)

    async def metrics(_: web.Request) -> web.Response:
        kind = {"Content-Type": vitals.content_type}
        return web.Response(body=await vitals.metrics(), headers=kind)

    app = web.Application()
    for path, answer in (("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)):
        app.router.add_get(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        host, _, port = listen.rpartition(":")
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()
