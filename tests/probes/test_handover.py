"""Connections that one probe leaves to another: fewer for the host, and none left behind."""

import asyncio

import pytest

from bot.probes.base import Promise
from bot.probes.handover import soon
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from tests.probes.loopback import see
from tests.probes.servers import (
    Peer,
    context,
    gnome,
    hosting,
    rdp,
    rdp_only,
    windows_nla,
    xrdp,
)


def test_a_tls_1_2_client_asks_what_the_widest_does() -> None:
    """So the answer to one is the answer to both, and is asked for once."""
    randomness = bytes(range(RANDOMNESS))
    asked = [client_hello(SHAPES[name], randomness, "srv-app-07") for name in ("wide", "tls12")]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("server", [windows_nla, xrdp])
async def test_every_shape_is_answered_with_ten_connections(server: object) -> None:
    async with hosting(rdp(server, context())) as host:  # type: ignore[arg-type]
        found = await see(host)
        await host.quiet.wait()
    assert host.connections == 10  # with the large hello of path.mtu
    shapes = found["tls.hello"].facts["shapes"]
    assert set(shapes) == set(SHAPES)
    for name in ("windows-11", "tls13"):
        assert shapes[name]["version"] == "TLSv1.3"
        assert shapes[name]["cipher"].startswith("TLS_")
    assert shapes["tls12"] == shapes["wide"]


@pytest.mark.parametrize("only", ["rdp.negotiation", "nla.challenge"])
async def test_what_nobody_takes_is_closed(only: str) -> None:
    """Without tls.hello in the run the lines are closed as ever, long before its deadline."""
    async with hosting(rdp(xrdp, context())) as host:
        began = asyncio.get_running_loop().time()
        await see(host, only=frozenset({only}))
        await host.quiet.wait()
        assert asyncio.get_running_loop().time() - began < 3


async def test_a_gentle_host_is_not_held_up_by_a_line_that_is_left_for_nothing() -> None:
    """The host chooses TLS for the first request and refuses it for the next."""

    async def serve(peer: Peer) -> None:
        mask = await peer.request()
        await peer.send(gnome(mask) if mask == 0xB else gnome(1))
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
        await host.quiet.wait()
    assert found["tls.hello"].failure is None
    assert found["rdp.negotiation"].facts["server"] == "gnome"
    assert all(
        one.failure is None or one.failure.value != "probe.deadline" for one in found.values()
    )


async def test_a_host_that_takes_no_tls_is_asked_for_none() -> None:
    async with hosting(rdp(rdp_only)) as host:
        found = await see(host)
        await host.quiet.wait()
    assert found["tls.hello"].status.value == "not_run"


async def test_a_client_hello_goes_out_although_the_first_answer_is_missing() -> None:
    """The first request is never answered; the shapes go out on connections of their own."""
    first = True

    async def serve(peer: Peer) -> None:
        nonlocal first
        mask = await peer.request()
        if first:
            first = False
        else:
            await peer.send(windows_nla(mask))
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.hello"].facts["shapes"]["windows-11"]["result"] == "closed"


async def test_what_comes_too_late_is_none() -> None:
    promise = Promise[int]()
    assert await soon(promise, 0.01) is None
    promise.keep(7)
    assert await soon(promise, 0) == 7
