"""`rdp-triage manifest`: the Slack app manifest to paste when the app is created."""

import json
import re

import click

from bot.cli.common import Refused, config_option

PATH = "/slack/events"
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s?#]*)?")


@click.command("manifest")
@click.option(
    "--url",
    metavar="URL",
    help=f"For HTTP mode: the bot's address as Slack reaches it, https://…{PATH}.",
)
@config_option
def command(url: str | None, config: str | None) -> None:
    """Print the Slack app manifest as JSON (paste it under "From a manifest").

    It is for Socket Mode; with --url for HTTP mode (slack.mode = "http").
    """
    from handlers.manifest import manifest

    if url is not None and not (_URL.fullmatch(url) and url.endswith(PATH)):
        raise Refused(f"{url[:100]!r} is not an address such as https://bot.corp.example{PATH}")
    click.echo(json.dumps(manifest(url or ""), indent=2))
