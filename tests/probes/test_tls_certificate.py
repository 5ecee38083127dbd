from bot.evidence import Failure, Observation, Status
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


async def test_a_run_that_is_cut_keeps_the_certificate_that_it_has() -> None:
    first = True

    async def serve(peer: Peer) -> None:
        nonlocal first
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if first and hello[:1] == b"\x16" and b"\x13\x01" not in hello[44:160]:
            first = False
            await peer.send(first_flight(context(highest=V.TLSv1_2), hello))
        while await peer.read():
            pass

    reported = list[Observation]()
    async with hosting(serve) as host:
        await see(host, seconds=1.0, report=reported.append)
    shown = [each for each in reported if each.probe == "tls.certificate"]
    assert [each.status for each in shown] == [Status.PASSED]
