"""A web site with nothing on it, for ``python -m aiohttp.web``."""

from aiohttp import web


def site(arguments: list[str]) -> web.Application:
    """What aiohttp's command line asks for; it takes no arguments."""
    del arguments
    return web.Application()
