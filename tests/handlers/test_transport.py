"""The socket's watchdog, and reconnecting without a double effect."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers.transport import Patience, TransportLost, Watched
from tests.desk import office as o
from tests.handlers.house import house


class Enough(Exception):
    pass


class Dead:
    """A client whose connection never comes back; ``asked`` counts new addresses."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def wss_uri(self) -> str | None:
        return "wss://used-up"

    @wss_uri.setter
    def wss_uri(self, value: str | None) -> None:
        assert value is None
        self.asked += 1

    async def is_connected(self) -> bool:
        return False


async def test_a_dead_socket_gets_new_addresses_and_then_ends_the_program() -> None:
    client = Dead()
    watched = Watched(cast(Any, client), Patience(check=0.01, new_address=0.05, give_up=0.3))
    with pytest.raises(TransportLost, match="no connection to Slack"):
        await watched.watch()
    assert client.asked >= 2
    assert not await watched.connected()


async def test_a_live_socket_is_left_alone() -> None:
    turns = 0

    async def is_connected() -> bool:
        nonlocal turns
        turns += 1
        if turns > 20:
            raise Enough
        return True

    client = SimpleNamespace(is_connected=is_connected, wss_uri="wss://fine")
    with pytest.raises(Enough):
        await Watched(cast(Any, client), Patience(0.001, 0.002, 0.005)).watch()
    assert client.wss_uri == "wss://fine"


async def test_a_refreshed_socket_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        card = await bot.shows("It worked")
        await bot.slack.sockets.refresh()
        await bot.slack.connected()
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, "It worked")
        await bot.shows("resolved, verified")
        events = [event.kind for event in await bot.store.events(1)]
        assert events.count("closed") == 1
