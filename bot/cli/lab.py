"""`rdp-triage lab`: what the simulated faulty hosts are good for beside the demo."""

import asyncio
import tempfile
from pathlib import Path

import click

from bot.cli.common import FINE, config_option, json_option, print_json


@click.group("lab")
def command() -> None:
    """Simulated faulty hosts, looked at as real ones are."""


@command.command("score")
@json_option
@config_option
def score(as_json: bool, config: str | None) -> int:
    """Look at every fault of the lab and compare the verdicts with the truth.

    A verdict is right when it names the true cause first, or finds nothing where nothing is
    wrong, or blames the jump box and no host where the jump box is at fault.
    """
    from bot.cli.labscore import judged, summary, table

    with tempfile.TemporaryDirectory(prefix="rdp-triage-lab-") as folder:
        found = asyncio.run(judged(Path(folder)))
    if as_json:
        print_json({"schema": 1, **summary(found), "cases": [each.to_json() for each in found]})
    else:
        click.echo(table(found))
    return FINE
