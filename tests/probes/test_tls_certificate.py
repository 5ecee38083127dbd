import asyncio
from datetime import UTC, datetime, timedelta

from bot.evidence import Failure, Observation, Status
from bot.vantage.base import Address, Stream, VantageError
from tests.probes.loopback import Loopback, see
from tests.probes.servers import Peer, V, context, hosting, rdp, windows_nla, xrdp
from tests.wire.samples import certificate, ec_key, first_flight, server_context


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


async def test_a_certificate_beyond_all_measure_is_unreadable_inside_tls_13_too() -> None:
    key = ec_key()
    many = [f"srv-{number:06}.corp.example" for number in range(9000)]
    begins = datetime.now(UTC) - timedelta(days=1)
    der = certificate("srv", names=many, key=key, begins=begins)
    for answer in (windows_nla, xrdp):
        async with hosting(rdp(answer, server_context(der, key, V.TLSv1_3, V.TLSv1_3))) as host:
            found = await see(host)
        assert found["tls.certificate"].failure is Failure.CERT_UNREADABLE
        assert found["tls.hello"].facts["versions"] == ["TLSv1.3"]


class Stuck(Loopback):
    """A place that, once told so, lets its deadlines pass instead of saying that they did."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = False

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        stream = await super().connect(address, port, deadline)
        read = stream.read

        async def late(limit: int, deadline: float) -> bytes:
            try:
                return await read(limit, deadline)
            except VantageError:
                await asyncio.sleep(60 if self.stuck else 0)
                raise

        stream.read = late  # type: ignore[method-assign]
        return stream


async def test_a_run_that_is_cut_keeps_the_certificate_that_it_has() -> None:
    vantage, reported = Stuck(), list[Observation]()

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if hello[:1] == b"\x16" and not vantage.stuck:
            await peer.send(first_flight(context(highest=V.TLSv1_2), hello))
        while await peer.read():
            pass

    def report(observation: Observation) -> None:
        reported.append(observation)
        vantage.stuck = vantage.stuck or observation.probe == "tls.certificate"

    async with hosting(serve) as host:
        await see(host, vantage, seconds=1.0, report=report)
    shown = [each for each in reported if each.probe == "tls.certificate"]
    assert [each.status for each in shown] == [Status.PASSED]
    assert Failure.PROBE_DEADLINE in [each.failure for each in reported]
