"""Hellos that are met by a close and sent once more, as far as there are connections left."""

import ssl
from collections.abc import Callable

import pytest

from bot.desk.sweeping import CONNECTIONS as SWEEP
from bot.desk.sweeping import PROBED
from bot.evidence import Status
from bot.evidence.findings import derive
from bot.wire.suites import OLDER, WINDOWS_11
from tests.probes.loopback import see
from tests.probes.servers import (
    Peer,
    Secured,
    Serve,
    V,
    challenge,
    context,
    gnome,
    hosting,
    rdp,
    selected,
    windows_nla,
    xrdp,
)
from tests.wire.samples import first_flight

PASSED = Status.PASSED

SUPPORTED_VERSIONS = b"\x00\x2b\x00"
"""Without this extension no client offers TLS 1.3 (RFC 8446, 4.2.1); its length begins with 0."""

CLIENT_SUITES = (2 * len(WINDOWS_11)).to_bytes(2, "big")


@pytest.mark.parametrize("dropped", [3, 4])
async def test_hellos_that_a_gentle_host_drops_are_no_refusals(dropped: int) -> None:
    """GNOME Remote Desktop hangs up on some clients while others leave; met alone, it agrees."""
    hellos = 0

    async def serve(peer: Peer) -> None:
        nonlocal hellos
        mask = await peer.request()
        await peer.send(gnome(mask))
        if mask == 1:  # refused: nothing follows
            return
        await peer.peek()
        hellos += 1
        if hellos > dropped:
            await Secured(peer, context()).handshake()
            await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    facts = found["tls.hello"].facts
    assert (facts["versions"], facts["modern_client"]) == (["TLSv1.2", "TLSv1.3"], "agrees")
    assert found["tls.certificate"].status is PASSED


async def test_tls13_does_not_stand_in_for_what_a_gentle_host_only_dropped() -> None:
    """The hello up to TLS 1.2 is dropped once, and everything else is answered."""
    dropped = 0

    async def serve(peer: Peer) -> None:
        nonlocal dropped
        mask = await peer.request()
        await peer.send(gnome(mask))
        if mask == 1:  # refused: nothing follows
            return
        await peer.peek()
        peer.kept += await peer.reader.read(4096)
        if SUPPORTED_VERSIONS not in peer.kept and not dropped:
            dropped += 1
            return
        await Secured(peer, context()).handshake()
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert dropped == 1
    assert found["tls.hello"].facts["versions"] == ["TLSv1.2", "TLSv1.3"]
    assert found["tls.hello"].facts["shapes"]["wide"]["version"] == "TLSv1.2"


async def test_one_hello_that_is_dropped_by_chance_makes_no_gap() -> None:
    dropped = 0

    async def serve(peer: Peer) -> None:
        nonlocal dropped
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if hello[76:78] == CLIENT_SUITES and not dropped:
            dropped += 1
        else:
            await peer.send(first_flight(context(highest=V.TLSv1_2), hello))
            await peer.read()

    async with hosting(serve) as host:
        found = (await see(host))["tls.hello"]
    assert dropped == 1
    assert found.facts["modern_client"] == "agrees"
    assert "not every connection fares alike" in found.detail
    assert host.connections <= 15


Answers = Callable[[int | None], bytes]
WIDE_SUITES = (2 * len(OLDER) + 2).to_bytes(2, "big")


def shape_of(hello: bytes) -> str:
    """Which of our hellos it is, by the length of its session id and of its suites."""
    if hello[43] == 0 and hello[44:46] == WIDE_SUITES:
        return "wide"
    return "windows-11" if hello[76:78] == CLIENT_SUITES else "another"


def dropping(answer: Answers, shape: str, tls: ssl.SSLContext, times: int = 1) -> Serve:
    """A host that closes when it gets this hello, so many times."""
    left = times

    async def serve(peer: Peer) -> None:
        nonlocal left
        await peer.send(answer(await peer.request()))
        await peer.peek()
        peer.kept += await peer.reader.read(65536)
        if left and shape_of(peer.kept) == shape:
            left -= 1
            return
        secured = Secured(peer, tls)
        await secured.handshake()
        if await secured.read():
            await secured.send(challenge())
            await secured.read()

    return serve


@pytest.mark.parametrize(
    ("shape", "highest"),
    [("wide", V.TLSv1_2), ("windows-11", V.TLSv1_2), ("windows-11", V.TLSv1_3)],
)
async def test_a_sweep_keeps_a_connection_for_what_a_host_without_nla_drops(
    shape: str, highest: ssl.TLSVersion
) -> None:
    async with hosting(dropping(xrdp, shape, context(highest=highest))) as host:
        found = await see(host, connections=SWEEP, only=PROBED)
    hello = found["tls.hello"]
    assert host.connections == SWEEP
    assert hello.facts["shapes"][shape]["result"] == "server-hello"
    assert f"{shape}: this hello was met by a close before it was taken" in hello.detail
    assert hello.facts["versions"] == ["TLSv1.2", "TLSv1.3"][: 1 + (highest == V.TLSv1_3)]
    states = derive(list(found.values()))
    assert (states["modern-client"], states["tls-hello"]) == ("agrees", "server-hello")
    # Whether RDP security is taken too was not asked any more.
    assert found["rdp.negotiation"].facts["security"] == "unknown"
    assert found["tls.certificate"].status is PASSED


async def test_the_certificate_comes_first_where_it_needs_the_last_connection_of_a_sweep() -> None:
    """Only the wide hello would have shown it in the clear."""
    async with hosting(dropping(xrdp, "wide", context())) as host:
        found = await see(host, connections=SWEEP, only=PROBED)
    hello = found["tls.hello"]
    assert host.connections == SWEEP
    assert found["tls.certificate"].status is PASSED
    assert hello.facts["shapes"]["wide"]["version"] == "TLSv1.3"
    assert "wide: this hello was met by a close, and no connection was left" in hello.detail


async def test_an_alert_is_an_answer_and_not_asked_again() -> None:
    async with hosting(rdp(xrdp, context(V.TLSv1_3))) as host:
        await see(host)
        whole = host.connections
        found = await see(host, connections=SWEEP, only=PROBED)
    assert found["tls.certificate"].status is PASSED
    assert host.connections - whole == SWEEP
    assert found["tls.hello"].facts["versions"] == ["TLSv1.3"]
    assert not found["tls.hello"].detail.count("no connection was left")


def choosing(mask: int | None) -> bytes:
    """xrdp as it comes: RDP security is taken as well as TLS."""
    return selected(0, flags=1) if mask == 0 else xrdp(mask)


@pytest.mark.parametrize(("answer", "layer"), [(xrdp, "tls-no-nla"), (choosing, "negotiate")])
async def test_where_no_hello_was_lost_that_connection_tells_whether_rdp_security_is_taken(
    answer: Answers, layer: str
) -> None:
    async with hosting(rdp(answer, context())) as host:
        swept = await see(host, connections=SWEEP, only=PROBED)
        assert host.connections == SWEEP
        whole = await see(host)
    security = [found["rdp.negotiation"].facts["security"] for found in (swept, whole)]
    assert security == [layer, layer]
    assert "tls" not in swept["rdp.negotiation"].facts["answers"]
    assert "tls" in whole["rdp.negotiation"].facts["answers"]
    assert swept["rdp.negotiation"].facts["server"] == "xrdp"


async def test_a_close_that_a_sweep_cannot_ask_again_is_no_refusal() -> None:
    """NLA needs all four connections."""
    serve = dropping(windows_nla, "windows-11", context(highest=V.TLSv1_2))
    async with hosting(serve) as host:
        found = await see(host, connections=SWEEP, only=PROBED)
    hello = found["tls.hello"]
    assert host.connections == SWEEP
    assert found["rdp.negotiation"].facts["security"] == "nla-required"
    assert hello.facts["shapes"]["windows-11"] == {"result": "closed"}
    assert hello.facts["modern_client"] == "unknown"
    assert "windows-11: this hello was met by a close, and no connection was left" in hello.detail
    assert "modern-client" not in derive(list(found.values()))


async def test_a_close_that_the_other_answers_explain_is_a_refusal_in_a_sweep_too() -> None:
    """Schannel closes where it has no suite in common; the wide hello shows which it has."""
    tls = context(highest=V.TLSv1_2)

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if shape_of(hello) != "wide":
            return
        flight = first_flight(tls, hello)
        at = 5 + 4 + 2 + 32
        at += 1 + flight[at]
        await peer.send(flight[:at] + b"\x00\x0a" + flight[at + 2 :])  # 3DES
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host, connections=SWEEP, only=PROBED)
    assert found["tls.hello"].facts["modern_client"] == "refused"
    assert "a suite that such a PC does not offer" in found["tls.hello"].detail


async def test_a_wide_hello_that_a_sweep_cannot_ask_again_is_answered_by_the_full_handshake() -> (
    None
):
    async with hosting(dropping(windows_nla, "wide", context(highest=V.TLSv1_2))) as host:
        found = await see(host, connections=SWEEP, only=PROBED)
    hello = found["tls.hello"]
    assert hello.facts["shapes"]["wide"] == {"result": "server-hello", "version": "TLSv1.2"}
    assert derive(list(found.values()))["tls-hello"] == "server-hello"
    assert found["tls.certificate"].status is PASSED
    assert host.connections == SWEEP
