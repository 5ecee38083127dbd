"""`rdp-triage manifest`: the Slack app manifest to paste when the app is created."""

import json

import click

from bot.cli.common import config_option


@click.command("manifest")
@config_option
def command(config: str | None) -> None:
    """Print the Slack app manifest as JSON (paste it under "From a manifest")."""
    from handlers.manifest import manifest

    click.echo(json.dumps(manifest(), indent=2))
