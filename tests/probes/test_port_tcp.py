import asyncio

import pytest

from bot.evidence import Failure, Observation, Status
from bot.targets import TargetRefused
from bot.vantage.base import Address, Lookup, Stream, VantageError
from tests.probes.loopback import BEHIND, LOOPBACK, Loopback, see
from tests.probes.servers import context, hosting, rdp, windows_nla

PASSED, NOT_RUN = Status.PASSED, Status.NOT_RUN


async def test_the_second_address_opens_and_the_dead_one_is_not_waited_for() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback({"srv": Lookup("srv", "ok", (BEHIND, LOOPBACK), "srv-app-07")})
        reports = list[Observation]()
        found = await see(host, vantage, name="srv", connect_timeout=60, report=reports.append)
    ports = [o for o in reports if o.probe == "port.tcp"]
    assert [o.status for o in ports] == [PASSED, NOT_RUN]
    assert ports[0].facts["address"] == "127.0.0.1"
    assert str(BEHIND) in ports[1].detail
    assert found["tls.certificate"].facts["matches_host"] is True
    assert vantage.most_pending <= 3


async def test_every_address_is_reported_when_none_opens() -> None:
    vantage = Loopback({"srv": Lookup("srv", "ok", (BEHIND, BEHIND))})
    vantage.connect_fault = lambda number: (
        VantageError(Failure.TCP_UNREACHABLE) if number == 1 else VantageError(Failure.TCP_TIMEOUT)
    )
    reports = list[Observation]()
    found = await see(1, vantage, name="srv", report=reports.append)
    states = [o.facts["state"] for o in reports if o.probe == "port.tcp"]
    assert states == ["unreachable", "timeout"]
    assert found["rdp.negotiation"].status is NOT_RUN


async def test_addresses_that_the_rules_close_are_not_observations(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Closed(Loopback):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            raise TargetRefused(str(address), "deny")

    for addresses in ((LOOPBACK,), (LOOPBACK, BEHIND)):
        with pytest.raises(TargetRefused):
            await see(1, Closed({"srv": Lookup("srv", "ok", addresses)}), name="srv")
    assert not caplog.records


async def test_one_closed_address_does_not_hide_the_other() -> None:
    class Half(Loopback):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            if address == BEHIND:
                raise TargetRefused(str(address), "deny")
            return await super().connect(address, port, deadline)

    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Half({"srv": Lookup("srv", "ok", (BEHIND, LOOPBACK))})
        found = await see(host, vantage, name="srv")
    assert found["port.tcp"].facts["address"] == str(LOOPBACK)


async def test_an_address_that_stands_twice_leaves_no_attempt_behind() -> None:
    """Some DNS servers and hosts files say the same twice."""
    before = asyncio.all_tasks()
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback({"srv": Lookup("srv", "ok", (BEHIND, BEHIND, LOOPBACK))})
        await see(host, vantage, name="srv", connect_timeout=60)
        assert not vantage.live
        assert not {task for task in asyncio.all_tasks() - before if "_attempt" in repr(task)}
