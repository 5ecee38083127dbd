"""`rdp-triage init`: write a commented settings file to start from."""

from importlib.resources import files
from pathlib import Path

import click

from bot.cli.common import Refused, config_option
from bot.settings import find


@click.command("init")
@config_option
def command(config: str | None) -> None:
    """Write a commented settings file; an existing file is never overwritten."""
    path: Path = find(config)[0]
    template = files("bot.cli").joinpath("settings-template.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        raise Refused(f"{path} exists already and was left alone") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror})") from None
    click.echo(f"Wrote {path}. Edit [targets] first: nothing is looked at that is not named there.")
