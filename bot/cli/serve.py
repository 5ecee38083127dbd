"""`rdp-triage serve`: the bot itself."""

import asyncio

import click

from bot.cli.common import Refused, config_option, settings_required


@click.command("serve")
@config_option
def command(config: str | None) -> int:
    """Run the Slack bot until SIGTERM; what was acknowledged is finished or kept.

    SIGHUP has the knowledge folder of the settings read again: a sound one is for new tickets,
    a bad one changes nothing and is explained in the log.
    """
    settings = settings_required(config, "serve")
    from bot.app import serve
    from bot.tokens import CannotServe

    try:
        asyncio.run(serve(settings, ready=lambda: click.echo("rdp-triage serves", err=True)))
    except CannotServe as error:
        raise Refused(str(error)) from None
    return 0
