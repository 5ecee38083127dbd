import asyncio
from ipaddress import IPv4Address

import pytest

from bot.evidence import Failure, Observation, Status, derive
from bot.probes import PROBES, Target
from bot.probes.run import look
from bot.vantage.base import Address, Lookup, Stream, VantageError
from tests.probes.loopback import LOOPBACK, Loopback, see
from tests.probes.servers import context, hosting, rdp, rdp_only, windows_nla

PASSED, NOT_RUN = Status.PASSED, Status.NOT_RUN
OTHER = IPv4Address("127.0.0.2")


async def test_a_jump_box_that_fails_is_never_the_hosts_fault() -> None:
    vantage = Loopback()
    vantage.session_fault = VantageError(Failure.JUMPBOX_AUTH, "key refused", "auth-refused")
    found = await see(1, vantage)
    session = found.pop("jumpbox.session")
    assert (session.failure, session.facts) == (Failure.JUMPBOX_AUTH, {"state": "auth-refused"})
    assert {observation.status for observation in found.values()} == {NOT_RUN}
    assert set(found) == {name for name in PROBES if "gateway" not in name} - {"jumpbox.session"}
    assert "key refused" in found["nla.challenge"].detail


@pytest.mark.parametrize("first_fault", [1, 3, 6])
async def test_forwarding_that_is_refused_fails_the_session(first_fault: int) -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback()
        fault = VantageError(Failure.JUMPBOX_FORWARDING, "refused", "forwarding-denied")
        vantage.connect_fault = lambda number: fault if number >= first_fault else None
        reports = list[Observation]()
        found = await see(host, vantage, report=reports.append)
    assert found["jumpbox.session"].failure is Failure.JUMPBOX_FORWARDING
    assert found["jumpbox.session"].facts == {"state": "forwarding-denied"}
    if first_fault == 6:
        assert reports[-1] == found["jumpbox.session"]
    if first_fault == 1:
        assert {o.status for name, o in found.items() if name > "k" and name != "name.lookup"} == {
            NOT_RUN
        }


class Choosy(Loopback):
    """A jump box that forwards to some addresses of a name, as ``PermitOpen`` says."""

    def __init__(self, *denied: Address) -> None:
        super().__init__({"srv": Lookup("srv", "ok", (OTHER, LOOPBACK))})
        self.denied = denied

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        if address in self.denied:
            raise VantageError(Failure.JUMPBOX_FORWARDING, "refused", "forwarding-denied")
        return await super().connect(address, port, deadline)


async def test_an_address_that_is_not_forwarded_is_no_fault_where_another_is() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        found = await every(host.port, Choosy(OTHER))
    assert [one.status for one in found if one.probe == "jumpbox.session"] == [PASSED]
    ports = {one.status: one for one in found if one.probe == "port.tcp"}
    assert ports.keys() == {PASSED, NOT_RUN}
    assert ports[NOT_RUN].detail == f"{OTHER} cannot be tried: refused"
    assert derive(found)["ladder"] == "ok"


async def test_an_address_that_refuses_shows_that_the_jump_box_forwards() -> None:
    found = await every(1, Choosy(OTHER))
    assert [one.status for one in found if one.probe == "jumpbox.session"] == [PASSED]
    assert (derive(found)["ladder"], derive(found)["port-state"]) == ("port", "refused")


async def test_no_address_that_is_forwarded_is_a_fault() -> None:
    found = await every(1, Choosy(LOOPBACK, OTHER))
    failures = {one.probe: one.failure for one in found if one.failure is not None}
    assert failures == {"jumpbox.session": Failure.JUMPBOX_FORWARDING}
    assert derive(found)["ladder"] == "unknown"


async def every(port: int, vantage: Loopback) -> list[Observation]:
    """All observations of a look at ``srv``."""
    deadline = asyncio.get_running_loop().time() + 8
    return await look(vantage, Target("srv", port), deadline=deadline, connect_timeout=1.2)


async def test_a_direct_vantage_has_no_session_to_speak_of() -> None:
    async with hosting(rdp(rdp_only)) as host:
        found = await see(host, Loopback(name="direct"), only=frozenset({"port.tcp"}))
    assert set(found) == {"name.lookup", "port.tcp"}


async def test_a_jump_box_that_dies_in_the_middle_is_no_closed_answer() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback()
        vantage.read_fault = VantageError(Failure.JUMPBOX_UNREACHABLE, "lost", "unreachable")
        found = await see(host, vantage)
    assert found["jumpbox.session"].facts == {"state": "unreachable"}
    assert found["port.tcp"].status is Status.PASSED
    for name in ("rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge"):
        assert (found[name].status, found[name].detail) == (NOT_RUN, "the jump box failed: lost")


@pytest.mark.parametrize("late", [False, True])
async def test_a_jump_box_on_the_way_to_this_one_is_named(late: bool) -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback()
        fault = VantageError(Failure.JUMPBOX_UNREACHABLE, "lost", "unreachable", "dmz")
        if late:
            vantage.read_fault = fault
        else:
            vantage.session_fault = fault
        found = await see(host, vantage)
    assert found["jumpbox.session"].facts == {"state": "unreachable", "box": "dmz"}
