"""What planned faults do to an HTTP request before it is answered."""

from aiohttp import web

from bot.sandbox.errors import RETRY_AFTER, RateLimited
from bot.sandbox.faults import Fault
from bot.sandbox.state import State

BROKEN = {
    "500": (500, "<html>Server Error</html>"),
    "503": (503, "<html>Service Unavailable</html>"),
    "empty": (200, ""),
}


async def before(
    state: State, request: web.Request, fault: Fault, error_status: int
) -> web.StreamResponse | None:
    """The answer in place of the real one; None lets the request go on, late perhaps."""
    if fault.action == "delay":
        await state.clock.sleep(fault.seconds)
        return None
    if fault.action == "drop-after":
        return None
    if fault.action == "drop-before":
        return abort(request)
    if fault.action in BROKEN:
        status, text = BROKEN[fault.action]
        return web.Response(status=status, text=text, content_type="text/html")
    if fault.action == "429":
        return rate_limited(RateLimited(max(1, round(fault.seconds))).body(), {})
    return web.json_response({"ok": False, "error": fault.error}, status=error_status)


def rate_limited(body: dict[str, object], headers: dict[str, str]) -> web.Response:
    """Status 429 with Retry-After, taken out of the body of RateLimited."""
    wait = str(body.pop(RETRY_AFTER))
    return web.json_response(body, status=429, headers={**headers, "Retry-After": wait})


def abort(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
