from bot.evidence import Failure, Status
from tests.probes.loopback import see
from tests.probes.servers import Peer, Secured, context, hosting, rdp, rdp_only, windows_nla, xrdp
from tests.wire.samples import first_flight

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
    assert "not a TLS record" in found["tls.hello"].detail


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
