"""The socket's watchdog leaves a live socket alone; dead ones are among the behaviours."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers.transport import Patience, Watched


class Enough(Exception):
    pass


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
