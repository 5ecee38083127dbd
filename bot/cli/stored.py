"""Commands that work on the database of the settings, beside a running bot or without one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bot.cli.common import Refused, settings_required

Result = TypeVar("Result")


def with_store(
    config: str | None, work: Callable[[Any], Awaitable[Result]], *, caring: bool = False
) -> Result:
    """Do something with the database, which must be there; ``caring``: with a CaringStore."""
    settings = settings_required(config, "tickets")
    from bot.store.base import StoreError
    from bot.store.caring import CaringStore
    from bot.store.sqlite import SqliteStore

    async def run() -> Result:
        kind = CaringStore if caring else SqliteStore
        store = await kind.open_existing(settings.located(settings.store.path))
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except StoreError as error:
        raise Refused(str(error)) from None
