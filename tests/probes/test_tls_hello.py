import pytest

from bot.evidence import Failure, Status
from bot.vantage.tcp import DirectStream
from bot.wire.suites import CODES
from tests.probes.loopback import see
from tests.probes.servers import (
    Peer,
    Secured,
    V,
    context,
    hosting,
    rdp,
    rdp_only,
    windows_nla,
    xrdp,
)
from tests.wire.samples import first_flight

TLS13_SUITE = CODES["TLS_AES_128_GCM_SHA256"].to_bytes(2, "big")

PASSED, NOT_RUN = Status.PASSED, Status.NOT_RUN


async def test_tls_that_answers_behind_a_refusal_is_found() -> None:
    async def serve(peer: Peer) -> None:
        if await peer.peek() == b"\x03":
            await rdp(rdp_only)(peer)
        else:
            await Secured(peer, context()).handshake()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.hello"].status is PASSED
    assert "although" in found["tls.hello"].detail
    assert found["tls.certificate"].status is PASSED
    assert found["nla.challenge"].status is NOT_RUN


async def test_a_dead_key_closes_after_every_hello() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.failure is Failure.TLS_CLOSED
    assert {shape["result"] for shape in hello.facts["shapes"].values()} == {"closed"}
    assert hello.facts["modern_client"] == "unknown"
    assert hello.facts["versions"] == []
    assert found["tls.certificate"].status is Status.NOT_RUN
    assert found["nla.challenge"].status is Status.NOT_RUN
    assert "did not agree" in found["nla.challenge"].detail


async def test_plain_bytes_instead_of_tls() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(xrdp(await peer.request()))
        await peer.read()
        await peer.send(b"\x03\x00\x00\x09\x02\xf0\x80\x21\x80")

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.hello"].failure is Failure.TLS_CLOSED
    assert "wide: not a TLS record" in found["tls.hello"].detail
    assert "no form of hello gets an answer that is TLS" in found["tls.hello"].detail
    assert "met by a close" not in found["tls.hello"].detail


async def test_a_hello_that_is_never_answered() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        while await peer.read():
            pass

    async with hosting(serve) as host:
        found = await see(host, connect_timeout=0.2)
    assert found["tls.hello"].failure is Failure.TLS_SILENT
    assert found["tls.hello"].facts["shapes"]["wide"] == {"result": "silent"}


async def test_a_host_that_dislikes_current_clients() -> None:
    """Only hellos with an old suite get an answer, as after a wrong hardening template."""

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if b"\x00\x0a" in hello[44:160] and b"\x13\x01" not in hello:
            await peer.send(first_flight(context(), hello))
            await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.status is Status.PASSED
    assert hello.facts["modern_client"] == "refused"
    assert hello.facts["shapes"]["windows-11"] == {"result": "closed"}
    assert found["tls.certificate"].status is Status.PASSED
    assert "a suite that such a PC does not offer" not in hello.detail
    assert "the hello of a current Windows 11 PC meets a close, while a wider one" in hello.detail


async def test_one_hello_that_stays_unanswered_is_no_refusal() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if TLS13_SUITE in hello[44:160]:
            await peer.read()
        else:
            await peer.send(first_flight(context(highest=V.TLSv1_2), hello))
            await peer.read()

    async with hosting(serve) as host:
        found = (await see(host, connect_timeout=0.6))["tls.hello"]
    assert found.facts["shapes"]["windows-11"] == {"result": "silent"}
    assert found.facts["modern_client"] == "unknown"
    assert "meets silence" in found.detail


async def test_the_suite_on_which_a_current_client_agrees_is_named() -> None:
    async with hosting(rdp(windows_nla, context())) as host:
        found = await see(host)
    assert (
        "a current Windows 11 PC agrees: TLS 1.3 with TLS_AES_256_GCM" in found["tls.hello"].detail
    )


async def dislike_the_unusual(peer: Peer) -> None:
    """A filter on the way lets through only what looks like a common client."""
    await peer.send(windows_nla(await peer.request()))
    hello = await peer.read()
    if TLS13_SUITE in hello[44:160]:
        await peer.send(first_flight(context(highest=V.TLSv1_2), hello))
        await peer.read()


async def test_an_unusual_hello_that_is_disliked_is_no_fault_of_the_host() -> None:
    async with hosting(dislike_the_unusual) as host:
        found = await see(host)
    hello = found["tls.hello"]
    assert hello.status is PASSED
    assert hello.facts["modern_client"] == "agrees"
    assert hello.facts["shapes"]["wide"] == {"result": "closed"}
    assert "dislikes its form" in hello.detail
    assert found["tls.certificate"].facts["names"] == ["SRV-APP-07"]


async def test_a_flight_that_breaks_behind_its_hello_is_an_unreadable_certificate() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        flight = first_flight(context(highest=V.TLSv1_2), await peer.read())
        head = flight.index(b"\x0b\x00", 60)  # the Certificate message, of a length of its own
        await peer.send(flight[: head + 1] + b"\xff\xff\xff" + flight[head + 4 :])
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.hello"].status is PASSED
    assert found["tls.hello"].facts["versions"] == ["TLSv1.2"]
    assert found["tls.certificate"].failure is Failure.CERT_UNREADABLE
    assert "16777215 bytes" in found["tls.certificate"].detail


async def test_a_suite_without_a_name_is_our_own_limit() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        flight = first_flight(context(highest=V.TLSv1_2), hello)
        at = 5 + 4 + 2 + 32
        at += 1 + flight[at]
        await peer.send(flight[:at] + b"\xca\xfe" + flight[at + 2 :])
        await peer.read()

    async with hosting(serve) as host:
        found = await see(host)
    assert found["tls.hello"].facts["modern_client"] == "unknown"
    assert "0xCAFE, which this program cannot name: our own limit" in found["tls.hello"].detail
    assert found["nla.challenge"].status is NOT_RUN
    assert "this program's TLS does not go through with it" in found["nla.challenge"].detail


async def close_after_hello(peer: Peer) -> None:
    await peer.send(windows_nla(await peer.request()))
    await peer.read()


@pytest.mark.parametrize(
    ("ending", "failure"),
    [("reset", Failure.TLS_RESET), ("closed", Failure.TLS_CLOSED), ("half", Failure.TLS_CLOSED),
     ("unknown", Failure.TLS_CLOSED)],
)  # fmt: skip
async def test_a_reset_is_named_where_it_is_known(
    monkeypatch: pytest.MonkeyPatch, ending: str, failure: Failure
) -> None:
    asked = list[float]()

    async def said(self: DirectStream, deadline: float) -> str:
        asked.append(deadline)
        return ending

    monkeypatch.setattr(DirectStream, "ending", said)
    async with hosting(close_after_hello) as host:
        found = await see(host)
    assert found["tls.hello"].failure is failure
    assert len(asked) == 1, "one line tells"
    async with hosting(rdp(windows_nla, context())) as host:
        await see(host)
    assert len(asked) == 1, "a healthy host is not asked"
