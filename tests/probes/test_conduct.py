"""How a run behaves towards hosts that are fragile or hostile."""

import asyncio

import pytest

from bot.evidence import Failure
from tests.probes.loopback import Loopback, see
from tests.probes.servers import Peer, Secured, context, gnome, hosting, rdp, selected, windows_nla


async def test_gnome_is_met_one_by_one_and_only_as_far_as_needed() -> None:
    async with hosting(rdp(gnome, context())) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["server"] == "gnome"
    assert found["rdp.negotiation"].facts["security"] == "nla-required"
    assert found["tls.hello"].facts["modern_client"] == "agrees"
    assert host.connections == 4
    # The version that FreeRDP states is not that of a Windows.
    assert "os" not in found["nla.challenge"].facts
    assert found["nla.challenge"].facts["computer"] == "SRV-APP-07"


async def test_no_more_than_three_unanswered_connections_at_once() -> None:
    waiting = most = 0

    async def serve(peer: Peer) -> None:
        nonlocal waiting, most
        mask = await peer.request()
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0.02)
        waiting -= 1
        await peer.send(selected(1, flags=1) if mask != 0 else selected(0, flags=1))
        await peer.read()

    async with hosting(serve) as host:
        vantage = Loopback()
        await see(host, vantage)
    assert most <= 3
    assert host.connections <= 15


@pytest.mark.parametrize("stage", ["negotiation", "hello", "challenge"])
async def test_a_flood_is_cut(stage: str) -> None:
    """The flood has no end of its own: the test ends because the probes cut it."""

    async def flood(peer: Peer | Secured, piece: bytes) -> None:
        while True:
            await peer.send(piece)

    async def serve(peer: Peer) -> None:
        if stage == "negotiation":
            await flood(peer, b"A" * 16384)
        await peer.send(windows_nla(await peer.request()))
        if stage == "hello":
            await flood(peer, b"\x15\x03\x03\x00\x02\x01\x70" * 2000)
        secured = Secured(peer, context())
        await secured.handshake()
        await secured.read()
        await flood(secured, b"\x30\x83\x00\xff\x00" + b"A" * 16000)

    async with hosting(serve) as host:
        found = await see(
            host, only=frozenset({"nla.challenge"} if stage != "hello" else {"tls.hello"})
        )
    expected = {
        "negotiation": ("rdp.negotiation", Failure.RDP_NOT_RDP),
        "hello": ("tls.hello", Failure.TLS_CLOSED),
        "challenge": ("nla.challenge", Failure.PROBE_MALFORMED),
    }[stage]
    assert found[expected[0]].failure is expected[1]
