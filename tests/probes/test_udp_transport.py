"""RDP over UDP: one datagram, and only a proper answer to it counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.evidence import Failure, Observation, Status
from bot.evidence.findings import derive, ladders
from bot.targets import Rules
from bot.vantage.base import Datagram, Means, VantageError
from bot.vantage.direct import Direct
from tests.probes.loopback import LOOPBACK, Loopback, see
from tests.probes.servers import context, gnome, hosting, rdp, windows_nla
from tests.probes.told import Answer, Told, replies, syn_ack

NAME = "udp.transport"
ONLY = frozenset({NAME})


async def ask(answer: Answer | None, **more: Any) -> tuple[Observation, Told]:
    """The observation of a host whose TCP port opens, and what its place was asked."""
    means = Told(answer=answer)
    vantage = Loopback()
    vantage.other_means = means
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, vantage, only=ONLY, **more)
        assert all(address == LOOPBACK for address, _, _ in means.datagrams)
        assert all(port == host.port for _, port, _ in means.datagrams)
    assert not means.waiting
    return found[NAME], means


async def test_a_syn_ack_to_our_number_is_an_answer() -> None:
    seen, means = await ask(syn_ack)
    assert (seen.status, seen.facts) == (Status.PASSED, {"state": "answers"})
    assert seen.detail == "a datagram of 1232 bytes came back"
    ((_, _, payload),) = means.datagrams
    assert len(payload) == 1232


async def test_each_look_has_a_number_of_its_own() -> None:
    numbers = {(await ask(syn_ack))[1].datagrams[0][2][8:12] for _ in range(3)}
    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("state", "failure"), [("refused", Failure.UDP_REFUSED), ("silent", Failure.UDP_SILENT)]
)
async def test_no_answer_is_information_and_nothing_more(state: str, failure: Failure) -> None:
    means = Told(echo=replies(), answer=lambda _: Datagram(state))
    vantage = Loopback()
    vantage.other_means = means
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, vantage)
    seen = found[NAME]
    assert (seen.status, seen.failure, seen.facts) == (Status.FAILED, failure, {"state": state})
    assert len(means.datagrams) == 1, "nobody is asked twice"
    without = [one for name, one in found.items() if name != NAME]
    assert ladders(list(found.values())) == ladders(without) == {"test": "ok"}
    assert derive(without).items() <= derive(list(found.values())).items()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        bytes(1232),
        syn_ack(bytes(1232)).data,  # to another number
        bytes.fromhex("ffffffff040000010000000704d004d0").ljust(1232, b"\0"),
    ],
    ids=["empty", "text", "zeros", "another number", "a SYN"],
)
async def test_anything_else_is_no_answer(data: bytes) -> None:
    seen, _ = await ask(lambda _: Datagram("answers", data))
    assert (seen.failure, dict(seen.facts)) == (Failure.PROBE_MALFORMED, {})


async def test_our_own_datagram_that_comes_back_is_no_answer() -> None:
    seen, _ = await ask(lambda payload: Datagram("answers", payload))
    assert seen.failure is Failure.PROBE_MALFORMED


async def test_a_place_that_sends_no_datagrams() -> None:
    seen, _ = await ask(None)
    assert (seen.status, seen.detail) == (Status.NOT_RUN, "not in this test")


@pytest.mark.parametrize("failure", [Failure.PROBE_DEADLINE, Failure.JUMPBOX_TIMEOUT])
async def test_a_place_that_is_late_is_no_silence_of_the_host(failure: Failure) -> None:
    def late(_payload: bytes) -> Datagram:
        raise VantageError(failure, "while running a command")

    means = Told(answer=late)
    vantage = Loopback()
    vantage.other_means = means
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, vantage, only=ONLY)
    assert found[NAME].status is Status.NOT_RUN
    assert found["jumpbox.session"].status is Status.PASSED


async def test_nothing_is_sent_while_the_port_stays_shut() -> None:
    means = Told(answer=syn_ack)
    vantage = Loopback()
    vantage.other_means = means
    found = await see(1, vantage)
    assert (found[NAME].status, found[NAME].detail) == (Status.NOT_RUN, "the port does not open")
    assert not means.datagrams
    assert not means.bursts


async def test_gnome_gets_its_one_datagram_too() -> None:
    means = Told(answer=syn_ack)
    vantage = Loopback()
    vantage.other_means = means
    async with hosting(rdp(gnome, context())) as host:
        found = await see(host, vantage)
    assert found[NAME].facts == {"state": "answers"}
    assert len(means.datagrams) == 1
    assert host.connections == 4


class Listener(asyncio.DatagramProtocol):
    """A real UDP socket that counts, and answers when it is told to."""

    def __init__(self, answers: bool) -> None:
        self.answers, self.heard = answers, list[bytes]()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.append(data)
        if self.answers:
            self.transport.sendto(syn_ack(data).data, addr)


@asynccontextmanager
async def listening(port: int, *, answers: bool) -> AsyncIterator[Listener]:
    loop = asyncio.get_running_loop()
    transport, listener = await loop.create_datagram_endpoint(
        lambda: Listener(answers), local_addr=(str(LOOPBACK), port)
    )
    try:
        yield listener
    finally:
        transport.close()


class Real(Loopback):
    """The means of this machine."""

    async def means(self, deadline: float) -> Means:
        return await Direct(Rules.exactly(str(LOOPBACK))).means(deadline)


@pytest.mark.parametrize("answers", [True, False])
async def test_a_real_socket_hears_exactly_one_datagram(answers: bool) -> None:
    async with (
        hosting(rdp(windows_nla, context())) as host,
        listening(host.port, answers=answers) as listener,
    ):
        found = await see(host, Real())
    assert len(listener.heard) == 1
    assert found[NAME].facts == {"state": "answers" if answers else "silent"}


async def test_a_port_without_a_socket_refuses() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, Real())
    assert found[NAME].facts == {"state": "refused"}
