"""Packet sizes: each verdict from real servers and told means; the table is in test_packets."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.evidence import Failure, Observation, Status
from bot.probes.conduct import MOST_CONNECTIONS
from bot.probes.path_mtu import LENGTH
from bot.probes.talk import COOKIE
from bot.vantage.base import Socket, VantageError
from bot.wire.x224 import REQUESTS, connection_request
from tests.probes.holes import hello_lengths, swallow
from tests.probes.loopback import Loopback, see
from tests.probes.servers import (
    Peer,
    Serve,
    V,
    context,
    gnome,
    hosting,
    rdp,
    rdp_only,
    windows_nla,
    xrdp,
)
from tests.probes.told import Told, replies, silence, told_of

NAME = "path.mtu"
HEAD = len(connection_request(REQUESTS["nla"], COOKIE))
SENT = HEAD + LENGTH
SHORT = {"connect_timeout": 0.8}
"""Of a host that stays silent, little is waited for: 0.6 s for the large hello."""
PATIENT = {"connect_timeout": 2.4}
"""TCP is looked at after a second, and again at the end after 1.8 s."""
TAKEN = Socket(1448, 1448, 1500, bytes_acked=SENT + 1)
CLAMPED = Socket(1388, 1448, 1500, bytes_acked=SENT + 1)
SWALLOWED = Socket(
    1448, 1448, 1500, unacked=3, sacked=1, lost=2, retrans=5, backoff=3, bytes_acked=HEAD + 1
)
NOISE = (Socket(536, 1448, 576, bytes_acked=99_999), Socket(None, bytes_acked=HEAD + 200))
healthy = rdp(windows_nla, context())


async def look(serve: Serve, means: Told, **more: Any) -> tuple[Observation, Loopback]:
    vantage = Loopback()
    vantage.other_means = means
    async with hosting(serve) as host:
        found = await see(host, vantage, **more)
    assert not means.waiting
    assert vantage.ports.count(host.port) <= MOST_CONNECTIONS
    assert vantage.most_pending <= 3
    return found[NAME], vantage


def seen(*sockets: Socket) -> Callable[[], tuple[Socket, ...]]:
    return lambda: (*NOISE, *sockets)


async def test_one_hello_of_three_thousand_bytes_comes_last() -> None:
    heard = list[int]()
    found, _ = await look(hello_lengths(healthy, heard), Told(echo=replies()))
    assert heard.count(LENGTH) == 1
    assert heard.index(LENGTH) > 1, "the certificate and the challenge go first"
    assert max(set(heard) - {LENGTH}) < 1000
    assert found.facts == {"verdict": "full", "mtu": 1500, "tested_bytes": 1500}


async def test_full_by_the_kernel_where_pings_are_dropped() -> None:
    means = Told(echo=silence, sight=seen(TAKEN))
    found, _ = await look(healthy, means)
    assert (found.status, found.facts["verdict"], found.facts["mtu"]) == (
        Status.PASSED,
        "full",
        1500,
    )
    assert "upstream tested to 1500 bytes" in found.detail
    assert "downstream an answer of" in found.detail
    assert means.looks == 1


async def test_tcp_is_not_asked_when_a_whole_packet_came_back() -> None:
    means = Told(echo=replies(), sight=seen(CLAMPED))
    found, _ = await look(healthy, means)
    assert found.facts["verdict"] == "full"
    assert means.looks == 0


async def test_smaller_by_the_kernel_and_the_clamp_is_named() -> None:
    found, _ = await look(healthy, Told(sight=seen(CLAMPED)))
    assert found.facts == {"verdict": "smaller", "mtu": 1440, "tested_bytes": 1440}
    assert "segments of 1388 bytes (ours: 1448)" in found.detail


async def test_smaller_by_a_router() -> None:
    found, _ = await look(healthy, Told(echo=told_of(1400)))
    assert found.facts == {"verdict": "smaller", "mtu": 1400, "tested_bytes": 1500}


async def test_unknown_where_nothing_but_an_answer_is_seen() -> None:
    found, _ = await look(healthy, Told())
    assert (found.status, found.facts) == (Status.PASSED, {"verdict": "unknown"})
    assert "none vanish on the way there" in found.detail
    assert "cannot be seen from here (not in this test)" in found.detail


async def test_a_black_hole_on_the_way_there_by_the_kernel() -> None:
    means = Told(echo=silence, sight=seen(SWALLOWED))
    found, _ = await look(swallow(1500), means, **PATIENT)
    assert (found.status, found.failure) == (Status.FAILED, Failure.PATH_BLACK_HOLE)
    assert found.facts == {"verdict": "black-hole", "tested_bytes": 1500}
    assert means.looks == 1, "the first look is enough"


async def test_a_black_hole_on_the_way_there_by_echoes() -> None:
    found, _ = await look(swallow(1500), Told(echo=replies(1400)), **SHORT)
    assert found.failure is Failure.PATH_BLACK_HOLE
    assert found.facts == {"verdict": "black-hole", "mtu": 1400, "tested_bytes": 1500}


@pytest.mark.parametrize("sight", [None, seen(TAKEN)], ids=["no ss", "ss"])
async def test_a_black_hole_on_the_way_back(
    sight: Callable[[], tuple[Socket, ...]] | None,
) -> None:
    """X.224 is fine, no hello of any shape is answered, and large echoes vanish."""
    vantage = Loopback()
    vantage.other_means = Told(echo=replies(576), sight=sight)
    async with hosting(swallow(0)) as host:
        found = await see(host, vantage, seconds=12, **SHORT)  # type: ignore[arg-type]
    assert found["tls.hello"].failure is Failure.TLS_SILENT
    assert found[NAME].failure is Failure.PATH_BLACK_HOLE
    assert found[NAME].facts["mtu"] == 576
    assert ("from the host" in found[NAME].detail) == (sight is not None)
    assert vantage.ports.count(host.port) <= MOST_CONNECTIONS


async def test_a_host_that_answers_no_hello_is_no_black_hole() -> None:
    found, _ = await look(swallow(0), Told(echo=replies()), seconds=12, **SHORT)
    assert found.facts["verdict"] == "full"
    found, _ = await look(swallow(0), Told(echo=silence), seconds=12, **SHORT)
    assert found.facts["verdict"] == "unknown"


async def test_a_host_that_dislikes_large_hellos_is_no_black_hole() -> None:
    means = Told(echo=silence, sight=seen(TAKEN))
    found, _ = await look(swallow(1500), means, **PATIENT)
    assert (found.status, found.facts["verdict"]) == (Status.PASSED, "unknown")
    assert "dislikes it; no packet was lost" in found.detail
    assert means.looks == 2, "at first and at last"


async def test_one_silent_connection_alone_is_no_black_hole() -> None:
    found, _ = await look(swallow(1500), Told(), **SHORT)
    assert found.facts == {"verdict": "unknown"}
    assert "nothing else tells why" in found.detail


async def test_a_connection_that_is_closed_proves_nothing() -> None:
    found, _ = await look(swallow(1500, closes=True), Told(), **SHORT)
    assert found.facts == {"verdict": "unknown"}
    assert "closed after a hello" in found.detail


async def test_a_look_at_tcp_that_is_late_is_no_fault_and_no_witness() -> None:
    def late() -> tuple[Socket, ...]:
        raise VantageError(Failure.JUMPBOX_TIMEOUT, "while running a command")

    async with hosting(healthy) as host:
        vantage = Loopback()
        vantage.other_means = Told(sight=late)
        found = await see(host, vantage)
    assert found[NAME].facts == {"verdict": "unknown"}
    assert found["jumpbox.session"].status is Status.PASSED


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (rdp(rdp_only), "the host refused TLS in the negotiation (failure 2)"),
        (rdp(gnome, context()), "met one by one"),
    ],
    ids=["no TLS", "GNOME"],
)
async def test_where_no_large_hello_is_sent_echoes_tell(serve: Serve, reason: str) -> None:
    heard = list[int]()
    found, _ = await look(hello_lengths(serve, heard), Told(echo=replies()))
    assert found.facts["verdict"] == "full"
    found, _ = await look(hello_lengths(serve, heard), Told())
    assert found.status is Status.NOT_RUN
    assert reason in found.detail
    found, _ = await look(hello_lengths(serve, heard), Told(echo=replies(1400)))
    assert found.facts == {"verdict": "unknown", "tested_bytes": 1400}
    assert LENGTH not in heard


async def test_a_host_that_closes_on_every_hello_gets_no_large_one() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        await peer.exactly(5)

    found, _ = await look(serve, Told())
    assert found.status is Status.NOT_RUN
    assert "no short hello was answered" in found.detail


async def test_without_a_connection_left_echoes_tell() -> None:
    found, vantage = await look(healthy, Told(echo=replies()), connections=4)
    assert len(vantage.connects) == 4
    assert found.facts["verdict"] == "full"
    found, vantage = await look(healthy, Told(), connections=4)
    assert "limit of 4 connections" in found.detail
    assert found.status is Status.NOT_RUN


async def test_a_host_of_tls_13_only_answers_with_an_alert_and_that_counts() -> None:
    found, _ = await look(rdp(xrdp, context(V.TLSv1_3, V.TLSv1_3)), Told(sight=seen(TAKEN)))
    assert found.facts["verdict"] == "full"


async def test_nobody_waits_for_echoes_that_do_not_come() -> None:
    """TCP has told enough, and the first echo is still out: the run is over."""
    means = Told(echo=silence, sight=seen(TAKEN))
    async with asyncio.timeout(30):
        found, _ = await look(healthy, means, connect_timeout=240, seconds=240)
    assert found.facts["verdict"] == "full"


async def test_a_burst_that_is_under_way_is_waited_for() -> None:
    found, _ = await look(healthy, Told(echo=replies(1400), sight=seen(TAKEN)))
    assert found.facts == {"verdict": "unknown", "tested_bytes": 1500}
    assert "large echoes are lost" in found.detail
