"""The quality of a path as a run sees it; the arithmetic is in test_samples."""

import asyncio
from typing import Any

import pytest

from bot.evidence import Failure, Observation, Status
from bot.probes.path_quality import FIRST, ORDINARY, SIZES
from bot.targets import Rules
from bot.vantage.base import Address, Echo, Means, Stream, VantageError
from bot.vantage.direct import Direct
from tests.probes.loopback import LOOPBACK, Loopback, see
from tests.probes.servers import context, hosting, rdp, windows_nla
from tests.probes.told import Told, replies, silence

NAME = "path.quality"
ONLY = frozenset({NAME})
AGAIN_S = 1.15
"""A SYN that was sent again; the middle of what counts as that, for a busy machine's sake."""


async def look(means: Told, vantage: Loopback | None = None, **more: Any) -> Observation:
    vantage = vantage or Loopback()
    vantage.other_means = means
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, vantage, **more)
    assert not means.waiting, "a burst was left behind"
    return found[NAME]


async def test_every_handshake_of_the_run_and_the_ordinary_echoes() -> None:
    means = Told(echo=replies(rtt_ms=7.0))
    vantage = Loopback()
    seen = await look(means, vantage)
    assert seen.status is Status.PASSED
    assert seen.facts["method"] == "tcp handshakes and ping"
    assert seen.facts["samples"] == len(vantage.connects) + len(ORDINARY)
    assert seen.facts["loss_pct"] == 0
    assert means.bursts == [(FIRST,), (*ORDINARY, *SIZES)]


async def test_it_costs_no_connection_and_knows_a_single_sample() -> None:
    vantage = Loopback()
    seen = await look(Told(), vantage, only=ONLY)
    assert len(vantage.connects) == 1
    assert seen.facts["samples"] == 1
    assert seen.facts["method"] == "tcp handshakes"
    assert "jitter_ms" not in seen.facts
    assert seen.detail == "no pings: not in this test"


async def test_the_leg_to_the_jump_box_is_taken_off() -> None:
    class Far(Loopback):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            await asyncio.sleep(0.2)
            return await super().connect(address, port, deadline)

    near = await look(Told(leg=0.0), Far(), only=ONLY)
    far = await look(Told(leg=150.0), Far(), only=ONLY)
    gone = await look(Told(leg=10_000.0), Far(), only=ONLY)
    assert near.facts["rtt_ms"]["min"] >= 195
    assert far.facts["rtt_ms"]["min"] >= 45
    assert far.facts["rtt_ms"]["min"] < near.facts["rtt_ms"]["min"]
    assert gone.facts["rtt_ms"]["min"] == 0


async def test_where_the_leg_is_not_known_only_pings_tell() -> None:
    seen = await look(Told(echo=replies(rtt_ms=7.0), leg=None), only=ONLY)
    assert seen.facts["rtt_ms"] == {"min": 7, "median": 7, "p95": 7}
    assert seen.facts["method"] == "ping"
    seen = await look(Told(leg=None), only=ONLY)
    assert seen.status is Status.NOT_RUN


async def test_a_host_that_drops_pings_gets_one_and_nobody_waits_for_it() -> None:
    means = Told(echo=silence)
    seen = await look(means, only=ONLY, connect_timeout=60, seconds=60)
    assert means.bursts == [(FIRST,)]
    assert not seen.detail
    assert seen.facts["method"] == "tcp handshakes"
    assert seen.facts["loss_pct"] == 0


async def test_lost_echoes_are_waited_for_and_counted() -> None:
    def echo(size: int) -> Echo:
        return Echo(size, "silence") if size in list(ORDINARY)[1:4] else replies()(size)

    vantage = Loopback()
    seen = await look(Told(echo=echo), vantage, only=ONLY)
    counted = len(vantage.connects) + len(ORDINARY)
    assert seen.facts["loss_pct"] == round(100 * 3 / counted, 1)


async def test_lost_large_echoes_are_no_loss() -> None:
    seen = await look(Told(echo=replies(1400)), only=ONLY)
    assert seen.facts["loss_pct"] == 0


async def test_a_late_handshake_beside_others_is_named_and_not_counted() -> None:
    class Queue(Loopback):
        """The fourth connection is more than a second late, as behind a short queue."""

        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            fourth = len(self.connects) == 3
            stream = await super().connect(address, port, deadline)
            await asyncio.sleep(AGAIN_S if fourth else 0.0)
            return stream

    seen = await look(Told(echo=replies()), Queue())
    assert seen.facts["loss_pct"] == 0
    assert seen.detail.startswith("1 of ")
    seen = await look(Told(), Queue())
    assert "loss_pct" not in seen.facts, "no echo tells the queue from loss"
    assert seen.detail.startswith("1 of ")


async def test_where_handshakes_were_late_a_lost_echo_is_sent_again() -> None:
    """On a lossy path the first echo may be lost as well, and without it nothing counts loss."""

    class Late(Loopback):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            late = {1: AGAIN_S, 2: 2.0 + AGAIN_S}.get(len(self.connects), 0.0)
            stream = await super().connect(address, port, deadline)
            await asyncio.sleep(late)
            return stream

    lost = list[int]()

    def echo(size: int) -> Echo:
        first = size == FIRST and not lost
        lost.append(size)
        return silence(size) if first else replies()(size)

    means = Told(echo=echo)
    seen = await look(means, Late(), seconds=20)
    assert means.bursts == [(FIRST,), (FIRST,), (*ORDINARY, *SIZES)]
    assert seen.facts["loss_pct"] == 0


async def test_a_late_handshake_alone_is_loss() -> None:
    class Lossy(Loopback):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            stream = await super().connect(address, port, deadline)
            await asyncio.sleep(AGAIN_S)
            return stream

    seen = await look(Told(echo=replies()), Lossy(), only=ONLY)
    assert seen.facts["loss_pct"] == round(100 / (2 + len(ORDINARY)), 1)
    assert seen.facts["method"] == "ping", "a SYN that was sent again measures nothing"


async def test_a_port_that_stays_shut_has_no_path() -> None:
    found = await see(1)
    assert (found[NAME].status, found[NAME].detail) == (Status.NOT_RUN, "the port does not open")


async def test_a_jump_box_that_is_lost_is_named() -> None:
    class Lost(Loopback):
        async def means(self, deadline: float) -> Means:
            raise VantageError(Failure.JUMPBOX_UNREACHABLE, "gone")

    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, Lost())
    for name in (NAME, "path.mtu", "udp.transport"):
        assert (found[name].status, found[name].detail) == (
            Status.NOT_RUN,
            "the jump box failed: gone",
        )
    assert found["nla.challenge"].status is Status.PASSED
    assert found["jumpbox.session"].failure is Failure.JUMPBOX_UNREACHABLE


@pytest.mark.parametrize("failure", [Failure.PROBE_DEADLINE, Failure.JUMPBOX_TIMEOUT])
async def test_a_place_that_is_too_slow_to_ping_is_no_fault(failure: Failure) -> None:
    def late(_size: int) -> Echo:
        raise VantageError(failure, "while running a command")

    async with hosting(rdp(windows_nla, context())) as host:
        vantage = Loopback()
        vantage.other_means = Told(echo=late)
        found = await see(host, vantage)
    assert found["jumpbox.session"].status is Status.PASSED
    assert found[NAME].facts["method"] == "tcp handshakes"


async def test_the_deadline_leaves_what_is_known() -> None:
    """The burst hangs, and so does the host: what was measured is told all the same."""
    means = Told(echo=replies(), hang=frozenset({"echoes"}))
    async with hosting(rdp(windows_nla)) as host:
        vantage = Loopback()
        vantage.other_means = means
        found = await see(host, vantage, seconds=1.0)
    assert found[NAME].status is Status.PASSED
    assert not means.waiting


async def test_the_loopback_answers_the_pings_of_this_machine() -> None:
    class Real(Loopback):
        async def means(self, deadline: float) -> Means:
            return await Direct(Rules.exactly(str(LOOPBACK))).means(deadline)

    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host, Real())
    seen = found[NAME]
    assert seen.facts["loss_pct"] == 0
    assert seen.facts["samples"] >= host.connections - 2
    assert found["path.mtu"].facts["verdict"] in {"full", "unknown"}  # by what is installed here
