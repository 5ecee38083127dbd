"""Several jump boxes one behind the other: each hop's host key is pinned, and each is checked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import asyncssh
import pytest

from bot.evidence import Failure
from bot.vantage.base import VantageError
from bot.vantage.jumpbox import Jumpbox, JumpboxConfig
from tests.vantage.servers import SshBox, silence, soon, tcp_server

HOPS = 3
HOST = ip_address("10.0.0.1")


@asynccontextmanager
async def chain(
    folder: Path, change: Callable[[int, SshBox, JumpboxConfig], None] = lambda *_: None
) -> AsyncIterator[tuple[list[SshBox], list[Jumpbox]]]:
    """Three jump boxes, each behind the one before it: dc0, dc1, dc2; ``change`` alters them."""
    async with AsyncExitStack() as stack:
        boxes, vantages = [SshBox() for _ in range(HOPS)], list[Jumpbox]()
        for index, box in enumerate(boxes):
            await box.start()
            stack.push_async_callback(box.stop)
            if index:
                boxes[index - 1].routes[("127.0.0.1", box.port)] = box.port
            place = folder / str(index)
            place.mkdir()
            via = vantages[-1] if vantages else None
            config = box.config(place, name=f"dc{index}", via=via)
            change(index, box, config)
            vantages.append(Jumpbox(config))
            stack.push_async_callback(vantages[-1].close)
        yield boxes, vantages


@pytest.mark.parametrize("wrong", range(HOPS))
@pytest.mark.parametrize("kind", ["changed", "unknown"])
async def test_a_wrong_key_at_any_hop_is_a_hard_stop(tmp_path: Path, wrong: int, kind: str) -> None:
    """What comes before it is logged in to, the one behind it is never reached."""

    def change(index: int, box: SshBox, config: JumpboxConfig) -> None:
        if index == wrong:
            another = asyncssh.generate_private_key("ssh-ed25519")
            pinned = box.pinned(another) if kind == "changed" else ""
            config.known_hosts.write_text(pinned, encoding="ascii")

    async with chain(tmp_path, change) as (boxes, vantages):
        with pytest.raises(VantageError) as caught:
            await vantages[-1].session(soon())
        assert (caught.value.failure, caught.value.state) == (
            Failure.JUMPBOX_HOST_KEY,
            f"host-key-{kind}",
        )
        assert f"jump box dc{wrong}" in caught.value.detail
        assert [bool(box.logins) for box in boxes] == [index < wrong for index in range(HOPS)]


async def test_each_hop_has_a_file_of_its_own(tmp_path: Path) -> None:
    """The key of the inner box in the outer one's file opens nothing."""
    outer, inner = SshBox(), SshBox()
    for box in (outer, inner):
        await box.start()
    outer.routes[("127.0.0.1", inner.port)] = inner.port
    (tmp_path / "inner").mkdir()
    near, far = outer.config(tmp_path), inner.config(tmp_path / "inner", name="dc2")
    near.known_hosts.write_text(outer.pinned() + inner.pinned(), encoding="ascii")
    far.known_hosts.write_text(outer.pinned(), encoding="ascii")
    first = Jumpbox(near)
    second = Jumpbox(inner.config(tmp_path / "inner", name="dc2", via=first))
    with pytest.raises(VantageError) as caught:
        await second.session(soon())
    assert caught.value.state == "host-key-unknown"
    assert (bool(outer.logins), inner.logins) == (True, 0)
    for vantage in (second, first):
        await vantage.close()
    for box in (inner, outer):
        await box.stop()


async def test_a_login_that_hangs_at_one_hop_names_that_hop(tmp_path: Path) -> None:
    async with chain(tmp_path) as (boxes, vantages), tcp_server(silence) as port:
        boxes[0].routes[("127.0.0.1", boxes[1].port)] = port  # dc1 takes us and says nothing
        with pytest.raises(VantageError) as caught:
            await vantages[-1].session(soon(3))
    assert (caught.value.failure, caught.value.box) == (Failure.JUMPBOX_TIMEOUT, "dc1")
    assert "jump box dc1 does not answer" in caught.value.detail


async def test_the_hop_that_was_lost_is_named_and_not_those_behind_it(tmp_path: Path) -> None:
    async with chain(tmp_path) as (boxes, vantages), tcp_server(silence) as port:
        boxes[-1].routes[("10.0.0.1", 3389)] = port
        stream = await vantages[-1].connect(HOST, 3389, soon())
        reading = asyncio.create_task(stream.read(9, soon()))
        await asyncio.sleep(0)
        await boxes[1].stop()
        with pytest.raises(VantageError) as caught:
            await reading
        await stream.close()
    assert (caught.value.failure, caught.value.box) == (Failure.JUMPBOX_UNREACHABLE, "dc1")


async def test_what_a_hop_refuses_names_it(tmp_path: Path) -> None:
    async with chain(tmp_path) as (boxes, vantages):
        denied = asyncssh.ChannelOpenError(1, "open failed")
        boxes[1].routes[("127.0.0.1", boxes[2].port)] = denied
        with pytest.raises(VantageError) as caught:
            await vantages[-1].session(soon())
        assert (caught.value.failure, caught.value.box) == (Failure.JUMPBOX_FORWARDING, "dc1")
        boxes[0].routes[("127.0.0.1", boxes[1].port)] = asyncssh.ChannelOpenError(2, "refused")
        await vantages[1].close()
        with pytest.raises(VantageError) as caught:
            await vantages[-1].session(soon())
    assert (caught.value.failure, caught.value.box) == (Failure.JUMPBOX_UNREACHABLE, "dc1")
