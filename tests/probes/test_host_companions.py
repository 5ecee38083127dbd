"""Other ports of a host, over real sockets: the well-known numbers lead to free ports here."""

import asyncio
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

import pytest

from bot.evidence import Failure, Status, derive
from bot.probes.host_companions import PORTS
from bot.targets import TargetRefused
from bot.vantage.base import Address, Lookup, Stream, VantageError
from tests.probes.loopback import BEHIND, LOOPBACK, Loopback, see
from tests.probes.servers import Peer, context, hosting, rdp, windows_nla

CLOSED = 1
"""A port of the loopback where nobody listens."""
SHORT = 1.2
"""A connect timeout that leaves 0.3 s for each companion."""
STATES = {
    "445": "open",
    "135": "refused",
    "5985": "timeout",
    "22": "timeout",
    "443": "timeout",
}


class Beside(Loopback):
    """The RDP port of every host is ``rdp``; a companion that is not named stays silent."""

    def __init__(
        self,
        companions: Mapping[int, int] | None = None,
        echo: str = "silence",
        names: Mapping[str, Lookup] | None = None,
        name: str = "test",
    ) -> None:
        super().__init__(names, name)
        self.companions = companions or {}
        self.echo = echo
        self.knocks = list[tuple[Address, int]]()
        self.pings = list[Address]()
        self.knocked = asyncio.Event()
        self.fate: Callable[[Address, int], None] = lambda _address, _port: None

    async def connect(self, address: Address, port: int, deadline: float) -> Stream:
        if port not in PORTS:
            return await super().connect(address, port, deadline)
        self.knocks.append((address, port))
        self.knocked.set()
        self.fate(address, port)
        where = LOOPBACK if port in self.companions else BEHIND
        return await super().connect(where, self.companions.get(port, port), deadline)

    async def ping(self, address: Address, deadline: float) -> str:
        self.pings.append(address)
        self.fate(address, 0)
        return self.echo


async def hang_up(peer: Peer) -> None:
    """A service that waits until the other side has left."""
    await peer.read()


async def silent_rdp(vantage: Beside) -> dict[str, object]:
    """Look at a host whose RDP port stays silent; the facts of the companions."""
    vantage.names = vantage.names or {"srv": Lookup("srv", "ok", (BEHIND,))}
    found = await see(CLOSED, vantage, name="srv", connect_timeout=SHORT)
    assert found["port.tcp"].failure is Failure.TCP_TIMEOUT
    assert found["host.companions"].status is Status.PASSED
    return dict(found["host.companions"].facts)


async def test_a_host_whose_port_opens_is_left_in_peace() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Beside({445: host.port})
        found = await see(host, vantage)
    assert found["host.companions"].status is Status.NOT_RUN
    assert found["host.companions"].detail == "the RDP port opens"
    assert not vantage.knocks
    assert not vantage.pings


async def test_a_silent_port_beside_one_that_is_open_and_one_that_refuses() -> None:
    heard = list[bytes]()

    async def serve(peer: Peer) -> None:
        heard.append(await peer.read())

    async with hosting(serve) as smb:
        vantage = Beside({445: smb.port, 135: CLOSED}, echo="reply")
        facts = await silent_rdp(vantage)
    assert facts == {"ports": STATES, "ping": "reply"}
    assert heard == [b""], "one connection without a byte"
    assert sorted(port for _, port in vantage.knocks) == sorted(PORTS)
    assert vantage.pings == [BEHIND]
    assert vantage.most_pending <= 3


async def test_nothing_speaks_for_a_host_that_is_off() -> None:
    vantage = Beside()
    facts = await silent_rdp(vantage)
    assert facts == {"ports": dict.fromkeys(STATES, "timeout"), "ping": "silence"}
    assert vantage.most_pending <= 3
    assert len(vantage.knocks) == len(PORTS)


async def test_a_refused_port_needs_no_head_start_and_spends_no_connection() -> None:
    async with hosting(hang_up) as smb:
        vantage = Beside(dict.fromkeys(PORTS, smb.port), echo="unknown")
        found = await see(CLOSED, vantage, connections=3, connect_timeout=60, seconds=60)
    assert found["port.tcp"].failure is Failure.TCP_REFUSED
    assert found["host.companions"].facts == {
        "ports": dict.fromkeys(STATES, "open"),
        "ping": "unknown",
    }
    assert smb.connections == len(PORTS)
    assert derive(list(found.values()))["host-life"] == "answers"


async def test_a_port_that_opens_late_ends_it_and_loses_nothing() -> None:
    class Late(Beside):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            if port not in PORTS:
                try:
                    async with asyncio.timeout_at(deadline):
                        await self.knocked.wait()
                except TimeoutError:
                    raise VantageError(Failure.TCP_TIMEOUT) from None
            return await super().connect(address, port, deadline)

    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Late()
        found = await see(host, vantage, connect_timeout=SHORT)
    assert found.pop("host.companions").detail == "the RDP port opens"
    assert {one.status for one in found.values()} == {Status.PASSED}
    assert host.connections <= 15
    assert len(vantage.knocks) < len(PORTS)


@pytest.mark.parametrize("echo", ["reply", "unknown"])
async def test_a_jump_box_that_forwards_to_rdp_only_is_no_fault(echo: str) -> None:
    def forbid(_address: Address, port: int) -> None:
        if port:
            raise VantageError(Failure.JUMPBOX_FORWARDING, "", "forwarding-denied")

    vantage = Beside(echo=echo)
    vantage.fate = forbid
    found = await see(CLOSED, vantage)
    assert found["jumpbox.session"].status is Status.PASSED
    seen = found["host.companions"]
    if echo == "reply":
        assert seen.facts == {"ping": "reply"}
    else:
        assert seen.status is Status.NOT_RUN
        assert seen.detail == "neither other ports nor a ping can be tried from here"


async def test_a_jump_box_that_failed_is_named() -> None:
    vantage = Beside()
    vantage.connect_fault = lambda _number: VantageError(Failure.JUMPBOX_FORWARDING, "denied")
    found = await see(CLOSED, vantage)
    assert found["host.companions"].status is Status.NOT_RUN
    assert found["host.companions"].detail == "the jump box failed: denied"
    assert not vantage.knocks


FIRST = IPv4Address("192.0.2.9")


@pytest.mark.parametrize(
    "fault", [VantageError(Failure.TCP_UNREACHABLE), TargetRefused(str(FIRST), "deny")]
)
async def test_an_address_out_of_reach_does_not_speak_for_the_other(fault: Exception) -> None:
    def fate(address: Address, port: int) -> None:
        if address == FIRST:
            raise fault

    async with hosting(hang_up) as smb:
        names = {"srv": Lookup("srv", "ok", (FIRST, LOOPBACK))}
        vantage = Beside({445: smb.port}, "silence", names)
        vantage.fate = fate
        found = await see(CLOSED, vantage, name="srv", connect_timeout=SHORT)
    assert found["host.companions"].facts["ports"]["445"] == "open"
    assert smb.connections == 1


async def test_silence_of_every_address_is_told_once() -> None:
    def fate(address: Address, port: int) -> None:
        raise VantageError(Failure.TCP_UNREACHABLE)

    vantage = Beside(names={"srv": Lookup("srv", "ok", (BEHIND, BEHIND))})
    vantage.fate = fate
    facts = await silent_rdp(vantage)
    assert facts["ports"] == dict.fromkeys(STATES, "unreachable")


async def test_where_no_place_is_free_nothing_is_claimed() -> None:
    """Six silent addresses of the RDP port hold every place until the time is over."""
    vantage = Beside(names={"srv": Lookup("srv", "ok", (BEHIND,) * 6)})
    facts = await silent_rdp(vantage)
    assert facts == {"ping": "silence"}
    assert not vantage.knocks
