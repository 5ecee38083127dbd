"""The demo in the browser: lab, local Slack with its page, and the bot, until Ctrl-C."""

import asyncio
import signal
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from bot.cli.common import Refused
from bot.cli.stage import SLACK, Bot, DemoStage
from bot.lab.world import Lab
from bot.sandbox.server import LocalSlack
from bot.sandbox.site import Site
from bot.settings import variable
from handlers.manifest import manifest

READY_SECONDS = 30.0
APPROVERS = '\n[access]\napprovers = ["U0LEAD"]\n'


async def show(folder: Path, port: int) -> None:
    """Serve the page until SIGINT or SIGTERM; raises Refused where it cannot."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Lab() as lab:
        slack = LocalSlack(manifest())
        bot = Bot(folder / "rdp-triage.toml", slack.tokens)
        stage = DemoStage(lab, bot, slack)
        site = Site(slack, stage)
        try:
            await slack.start(port, site.routes)
        except OSError as error:
            raise Refused(f"port {port}: {error.strerror}; choose another with --port") from None
        try:
            lab.settings_toml(folder, SLACK.format(api_url=slack.api_url) + APPROVERS)
            await bot.start()
            await _until(stop, slack, bot)
            if not stop.is_set():
                _invite(site.url)
                await stop.wait()
        finally:
            click.echo("\nEnding the demo.", err=True)
            await stage.close()
            await slack.stop()


async def _until(stop: asyncio.Event, slack: LocalSlack, bot: Bot) -> None:
    """Wait for the bot's socket, its end, or the person's."""
    ready = asyncio.ensure_future(slack.connected(within=READY_SECONDS))
    ended = asyncio.ensure_future(stop.wait())
    try:
        while not ready.done() and not ended.done() and bot.runs:
            await asyncio.wait({ready, ended}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done() and not (ready.done() and not ready.exception()):
            raise Refused(f"the bot did not come up; its last words:\n{bot.last_words()}")
    finally:
        for each in (ready, ended):
            each.cancel()
        await asyncio.gather(ready, ended, return_exceptions=True)


def _invite(url: str) -> None:
    """Say where the page is, and open it where there is a screen."""
    click.echo(f"\nrdp-triage demo: open  {url}\n")
    click.echo(
        "The bot is real, hosts and people are not; nothing outside this machine is touched."
    )
    click.echo("Ctrl-C ends it. Without a browser: rdp-triage demo --terminal")
    if variable("DISPLAY") or variable("WAYLAND_DISPLAY"):
        with suppress(webbrowser.Error):
            webbrowser.open(url)
