"""Hosts whose TLS is strange: what they choose, say, or have instead of what is usual."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.evidence import Status
from bot.evidence.findings import derive
from bot.wire.suites import CODES
from tests.probes.loopback import see
from tests.probes.servers import Peer, Secured, Serve, V, context, hosting, rdp, windows_nla
from tests.wire.samples import certificate, first_flight, rsa_key, server_context

BEGINS = datetime.now(UTC) - timedelta(days=10)
DER = certificate("SRV-APP-07", key=rsa_key(), begins=BEGINS)
TICKET = b"\x00\x23\x00\x00"
"""The extension of session tickets, which no hello of ours has and OpenSSL's has."""
ALL_HELLOS = 6
RC4 = "TLS_RSA_WITH_RC4_128_SHA"


def own(lowest: ssl.TLSVersion, highest: ssl.TLSVersion) -> ssl.SSLContext:
    """A context that a test may change."""
    return server_context(DER, rsa_key(), lowest, highest)


def answering(flight: Callable[[bytes], bytes]) -> Serve:
    """A host that chooses TLS and answers each hello with these bytes."""

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        await peer.send(flight(await peer.read()))
        await peer.read()

    return serve


async def test_a_suite_that_nobody_offered_is_no_agreement() -> None:
    def flight(hello: bytes) -> bytes:
        made = bytearray(first_flight(context(highest=V.TLSv1_2), hello))
        if made[:1] == b"\x16":
            at = 5 + 4 + 2 + 32
            at += 1 + made[at]
            made[at : at + 2] = CODES[RC4].to_bytes(2, "big")
        return bytes(made)

    async with hosting(answering(flight)) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.facts["shapes"]["windows-11"]["cipher"] == RC4
    assert hello.facts["modern_client"] == "refused"
    assert f"is answered with TLS 1.2 with {RC4}, which such a PC has not offered" in hello.detail


@pytest.mark.parametrize("version", [V.TLSv1_2, V.TLSv1_3])
async def test_a_curve_that_windows_11_lacks_keeps_it_out(version: ssl.TLSVersion) -> None:
    tls = own(version, version)
    tls.set_ciphers("ECDHE+AESGCM:@SECLEVEL=0")
    tls.set_ecdh_curve("secp521r1")
    async with hosting(rdp(windows_nla, tls)) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.facts["shapes"]["windows-11"] == {"result": "alert:40"}
    assert hello.facts["modern_client"] == "refused"
    assert "its elliptic curve" in hello.detail
    assert found["nla.challenge"].status is Status.PASSED


@pytest.mark.parametrize("curve", ["X448", "brainpoolP384r1", "secp256k1"])
async def test_a_host_of_one_rare_curve_is_seen(curve: str) -> None:
    tls = own(V.TLSv1_2, V.TLSv1_2)
    tls.set_ciphers("ECDHE+AESGCM:@SECLEVEL=0")
    tls.set_ecdh_curve(curve)
    async with hosting(rdp(windows_nla, tls)) as host:
        found = await see(host)
    assert found["tls.hello"].facts["shapes"]["wide"]["result"] == "server-hello"
    assert found["tls.hello"].facts["modern_client"] == "refused"
    assert found["tls.certificate"].status is Status.PASSED


async def test_a_suite_that_only_the_library_knows_is_no_refusal_of_everybody() -> None:
    """No hello of our own making offers it, and yet a whole handshake goes through."""
    tls = own(V.TLSv1_2, V.TLSv1_2)
    tls.set_ciphers("CAMELLIA256-SHA:@SECLEVEL=0")
    async with hosting(rdp(windows_nla, tls)) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.status is Status.PASSED
    assert hello.facts["shapes"]["wide"] == {"result": "server-hello", "version": "TLSv1.2"}
    assert (hello.facts["versions"], hello.facts["modern_client"]) == (["TLSv1.2"], "refused")
    assert "only that of our TLS library: our own limit" in hello.detail
    assert "meets alert 40, while a wider one gets TLS 1.2" in hello.detail
    assert found["tls.certificate"].facts["names"] == ["SRV-APP-07"]
    states = derive(list(found.values()))
    assert (states["ladder"], states["tls-hello"]) == ("ok", "server-hello")


async def test_an_alert_behind_a_server_hello_is_a_refusal() -> None:
    """The host breaks off before its certificate: nobody gets in."""

    def flight(hello: bytes) -> bytes:
        made = first_flight(context(highest=V.TLSv1_2), hello)
        first = 5 + int.from_bytes(made[3:5], "big")
        return made[:first] + b"\x15\x03\x03\x00\x02\x02\x50" if made[:1] == b"\x16" else made

    async with hosting(answering(flight)) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.facts["shapes"]["windows-11"] == {"result": "alert:80"}
    assert hello.facts["modern_client"] == "unknown"
    assert "of which 80 tells of an error inside the host" in hello.detail
    assert derive(list(found.values()))["ladder"] == "tls"


async def test_hellos_that_are_all_dropped_beside_a_handshake_are_asked_again() -> None:
    """One connection of the first is served: it was the one with the whole handshake."""
    dropped = 0

    async def serve(peer: Peer) -> None:
        nonlocal dropped
        await peer.send(windows_nla(await peer.request()))
        await peer.peek()
        peer.kept += await peer.reader.read(65536)
        if TICKET not in peer.kept and dropped < ALL_HELLOS:
            dropped += 1
            return
        await Secured(peer, context()).handshake()
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert dropped == ALL_HELLOS
    assert hello.facts["shapes"]["windows-11"]["result"] == "server-hello"
    assert hello.facts["modern_client"] == "agrees"
    assert "our own limit" not in hello.detail
