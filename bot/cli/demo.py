"""`rdp-triage demo`: the product on a simulated lab; nothing outside this machine is touched."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from bot.cli.common import FAULT, FINE, coloured, config_option

FAVOURITE = "srv-app-07 0x904 0x7"

WELCOME = """\
A lab of {count} Windows hosts stands behind a simulated SSH jump box; most of them are broken. \
Name a host to have it looked at, with the error code that a user would have seen, if you like.
While a ticket is open, the word "repair" lets the lab's administrator repair the host: only that \
makes a fix work, never a button.
"""


@click.command("demo")
@click.option("--terminal", is_flag=True, help="The guided flow, even without a terminal attached.")
@config_option
def command(terminal: bool, config: str | None) -> int:
    """Try it: faulty hosts in a lab, no account, no network.

    With a terminal: a guided triage. Without one: a whole ticket is played through the real bot
    and a local Slack, printed, and the command exits with 0.
    """
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="rdp-triage-demo-") as folder:
        if terminal or interactive:
            return asyncio.run(_guided(Path(folder)))
        from bot.cli.play import NotAsPlanned, play

        try:
            asyncio.run(play(Path(folder)))
        except NotAsPlanned as error:
            click.echo(f"rdp-triage: {error}", err=True)
            return FAULT
    return FINE


async def _guided(folder: Path) -> int:
    from bot.cli.render import wrapped
    from bot.cli.terminal import Guide, Terminal
    from bot.cli.triage import opened_desk
    from bot.desk.looking import Scout
    from bot.lab.world import Lab
    from bot.settings import read

    async with Lab() as lab:
        settings = read(lab.settings_toml(folder), {})
        terminal = Terminal(colour=coloured())
        async with opened_desk(settings, Scout.of(settings), terminal) as desk:
            guide = Guide(desk, terminal, "cli:demo")
            click.echo(wrapped(WELCOME.format(count=len(lab.faults()))))
            await _rounds(lab, guide, terminal)
    return FINE


async def _rounds(lab: Any, guide: Any, terminal: Any) -> None:
    """Host after host until somebody has enough."""
    from bot.catalog.codes import BadCode, parse_codes
    from bot.cli.render import wrapped
    from bot.desk.intents import Opening

    names = [row.name for row in lab.faults()]
    while True:
        click.echo(wrapped("\nHosts: " + ", ".join(names)))
        click.echo(f"Host and codes [{FAVOURITE}], or quit: ", nl=False)
        line = await guide.lines.next()
        host, *typed = (line.strip() or FAVOURITE).split()
        host = host.lower()
        if not line or host in {"q", "quit", "exit"}:
            click.echo()
            return
        try:
            codes = tuple(parse_codes(" ".join(typed)))
        except BadCode as error:
            click.echo(str(error), err=True)
            continue
        if host not in names:
            click.echo(f"{host!r} is not a host of the lab.", err=True)
            continue

        async def repair(_: str, host: str = host) -> str:
            row = await lab.repair(host)
            return wrapped(f"\n(lab) {row.repair}")

        guide.extras = {"repair": repair}
        terminal.view = None
        await guide.open(Opening(guide.sender(), host, 3389, codes))
        await guide.talk()
