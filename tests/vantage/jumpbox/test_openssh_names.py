"""Names that a real OpenSSH jump box looks up by itself, with a stand-in for its ``getent``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.vantage.jumpbox import Jumpbox
from tests.vantage.jumpbox.test_openssh import Sshd, free_port, sshd
from tests.vantage.jumpbox.test_openssh_means import on_the_box, until, wrapper
from tests.vantage.servers import RULES, silence, soon, tcp_server

pytestmark = pytest.mark.real

NAME = "srv.corp.example"
OLD = """\
if [ "$1" = ahosts ]; then echo "Unknown database: ahosts" >&2; exit 1; fi
[ "$1 $2" = "hosts srv.corp.example." ] && echo "10.0.0.7  srv.corp.example" && exit 0
exit 2
"""
LINUX = """\
[ "$1 $2" = "ahosts srv.corp.example." ] || exit 2
echo "10.0.0.7        STREAM srv.corp.example"
echo "10.0.0.7        DGRAM"
"""


@asynccontextmanager
async def box(
    folder: Path, getent: str, port: int, *, forced: bool = False
) -> AsyncIterator[tuple[Jumpbox, Sshd]]:
    (folder / "getent").write_text(f"#!/bin/sh\n{getent}")
    (folder / "getent").chmod(0o755)
    path = f"{folder}:/usr/bin:/bin"
    own = wrapper(folder, f"PATH={path}; export PATH") if forced else f"SetEnv PATH={path} SHLVL=1"
    async with sshd(folder, own) as server:
        config = replace(server.config, rules=RULES, resolver=(("127.0.0.1", port),))
        vantage = Jumpbox(config)
        try:
            yield vantage, server
        finally:
            await vantage.close()


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("getent", [OLD, LINUX], ids=["old", "linux"])
async def test_its_own_lookup_is_read(tmp_path: Path, getent: str, forced: bool) -> None:
    async with box(tmp_path, getent, free_port(), forced=forced) as (vantage, server):
        found = await vantage.lookup(NAME, soon())
        assert [str(one) for one in found.addresses] == ["10.0.0.7"]
        assert (found.status, found.resolver) == ("ok", "getent")
        missing = await vantage.lookup("gone.corp.example", soon())
        assert missing.status == "no-answer"
        assert "getent" in missing.detail
        await until(lambda: not on_the_box(server))


async def test_a_jump_box_without_getent_says_that_only_tcp_was_tried(tmp_path: Path) -> None:
    async with box(tmp_path, "exit 127\n", free_port()) as (vantage, _):
        found = await vantage.lookup(NAME, soon())
        assert found.status == "no-answer"
        assert "nothing about UDP" in found.detail


@pytest.mark.parametrize("forced", [False, True])
async def test_a_lookup_that_hangs_leaves_nothing(tmp_path: Path, forced: bool) -> None:
    async with (
        tcp_server(silence) as port,
        box(tmp_path, "exec sleep 60\n", port, forced=forced) as (vantage, server),
    ):
        await vantage._link.files(soon())
        await vantage._link.survey(soon())

        def hangs() -> bool:
            return any(one.startswith("sleep") for one in on_the_box(server))

        found = await vantage.lookup(NAME, soon(2.0))
        assert found.status == "timeout"
        await until(lambda: not on_the_box(server))
        task = asyncio.ensure_future(vantage.lookup(NAME, soon()))
        await until(hangs)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: not on_the_box(server))
        connection = await vantage._link.ready(soon())
        await until(lambda: not connection._ssh._channels)
