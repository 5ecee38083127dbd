"""`rdp-triage serve`: the bot itself."""

import asyncio

import click

from bot.cli.common import Refused, config_option, settings_required


class NotNow(Refused):
    """It cannot serve now, and a supervisor should start it again: EX_TEMPFAIL of sysexits.h."""

    exit_code = 75


@click.command("serve")
@config_option
def command(config: str | None) -> int:
    """Run the Slack bot until SIGTERM; what was acknowledged is finished or kept.

    SIGHUP has the settings file and the knowledge folder read again: sound ones are for new work,
    bad ones change nothing and are explained in the log and to the administrators.
    """
    settings = settings_required(config, "serve")
    from bot.app import serve
    from bot.redact import redact
    from bot.tokens import CannotServe, Passing
    from bot.wiring.logs import take_over

    take_over()
    try:
        asyncio.run(serve(settings, ready=lambda: click.echo("rdp-triage serves", err=True)))
    except CannotServe as error:
        kind = NotNow if isinstance(error, Passing) else Refused
        raise kind(redact(str(error))) from None
    return 0
