"""``python -m bot.sandbox``: a local Slack as a process, for tests that kill the app.

Prints one line of JSON with everything that the app and the test need, then serves until SIGTERM.
"""

import asyncio
import json
import secrets
import signal
from pathlib import Path
from typing import Any

import click

from bot.sandbox.control import HEADER, Control
from bot.sandbox.limits import Mode
from bot.sandbox.server import LocalSlack


@click.command()
@click.option("--manifest", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--journal", type=click.Path(path_type=Path), help="File that gets every entry.")
@click.option("--request-url", help="Deliver by signed HTTP requests instead of sockets.")
@click.option("--limits", type=click.Choice(["off", "real", "tight"]), default="real")
def main(
    manifest: Path, port: int, journal: Path | None, request_url: str | None, limits: Mode
) -> None:
    """Run a local Slack on the loopback."""
    slack = LocalSlack(json.loads(manifest.read_text()), limits=limits, journal=journal)
    if request_url:
        slack.use_http(request_url)
    asyncio.run(serve(slack, port))


async def serve(slack: LocalSlack, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    token = secrets.token_urlsafe(24)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await slack.start(port, Control(slack, token).routes)
    try:
        click.echo(json.dumps(_access(slack, token)))
        await stop.wait()
    finally:
        await slack.stop()


def _access(slack: LocalSlack, token: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "api_url": slack.api_url,
        "bot_token": slack.bot_token,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "control_url": f"{slack.state.origin}/_control/",
        "control_header": HEADER,
        "control_token": token,
    }


if __name__ == "__main__":
    main()
