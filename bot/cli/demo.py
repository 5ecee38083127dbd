"""`rdp-triage demo`: the product on a simulated lab; nothing outside this machine is touched."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli.common import FAULT, FINE, Refused, coloured, config_option

FAVOURITE = "srv-app-07 0x904 0x7"

WELCOME = """\
A lab of {count} Windows hosts stands behind a simulated SSH jump box; most of them are broken. \
Name a host to have it looked at, with the error code that a user would have seen, if you like.
While a ticket is open, the word "repair" lets the lab's administrator repair the host: only that \
makes a fix work, never a button.
"""


@click.command("demo")
@click.option("--terminal", is_flag=True, help="A guided triage in the terminal instead.")
@click.option("--port", default=0, metavar="PORT", help="Of the page; a free one by default.")
@click.option("--keep", metavar="FOLDER", help="Keep tickets and log here instead of nowhere.")
@config_option
def command(terminal: bool, port: int, keep: str | None, config: str | None) -> int:
    """Try it in the browser: a local Slack, the real bot, faulty hosts; no account, no network.

    Without a terminal attached a whole ticket is played through the real bot and the local Slack,
    printed, and the command exits with 0; --port serves the page then, too.
    """
    with _folder(keep) as folder:
        if terminal:
            return asyncio.run(_guided(folder))
        if port or (sys.stdin.isatty() and sys.stdout.isatty()):
            from bot.cli.show import show

            asyncio.run(show(folder, port))
            return FINE
        from bot.cli.play import NotAsPlanned, play

        try:
            asyncio.run(play(folder))
        except NotAsPlanned as error:
            click.echo(f"rdp-triage: {error}", err=True)
            return FAULT
    return FINE


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """The folder of the demo's data: one that goes with it, or the one that was named."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="rdp-triage-demo-") as folder:
            yield Path(folder)
        return
    path = Path(keep)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"--keep {keep}: {error.strerror}; name a folder that can be made") from None
    yield path


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
