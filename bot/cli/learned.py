"""The numbers that a command computes with: the expert's words, or what tickets have taught."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.cli.common import Refused, catalog_in_use, settings_required

Function = TypeVar("Function", bound=Callable[..., Any])
NEWEST = "newest"


def epoch_option(function: Function) -> Function:
    """``--epoch``, of commands that show what the engine would do."""
    return click.option(
        "--epoch",
        metavar="HASH",
        help="Use what tickets taught: an epoch of the settings' store by its hash, or `newest`.",
    )(function)


def model_in_use(config: str | None, epoch: str | None) -> Any:
    """The model of the knowledge in use, with an epoch of the store if one is named."""
    from bot.engine import Model

    catalog = catalog_in_use(config)
    return Model.of(catalog, None if epoch is None else _read(config, catalog, epoch))


def _read(config: str | None, catalog: Any, epoch: str) -> Any:
    from bot.desk.learning import in_force, named
    from bot.store.base import StoreError
    from bot.store.sqlite import SqliteStore

    settings = settings_required(config, "--epoch")

    async def read() -> Any:
        store = await SqliteStore.open_existing(settings.located(settings.store.path))
        try:
            if epoch == NEWEST:
                return await in_force(store, catalog)
            return await named(store, catalog, epoch)
        finally:
            await store.close()

    try:
        found = asyncio.run(read())
    except StoreError as error:
        raise Refused(str(error)) from None
    if found is None and epoch == NEWEST:
        raise Refused("nothing was learned yet: `rdp-triage kb learn --apply` makes an epoch")
    if found is None:
        raise Refused(f"there is no epoch {epoch!r}; a ticket's is in `tickets show N --json`")
    return found
