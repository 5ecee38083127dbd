"""Whole looks at real servers: what the observations of one host say together."""

import asyncio
import logging

import pytest

from bot.evidence import Failure, Observation, Status, derive
from bot.probes import PROBES, Target
from bot.probes.run import look
from bot.targets import TargetRefused
from bot.vantage.base import Cannot, Lookup
from tests.probes.loopback import LOOPBACK, Loopback, see
from tests.probes.servers import Peer, V, context, hosting, rdp, rdp_only, windows_nla, xrdp

PASSED, NOT_RUN = Status.PASSED, Status.NOT_RUN


def statuses(found: dict[str, Observation]) -> dict[str, str]:
    return {
        name: observation.failure.value if observation.failure else observation.status.value
        for name, observation in found.items()
    }


async def test_a_healthy_windows_host() -> None:
    seen = list[bytes]()
    async with hosting(rdp(windows_nla, context(), seen=seen)) as host:
        vantage = Loopback()
        found = await see(host, vantage)
    beside = found.pop("host.companions")
    assert (beside.status, beside.detail) == (NOT_RUN, "the RDP port opens")
    assert set(statuses(found).values()) == {"passed"}
    assert found["rdp.negotiation"].facts == {
        "answers": {
            "nla_ex": "selected:nla_ex",
            "tls": "failure:5",
            "rdp": "failure:5",
            "none": "bare",
            "nla": "selected:nla",
        },
        "security": "nla-required",
        "server": "windows",
        "flags": 0x1F,
    }
    hello = found["tls.hello"].facts
    assert hello["versions"] == ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    assert hello["modern_client"] == "agrees"
    assert set(hello["shapes"]) == {
        "wide", "windows-11", "tls10", "tls11", "tls12", "tls13", "rsa-cbc",
    }  # fmt: skip
    assert hello["shapes"]["wide"]["version"] == "TLSv1.2"
    assert found["tls.certificate"].facts["names"] == ["SRV-APP-07"]
    nla = found["nla.challenge"].facts
    assert (nla["computer"], nla["os_build"], nla["patched"]) == ("SRV-APP-07", 17763, True)
    assert abs(nla["clock_skew_s"]) < 60
    assert 0 <= nla["clock_skew_error_s"] < 60
    assert host.connections == len(vantage.connects) == 10
    assert vantage.most_pending <= 3
    assert len(seen) == 1
    assert b"NTLMSSP\0\x01" in seen[0]
    assert b"NTLMSSP\0\x03" not in seen[0]


async def test_xrdp_has_tls_and_no_nla() -> None:
    async with hosting(rdp(xrdp, context(V.TLSv1_2, V.TLSv1_2))) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["security"] == "tls-no-nla"
    assert found["rdp.negotiation"].facts["server"] == "xrdp"
    assert found["nla.challenge"].failure is Failure.NLA_NOT_OFFERED
    assert found["tls.hello"].facts["versions"] == ["TLSv1.2"]
    assert found["tls.hello"].facts["shapes"]["tls10"] == {"result": "alert:70"}
    assert found["tls.certificate"].status is PASSED


async def test_a_closed_port_stops_everything_behind_it() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, str(LOOPBACK), 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    found = await see(port)
    assert found["port.tcp"].failure is Failure.TCP_REFUSED
    assert found["port.tcp"].facts == {"state": "refused", "address": "127.0.0.1"}
    for name in ("rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge"):
        assert (found[name].status, found[name].detail) == (NOT_RUN, "the port does not open")


async def test_a_name_that_the_vantage_does_not_know() -> None:
    said = "resolver 192.0.2.53 says that it does not exist; asked for srv.corp.example, srv"
    vantage = Loopback({"srv": Lookup("srv", "nxdomain", resolver="192.0.2.53", detail=said)})
    found = await see(1, vantage, name="srv")
    assert found["name.lookup"].failure is Failure.NAME_NOT_FOUND
    assert found["name.lookup"].facts["resolver"] == "192.0.2.53"
    assert found["name.lookup"].detail == said
    assert found["jumpbox.session"].facts == {"state": "ok", "connect_ms": 3.5}
    assert {found[name].status for name in PROBES if "gateway" not in name} >= {NOT_RUN}
    assert found["port.tcp"].detail == "the name has no address here"
    assert not vantage.connects


async def test_a_place_that_does_not_tell_whom_it_asks_says_nothing_of_the_name() -> None:
    class Without(Loopback):
        async def lookup(self, name: str, deadline: float) -> Lookup:
            raise Cannot("jump box dc1 does not tell its resolver")

    target = Target("srv", 3389, Target("gate", 443))
    deadline = asyncio.get_running_loop().time() + 8
    found = {one.probe: one for one in await look(Without(), target, deadline=deadline)}
    rest = {name: one for name, one in found.items() if name != "jumpbox.session"}
    assert {"name.lookup", "gateway.tcp", "port.tcp", "host.companions"} <= rest.keys()
    assert {(one.status, one.detail) for one in rest.values()} == {
        (Status.NOT_RUN, "jump box dc1 does not tell its resolver")
    }
    assert found["jumpbox.session"].status is Status.PASSED
    assert derive([*found.values()]) == {"ladder": "unknown", "jumpbox": "ok"}


async def test_only_the_named_probes_and_their_needs_run() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, only=frozenset({"nla.challenge"}))
    assert set(found) == {
        "jumpbox.session", "name.lookup", "port.tcp", "rdp.negotiation", "nla.challenge",
    }  # fmt: skip
    assert found["nla.challenge"].status is PASSED
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, only=frozenset({"port.tcp"}))
    assert host.connections == 1
    assert statuses(found)["port.tcp"] == "passed"


async def test_a_sweep_learns_the_most_from_four_connections() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, connections=4)
    assert host.connections == 4
    assert found["rdp.negotiation"].facts["security"] == "nla-required"
    assert found["tls.hello"].facts["versions"] == ["TLSv1.2", "TLSv1.3"]
    assert found["tls.hello"].facts["modern_client"] == "agrees"
    assert found["tls.certificate"].status is PASSED
    assert found["nla.challenge"].status is PASSED


async def test_a_sweep_knows_rdp_security_without_asking_for_it() -> None:
    async with hosting(rdp(rdp_only)) as host:
        found = await see(host, connections=3)
    assert host.connections == 3
    negotiation = found["rdp.negotiation"]
    assert "rdp" not in negotiation.facts["answers"]
    assert (negotiation.status, negotiation.facts["security"]) == (PASSED, "rdp-only")


async def test_observations_are_reported_once_and_as_soon_as_they_are_known() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        reports = list[Observation]()
        deadline = asyncio.get_running_loop().time() + 8
        found = await look(
            Loopback(), Target("127.0.0.1", host.port), deadline=deadline, report=reports.append
        )
    assert reports == found
    assert {observation.vantage for observation in found} == {"test"}
    order = [observation.probe for observation in found]
    assert order.index("name.lookup") < order.index("port.tcp") < order.index("tls.certificate")
    assert order.index("tls.certificate") < order.index("tls.hello")


async def test_a_refused_target_is_not_an_observation() -> None:
    class Closed(Loopback):
        async def lookup(self, name: str, deadline: float) -> Lookup:
            raise TargetRefused(name, "deny")

    with pytest.raises(TargetRefused):
        await see(1, Closed())


async def test_an_unexpected_error_stays_within_its_probe(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.probes.tls_certificate.certificate_facts", broken)
    async with hosting(rdp(windows_nla, context())) as host:
        with caplog.at_level(logging.ERROR):
            found = await see(host)
    assert found["tls.certificate"].failure is Failure.PROBE_INTERNAL
    assert found["nla.challenge"].status is PASSED
    assert "ZeroDivisionError" in caplog.text


async def test_cancelling_leaves_nothing_open() -> None:
    reached = asyncio.Event()

    async def serve(peer: Peer) -> None:
        await peer.request()
        reached.set()
        await peer.read()

    async with hosting(serve) as host:
        vantage = Loopback()
        deadline = asyncio.get_running_loop().time() + 60
        target = Target("127.0.0.1", host.port)
        running = asyncio.create_task(look(vantage, target, deadline=deadline))
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not vantage.live
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "probe" in repr(task)]


async def test_the_deadline_cuts_what_is_still_at_work() -> None:
    class Slow(Loopback):
        async def lookup(self, name: str, deadline: float) -> Lookup:
            await asyncio.sleep(3600)
            raise AssertionError

    found = await see(1, Slow(), seconds=0.2)
    assert found["name.lookup"].failure is Failure.PROBE_DEADLINE
    assert found["port.tcp"].status is NOT_RUN
    assert found["jumpbox.session"].status is PASSED


async def test_one_byte_at_a_time_is_the_same_answer() -> None:
    class Dripping(Peer):
        async def send(self, data: bytes) -> None:
            for byte in data:
                self.writer.write(bytes((byte,)))
                await self.writer.drain()
                await asyncio.sleep(0)

    async def serve(peer: Peer) -> None:
        await rdp(windows_nla, context())(Dripping(peer.reader, peer.writer))

    async with hosting(serve) as host:
        found = await see(host)
    assert {name for name, one in found.items() if one.status is not PASSED} == {"host.companions"}
