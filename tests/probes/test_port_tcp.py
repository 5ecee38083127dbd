import asyncio
from ipaddress import ip_address

import pytest

from bot.desk.sweeping import CONNECTIONS, PROBED
from bot.evidence import Failure, Observation, Status
from bot.evidence.findings import derive
from bot.probes.port_tcp import SILENT_S
from bot.targets import TargetRefused
from bot.vantage.base import Address, Lookup, Stream, VantageError
from tests.probes.loopback import BEHIND, LOOPBACK, Loopback, see
from tests.probes.servers import context, hosting, rdp, windows_nla

PASSED, FAILED, NOT_RUN = Status.PASSED, Status.FAILED, Status.NOT_RUN


class Silent(Loopback):
    """The named addresses are silent, whatever they are."""

    def __init__(self, *silent: Address) -> None:
        super().__init__({"srv": Lookup("srv", "ok", (*silent, LOOPBACK), "srv-app-07")})

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        return await super().connect(LOOPBACK if address == LOOPBACK else BEHIND, port, deadline)


IPV6 = ip_address("2001:db8::7")


async def ports_of(vantage: Loopback) -> list[Observation]:
    reports = list[Observation]()
    async with hosting(rdp(windows_nla, context())) as host:
        await see(host, vantage, name="srv", connect_timeout=60, report=reports.append)
    return [one for one in reports if one.probe == "port.tcp"]


async def test_an_ipv4_address_that_stays_silent_beside_one_that_opens_is_told() -> None:
    opened, silent = await ports_of(Silent(BEHIND))
    assert (opened.status, silent.failure) == (PASSED, Failure.TCP_TIMEOUT)
    assert dict(silent.facts) == {"state": "timeout", "address": str(BEHIND)}
    assert "in which another address of the name opened" in silent.detail
    assert derive([opened, silent])["addresses"] == "one-silent"


async def test_silence_of_ipv6_is_not_judged() -> None:
    """It may be only this place's own."""
    opened, silent = await ports_of(Silent(IPV6))
    assert (opened.status, silent.status) == (PASSED, NOT_RUN)
    assert f"{IPV6} was still silent when everything else was known" in silent.detail


async def test_a_late_answer_is_still_heard() -> None:
    class Late(Silent):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            if address == BEHIND:
                await asyncio.sleep(SILENT_S / 2)
                raise VantageError(Failure.TCP_REFUSED)
            return await super().connect(address, port, deadline)

    _, refused = await ports_of(Late(BEHIND))
    assert refused.failure is Failure.TCP_REFUSED


async def test_the_second_address_opens_and_the_first_holds_nothing_up() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback({"srv": Lookup("srv", "ok", (BEHIND, LOOPBACK), "srv-app-07")})
        reports = list[Observation]()
        found = await see(host, vantage, name="srv", connect_timeout=60, report=reports.append)
    ports = [o for o in reports if o.probe == "port.tcp"]
    assert [o.status for o in ports] == [PASSED, FAILED]
    assert ports[0].facts["address"] == "127.0.0.1"
    assert ports[1].facts["address"] == str(BEHIND)
    known = [one.probe for one in reports[: reports.index(ports[1])]]
    assert {"rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge"} <= set(known)
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


@pytest.mark.parametrize("dead", [0, 2])
async def test_a_sweep_keeps_connections_for_more_than_the_addresses_of_a_name(dead: int) -> None:
    """Of four connections, one an address would leave none for TLS, certificate and sign-in."""
    addresses = (*[BEHIND] * dead, *[LOOPBACK] * 4)
    vantage = Loopback({"srv": Lookup("srv", "ok", addresses, "srv-app-07")})
    reports = list[Observation]()
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(
            host, vantage, name="srv", report=reports.append, connections=CONNECTIONS, only=PROBED
        )
    ports = [one for one in reports if one.probe == "port.tcp"]
    assert [one.status for one in ports].count(NOT_RUN) >= 2
    assert PASSED in {one.status for one in ports}
    assert found["nla.challenge"].status is PASSED
    if not dead:
        assert found["tls.hello"].status is PASSED
        assert found["tls.certificate"].status is PASSED
