import asyncio
from collections.abc import Callable

import pytest

from bot.evidence import Failure, Status, derive
from bot.wire.x224 import stranger
from tests.probes.loopback import see
from tests.probes.servers import (
    BARE,
    Peer,
    Secured,
    context,
    hosting,
    rdp,
    rdp_only,
    refused,
    selected,
    windows_nla,
    xrdp,
)

PASSED, NOT_RUN = Status.PASSED, Status.NOT_RUN


@pytest.mark.parametrize(
    ("banner", "who"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "ssh"),
        (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>", "http"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "tls"),
        (b"220 mail ESMTP\r\n", "other"),
        (b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00", "other"),
    ],
)
async def test_another_service_is_named_by_its_first_bytes(banner: bytes, who: str) -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(banner)
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    negotiation = found["rdp.negotiation"]
    assert negotiation.failure is Failure.RDP_NOT_RDP
    assert negotiation.facts["security"] == "not-rdp"
    assert stranger(bytes.fromhex(negotiation.facts["first_bytes"])) == who
    assert found["tls.hello"].status is found["nla.challenge"].status is Status.NOT_RUN
    assert host.connections <= 5


async def test_a_stranger_that_stops_in_the_middle_is_told_from_silence() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(b"+OK")
        await peer.read()
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host, connect_timeout=0.2)
    assert found["rdp.negotiation"].facts["first_bytes"] == b"+OK".hex()


async def test_a_silent_host() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.read():
            pass

    async with hosting(serve) as host:
        found = await see(host, connect_timeout=0.6)
    assert found["rdp.negotiation"].failure is Failure.RDP_SILENT
    assert set(found["rdp.negotiation"].facts["answers"].values()) == {"silent"}
    assert found["tls.hello"].status is found["nla.challenge"].status is Status.NOT_RUN


async def test_a_host_that_closes_at_once() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["rdp.negotiation"].failure is Failure.RDP_CLOSED
    assert host.connections <= 15


async def test_a_host_that_hangs_up_in_the_words_of_its_protocol_is_no_other_service() -> None:
    """X.224's disconnect request, to whatever it is asked."""

    async def serve(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"\x03\x00\x00\x0b\x06\x80\x00\x00\x12\x34\x00")
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["rdp.negotiation"].failure is Failure.RDP_CLOSED
    assert set(found["rdp.negotiation"].facts["answers"].values()) == {"closed"}


async def test_a_host_without_a_certificate() -> None:
    async with hosting(rdp(lambda mask: BARE if mask is None else refused(3))) as host:
        found = await see(host)
    assert found["rdp.negotiation"].failure is Failure.RDP_REFUSED
    assert found["rdp.negotiation"].facts["security"] == "no-certificate"
    assert found["tls.hello"].status is NOT_RUN
    assert host.connections <= 8


async def test_rdp_security_only() -> None:
    async with hosting(rdp(rdp_only)) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["security"] == "rdp-only"
    assert found["rdp.negotiation"].status is PASSED
    for name in ("tls.hello", "tls.certificate", "nla.challenge"):
        assert found[name].status is NOT_RUN
        assert "failure" in found[name].detail
    assert host.connections <= 8


async def test_a_lone_failure_is_asked_again_alone() -> None:
    dropped = list[int]()

    def answer(mask: int | None) -> bytes:
        if mask == 0 and not dropped:
            dropped.append(0)
            return b""
        return windows_nla(mask)

    async def serve(peer: Peer) -> None:
        said = answer(await peer.request())
        if said:
            await peer.send(said)
            await peer.read()

    async with hosting(serve) as host:
        found = await see(host, only=frozenset({"rdp.negotiation"}))
    assert dropped
    assert host.connections == 6
    assert found["rdp.negotiation"].facts["answers"]["rdp"] == "failure:5"


async def test_a_windows_from_before_the_negotiation() -> None:
    async with hosting(rdp(lambda _mask: BARE)) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["security"] == "legacy"
    assert found["rdp.negotiation"].facts["server"] == "windows-legacy"
    assert found["rdp.negotiation"].status is Status.PASSED
    assert "negotiation data" in found["tls.hello"].detail


def gentle_tls(mask: int | None) -> bytes:
    """FreeRDP's server without NLA, and with RDP security."""
    return selected(1 if mask else 0, flags=3, src_ref=0)


def gentle_any(mask: int | None) -> bytes:
    """The same with NLA."""
    return selected({0: 0, 1: 1}.get(mask or 0, 2), flags=3, src_ref=0)


@pytest.mark.parametrize("answer", [gentle_tls, gentle_any])
async def test_a_host_that_is_met_one_by_one_is_asked_for_rdp_security_where_that_decides(
    answer: Callable[[int | None], bytes],
) -> None:
    async with hosting(rdp(answer, context())) as host:
        negotiation = (await see(host))["rdp.negotiation"]
    assert negotiation.facts["answers"]["rdp"] == "selected:rdp"
    assert negotiation.facts["security"] == "negotiate"
    assert host.connections <= 5


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("server", [windows_nla, xrdp])
@pytest.mark.parametrize("silent", [False, True])
async def test_one_dropped_connection_of_many_hides_neither_tls_nor_nla(
    number: int, server: Callable[[int | None], bytes], *, silent: bool
) -> None:
    """Whichever it is: the host has answered others, so it is asked again."""
    count = 0
    whole = rdp(server, context())

    async def serve(peer: Peer) -> None:
        nonlocal count
        count += 1
        if count == number:
            while silent and await peer.read():
                pass
            return
        await whole(peer)

    async with hosting(serve) as host:
        found = await see(host, connect_timeout=0.6 if silent else 4.0)
    answers = found["rdp.negotiation"].facts["answers"]
    assert set(answers) == {"none", "rdp", "tls", "nla", "nla_ex"}
    assert "closed" not in answers.values()
    assert found["tls.hello"].status is found["tls.certificate"].status is PASSED
    assert found["nla.challenge"].status is not NOT_RUN
    assert host.connections <= 15


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize(
    ("server", "layer"),
    [(windows_nla, "nla-required"), (xrdp, "tls-no-nla"), (rdp_only, "rdp-only")],
)
async def test_a_host_that_drops_all_but_a_few_at_a_time_is_read_right(
    most: int, server: Callable[[int | None], bytes], layer: str
) -> None:
    within = 0
    whole = rdp(server, None if server is rdp_only else context())

    async def serve(peer: Peer) -> None:
        nonlocal within
        if within == most:
            return
        within += 1
        try:
            await whole(peer)
        finally:
            within -= 1

    async with hosting(serve) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["security"] == layer
    assert found["rdp.negotiation"].status is PASSED
    assert found["tls.certificate"].status is (NOT_RUN if server is rdp_only else PASSED)
    assert host.connections <= 15


async def test_machines_with_other_settings_behind_one_address_are_noticed() -> None:
    """The offer with NLA is taken by one of them, and refused for want of TLS by the other."""

    def answer(mask: int | None) -> bytes:
        return rdp_only(mask) if mask == 3 else windows_nla(mask)

    async with hosting(rdp(answer, context())) as host:
        found = await see(host)
    negotiation = found["rdp.negotiation"]
    assert negotiation.facts["security"] == "unknown"
    assert "several machines" in negotiation.detail
    states = derive(list(found.values()))
    assert states["ladder"] == "unknown"
    assert "security-layer" not in states


async def test_one_strange_answer_among_good_ones_makes_no_other_service() -> None:
    def answer(mask: int | None) -> bytes:
        return b"\x03\x00\x00\x09\x02\xf0\x80\x68\x00" if mask is None else windows_nla(mask)

    async with hosting(rdp(answer, context())) as host:
        found = await see(host)
    assert found["rdp.negotiation"].status is PASSED
    assert found["rdp.negotiation"].facts["answers"]["none"] == "not-rdp"
    assert found["rdp.negotiation"].facts["security"] == "nla-required"


async def test_of_a_gentle_host_with_tls_all_answers_are_told() -> None:
    """Some are asked for by the hellos and the sign-in, and come later than its own."""

    async def shadow(peer: Peer) -> None:
        mask = await peer.request()
        if mask == 3:
            await asyncio.sleep(0.3)
        await peer.send(selected(1, flags=3, src_ref=0) if mask else refused(1, src_ref=0))
        if mask:
            await Secured(peer, context()).handshake()
            await peer.read()

    async with hosting(shadow) as host:
        found = await see(host, seconds=20.0)
    assert dict(found["rdp.negotiation"].facts["answers"]) == {
        "nla_ex": "selected:tls",
        "nla": "selected:tls",
        "rdp": "failure:1",
    }
