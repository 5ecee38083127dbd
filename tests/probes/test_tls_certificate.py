from bot.evidence import Failure, Status
from tests.probes.loopback import see
from tests.probes.servers import Peer, V, context, hosting, rdp, windows_nla, xrdp
from tests.wire.samples import first_flight


async def test_a_host_with_tls_13_only_still_shows_its_certificate() -> None:
    for answer in (windows_nla, xrdp):
        async with hosting(rdp(answer, context(V.TLSv1_3, V.TLSv1_3))) as host:
            found = await see(host)
        assert found["tls.certificate"].facts["names"] == ["SRV-APP-07"]
        assert found["tls.hello"].facts["versions"] == ["TLSv1.3"]
        assert found["tls.hello"].facts["shapes"]["wide"]["result"] == "server-hello"
        assert host.connections <= 15


async def test_a_broken_certificate_is_a_finding() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        flight = first_flight(context(), await peer.read())
        at = flight.find(b"\x30\x82")
        await peer.send(flight[:at] + b"\x31\x82" + flight[at + 2 :])
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.certificate"].failure is Failure.CERT_UNREADABLE
    assert found["tls.hello"].status is Status.PASSED
