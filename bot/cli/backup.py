"""`rdp-triage backup`: copy the ticket database, also while the bot runs."""

import asyncio
from pathlib import Path

import click

from bot.cli.common import Refused, config_option, settings_required


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@config_option
def command(file: Path, config: str | None) -> None:
    """Copy the ticket database to FILE, which must not exist yet; the bot may go on."""
    settings = settings_required(config, "backup")
    from bot.store.base import StoreError
    from bot.store.sqlite import SqliteStore

    async def copy() -> None:
        store = await SqliteStore.open_existing(settings.located(settings.store.path))
        try:
            await store.backup(file)
        finally:
            await store.close()

    try:
        asyncio.run(copy())
    except StoreError as error:
        raise Refused(str(error)) from None
    click.echo(f"Wrote {file}.", err=True)
