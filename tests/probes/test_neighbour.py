"""The neighbour table of a place on the host's own link, while the RDP port stays shut."""

import pytest

from bot.evidence import Failure, Status
from bot.vantage.base import Address, Cannot, Lookup, Means, VantageError
from tests.probes.loopback import BEHIND, LOOPBACK, see
from tests.probes.servers import context, hosting, rdp, windows_nla
from tests.probes.test_host_companions import CLOSED, SHORT, STATES, Beside, hang_up, silent_rdp
from tests.probes.told import Told

MUTE = dict.fromkeys(STATES, "timeout")


def beside(near: str | None, echo: str = "silence") -> tuple[Beside, Told]:
    vantage, means = Beside(echo=echo), Told(near=near)
    vantage.other_means = means
    return vantage, means


@pytest.mark.parametrize("near", ["answers", "absent"])
async def test_what_the_table_says_stands_beside_the_ports(near: str) -> None:
    vantage, means = beside(near)
    facts = await silent_rdp(vantage)
    assert facts == {"ports": MUTE, "ping": "silence", "neighbour": near}
    assert means.asked == [BEHIND]


@pytest.mark.parametrize("near", ["elsewhere", "nonsense", None])
async def test_a_table_that_does_not_know_the_host_is_left_out(near: str | None) -> None:
    vantage, _ = beside(near)
    assert await silent_rdp(vantage) == {"ports": MUTE, "ping": "silence"}


class Later(Told):
    """A table that says one word after the other, and the last for good."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = list(words)

    async def neighbour(self, address: Address, deadline: float) -> str:
        self.asked.append(address)
        return self.words.pop(0) if len(self.words) > 1 else self.words[0]


@pytest.mark.parametrize("last", ["answers", "absent"])
async def test_a_neighbour_that_is_only_remembered_is_asked_for_again(last: str) -> None:
    """The table keeps who was there yesterday until what is sent now has stayed unanswered."""
    vantage, means = Beside(), Later("unsure", "unsure", last)
    vantage.other_means = means
    assert await silent_rdp(vantage) == {"ports": MUTE, "ping": "silence", "neighbour": last}
    assert means.asked == [BEHIND] * 3


async def test_a_memory_that_is_never_put_right_says_nothing() -> None:
    vantage = Beside(names={"srv": Lookup("srv", "ok", (BEHIND,))})
    vantage.other_means = Later("unsure")
    found = await see(CLOSED, vantage, name="srv", connect_timeout=SHORT, seconds=3.0)
    assert found["host.companions"].status is Status.PASSED
    assert found["host.companions"].facts == {"ports": MUTE, "ping": "silence"}


async def test_who_answers_something_else_need_not_be_asked_for_again() -> None:
    vantage, means = Beside(echo="reply"), Later("unsure", "absent")
    vantage.other_means = means
    facts = await silent_rdp(vantage)
    assert facts["neighbour"] == "answers"
    assert means.asked == [BEHIND]


async def test_a_port_that_opens_needs_no_table() -> None:
    vantage, means = beside("answers")
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, vantage)
    assert "neighbour" not in found["host.companions"].facts
    assert not means.asked


@pytest.mark.parametrize(
    "fault", [VantageError(Failure.JUMPBOX_TIMEOUT, "late"), Cannot("no commands")]
)
async def test_a_place_without_a_table_is_no_fault(fault: Exception) -> None:
    class Without(Beside):
        async def means(self, deadline: float) -> Means:
            raise fault

    vantage = Without(names={"srv": Lookup("srv", "ok", (BEHIND,))})
    found = await see(CLOSED, vantage, name="srv", connect_timeout=SHORT)
    assert found["host.companions"].facts == {"ports": MUTE, "ping": "silence"}
    assert found["jumpbox.session"].status is Status.PASSED


async def test_the_table_alone_speaks_where_nothing_else_can_be_tried() -> None:
    def forbid(_address: Address, port: int) -> None:
        if port:
            raise VantageError(Failure.JUMPBOX_FORWARDING, "", "forwarding-denied")

    vantage, _ = beside("absent", echo="unknown")
    vantage.fate = forbid
    found = await see(CLOSED, vantage)
    assert found["host.companions"].facts == {"neighbour": "absent"}


async def test_an_address_that_a_neighbour_has_speaks_for_the_host() -> None:
    """Its ports are out of reach all the same, so the next address is not asked instead."""

    def unreachable(address: Address, _port: int) -> None:
        if address == BEHIND:
            raise VantageError(Failure.TCP_UNREACHABLE)

    async with hosting(hang_up) as smb:
        vantage, means = beside("answers")
        vantage.names = {"srv": Lookup("srv", "ok", (BEHIND, LOOPBACK))}
        vantage.companions, vantage.fate = {445: smb.port}, unreachable
        found = await see(CLOSED, vantage, name="srv", connect_timeout=SHORT)
    assert found["host.companions"].facts["neighbour"] == "answers"
    assert means.asked == [BEHIND]
