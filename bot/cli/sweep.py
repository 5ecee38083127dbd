"""`rdp-triage sweep`: look at many hosts, a few connections each, one line a host as it is known.

Results go to stdout or a file, everything else to stderr.  Exit code: 1 a fault was found, else
3 when a host stayed inconclusive or was not looked at, else 0.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.common import Refused, Seconds, animated, catalog_of, config_option, settings_required
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.catalog.entries import Catalog
    from bot.cli.progress import Progress
    from bot.cli.sweep_output import Output
    from bot.cli.sweep_rows import Form
    from bot.cli.sweep_tally import Tally
    from bot.desk.sweeping import Swept
    from bot.probes.base import Target

INTERRUPTED = 130
MOST_AT_ONCE = 100
"""A jump box carries 128 streams, and a silent host holds one of them until its timeout."""


@click.command("sweep")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--via", metavar="NAME|direct|all", help="Where to look from.")
@click.option(
    "--at-once",
    type=click.IntRange(1, MOST_AT_ONCE),
    default=50,
    show_default=True,
    metavar="N",
    help="Hosts looked at together from each place.",
)
@click.option(
    "--timeout",
    type=Seconds(),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds for each host.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "jsonl"]),
    default="text",
    show_default=True,
    help="How each host is written.",
)
@click.option(
    "--output",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write here; hosts that stand there already are skipped (csv, jsonl).",
)
@config_option
def command(
    file: str,
    via: str | None,
    at_once: int,
    timeout: float,
    form: str,
    path: Path | None,
    config: str | None,
) -> int:
    """Look at every host of FILE without credentials, at most 4 connections each.

    FILE has one HOST[:PORT] a line; # begins a comment, - is stdin.  Hosts that the target rules
    close are listed as refused.
    """
    settings = settings_required(config, "sweep")
    from bot.cli.hostlist import hosts_of
    from bot.cli.progress import Progress
    from bot.cli.render import wrapped
    from bot.cli.sweep_output import Output
    from bot.cli.sweep_rows import FORMS
    from bot.cli.sweep_tally import Tally
    from bot.garbage import SELDOM, set_aside

    ports = settings.targets.ports
    targets = hosts_of(file, ports[0] if ports else 3389)
    catalog = catalog_of(settings, cases=False)
    set_aside(SELDOM)
    output, tally = Output(FORMS[form], path), Tally()
    left = _left(targets, output, tally)
    wish = Wish(left, via, at_once, timeout)
    progress = Progress(len(left), animated(), sys.stdout.isatty() and path is None)
    try:
        with output, progress:
            lines = Lines(FORMS[form], catalog, output, tally, progress)
            asyncio.run(_sweep(settings, wish, lines))
    except KeyboardInterrupt:
        click.echo("\n".join(["", *tally.lines()]), err=True)
        click.echo(wrapped(_interrupted(len(left) - progress.done, output)), err=True)
        return INTERRUPTED
    click.echo("\n".join(tally.lines()), err=True)
    return tally.exit_code()


def _left(targets: list["Target"], output: "Output", tally: "Tally") -> list["Target"]:
    """The hosts that the output does not hold yet; those that it holds are counted."""
    known = set()
    for each in output.earlier():
        tally.add(each)
        known.add((each.host, each.port))
    if known:
        there = "1 host is" if len(known) == 1 else f"{len(known)} hosts are"
        click.echo(f"{there} there already; going on with the rest.", err=True)
    return [each for each in targets if (each.host, each.port) not in known]


def _interrupted(left: int, output: "Output") -> str:
    how = (
        "the same command goes on with them"
        if output.goes_on
        else "with --output FILE and --format csv or jsonl a sweep can be gone on with"
    )
    return f"interrupted with {left} {'host' if left == 1 else 'hosts'} left; {how}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be swept, and how."""

    targets: list["Target"]
    via: str | None
    at_once: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes one line a result, in a thread, so that a slow reader makes no host look slow."""

    form: "Form"
    catalog: "Catalog"
    output: "Output"
    tally: "Tally"
    progress: "Progress"
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def emit(self, swept: "Swept") -> None:
        """Write and count one result."""
        from bot.cli.sweep_rows import gist

        line = self.form.write(swept, self.catalog)
        async with self._turn:
            self.progress.make_way()
            await self.output.written(line)
            if swept.refusal and not self.form.says_why:
                click.echo(f"{swept.target.host}: {swept.refusal}", err=True)
            self.tally.add(gist(swept))
            self.progress.step()


async def _sweep(settings: Settings, wish: Wish, lines: Lines) -> None:
    from bot.desk.looking import NoVantage, Scout
    from bot.desk.sweeping import Sweeper

    try:
        scout = Scout.of(settings)
    except NoVantage as error:
        raise Refused(str(error)) from None
    try:
        if wish.via is not None and wish.targets:
            scout.places(wish.targets[0].host, wish.via)
        sweeper = Sweeper(scout, lines.catalog, wish.at_once, wish.seconds)
        await sweeper.sweep(wish.targets, wish.via, lines.emit)
    except NoVantage as error:
        raise Refused(str(error)) from None
    finally:
        await scout.close()
