"""The three looks at an RD Gateway, over real sockets and real TLS."""

import asyncio
import ssl
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bot.evidence import Failure, Observation, Status
from bot.lab.behaviour import HEALTHY
from bot.lab.certificates import root, server_context, web_context
from bot.probes import Target
from bot.probes.run import look
from bot.targets import TargetRefused
from bot.vantage.base import Address, Lookup, Stream, VantageError
from bot.vantage.trust import Distrusted
from tests.probes.loopback import BEHIND, LOOPBACK, Loopback
from tests.probes.servers import Peer, Secured, Serve, hosting

NAME = "rdg.lab.example"
CLOSED = 1
"""A port of the loopback where nobody listens."""
ASKS = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n\r\n"
GATEWAY = ("gateway.tcp", "gateway.tls", "gateway.http")


@pytest.fixture(autouse=True)
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that trusts the lab's authority and nobody else."""
    path = tmp_path / "roots.pem"
    path.write_bytes(root())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return path


class Gateway:
    """A TLS server that keeps what it is sent and gives one answer; None hangs up."""

    def __init__(self, answer: bytes | None = ASKS, context: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.context = context or web_context(NAME, (-1, 30))
        self.heard = list[bytes]()

    async def __call__(self, peer: Peer) -> None:
        tls = Secured(peer, self.context)
        await tls.handshake()
        self.heard.append(await tls.read())
        if self.answer is not None:
            await tls.send(self.answer)
            self.heard.append(await tls.read())


class Aside(Loopback):
    """The RDP port refuses; the gateway's name leads to the loopback."""

    def __init__(self, *addresses: Address, canonical: str | None = None) -> None:
        found = addresses or (LOOPBACK,)
        names = {
            name: Lookup(name, "ok", found, canonical) for name in (NAME, NAME.partition(".")[0])
        }
        super().__init__({**names, "none": Lookup("none", "nxdomain", detail="no such name")})


async def see(
    port: int, vantage: Loopback | None = None, *, name: str = NAME, connect_timeout: float = 4.0
) -> list[Observation]:
    """What is seen of a gateway beside a host that refuses."""
    vantage = vantage or Aside()
    target = Target("127.0.0.1", CLOSED, Target(name, port))
    deadline = asyncio.get_running_loop().time() + 20
    seen = await look(vantage, target, deadline=deadline, connect_timeout=connect_timeout)
    assert not vantage.live, "a stream was left open"
    assert next(one for one in seen if one.probe == "port.tcp").failure is Failure.TCP_REFUSED
    return [one for one in seen if one.probe in GATEWAY]


async def meet(serve: Serve, **more: str) -> dict[str, Observation]:
    """The last observation of each probe, of a gateway that serves so."""
    async with hosting(serve) as host:
        return {one.probe: one for one in await see(host.port, **more)}  # type: ignore[arg-type]


async def test_without_a_gateway_nothing_is_said() -> None:
    deadline = asyncio.get_running_loop().time() + 8
    seen = await look(Loopback(), Target("127.0.0.1", CLOSED), deadline=deadline)
    assert not [one for one in seen if one.probe in GATEWAY]


async def test_a_healthy_gateway_is_met_once_and_sent_one_request() -> None:
    gateway = Gateway()
    async with hosting(gateway) as host:
        tcp, tls, http = await see(host.port)
        assert host.connections == 1
    assert [one.status for one in (tcp, tls, http)] == [Status.PASSED] * 3
    assert tcp.facts["connect_ms"] >= 0
    where = {"asked": NAME, "port": host.port, "address": "127.0.0.1", "state": "open"}
    assert where.items() <= tcp.facts.items()
    assert tls.facts["names"] == [NAME]
    assert (tls.facts["matches_host"], tls.facts["trusted"]) == (True, True)
    assert http.facts == {"status": 401, "schemes": ["Negotiate", "NTLM"], "reading": "answers"}
    request, after = gateway.heard if len(gateway.heard) == 2 else (gateway.heard[0], b"")
    assert request.startswith(b"RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\n")
    assert f"\r\nHost: {NAME}:{host.port}\r\n".encode() in request
    assert b"uthorization" not in request
    assert after == b"", "nothing after the 401"


@pytest.mark.parametrize(
    ("context", "said", "trusted", "matches"),
    [
        (web_context("old.lab.example", (-1, 30)), "it is for another name", True, False),
        (web_context(NAME, (-30, -1)), "it has expired", True, True),
        (web_context(NAME, (2, 30)), "it is not valid yet", True, True),
        (server_context(HEALTHY, "rdg"), "its chain ends at no root", False, True),
    ],
    ids=["name", "expired", "early", "root"],
)
async def test_a_certificate_that_clients_refuse_fails_with_its_facts(
    context: ssl.SSLContext, said: str, trusted: bool, matches: bool
) -> None:
    found = await meet(Gateway(context=context))
    tls = found["gateway.tls"]
    assert tls.failure is Failure.GATEWAY_TLS
    assert tls.detail.startswith(said)
    assert (tls.facts["trusted"], tls.facts["matches_host"]) == (trusted, matches)
    assert found["gateway.http"].status is Status.PASSED, "the answer is seen all the same"


async def test_without_roots_trust_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    tls = (await meet(Gateway()))["gateway.tls"]
    assert tls.status is Status.PASSED
    assert "trusted" not in tls.facts


async def test_a_short_name_is_judged_as_the_place_completes_it() -> None:
    async with hosting(Gateway()) as host:
        short = NAME.partition(".")[0]
        _, completed, _ = await see(host.port, Aside(canonical=NAME), name=short)
        _, bare, _ = await see(host.port, Aside(), name=short)
    assert completed.facts["matches_host"] is True
    assert bare.facts["matches_host"] is False


@pytest.mark.parametrize(
    ("answer", "reading"),
    [
        (b"HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\n\r\n", "no-sign-in"),
        (b"HTTP/1.1 404 x\r\n\r\n", "not-here"),
        (b"HTTP/1.1 405 x\r\n\r\n", "method-refused"),
        (b"HTTP/1.1 503 x\r\n\r\n", "unavailable"),
        (b"HTTP/1.1 302 x\r\nLocation: /\r\n\r\n", "redirected"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not-http"),
        (b"HTTP/1.1 200 x\r\nX: " + bytes(20_000), "other"),
        (None, "closed"),
    ],
)
async def test_an_answer_that_is_no_gateways_fails_with_its_reading(
    answer: bytes | None, reading: str
) -> None:
    http = (await meet(Gateway(answer)))["gateway.http"]
    assert http.failure is Failure.GATEWAY_HTTP
    assert http.facts["reading"] == reading
    assert ("status" in http.facts) == (b"\r\n\r\n" in (answer or b""))


async def test_a_gateway_that_says_nothing_is_silent() -> None:
    async with hosting(Gateway(b"")) as host:
        *_, http = await see(host.port, connect_timeout=0.4)
    assert http.failure is Failure.GATEWAY_HTTP
    assert http.facts == {"reading": "silent"}


async def test_what_is_no_tls_ends_there() -> None:
    async def hang_up(peer: Peer) -> None:
        await peer.read()

    found = await meet(hang_up)
    assert found["gateway.tls"].failure is Failure.TLS_CLOSED
    assert found["gateway.http"].status is Status.NOT_RUN
    assert found["gateway.http"].detail == "the gateway did not agree on TLS"


async def test_a_closed_port_and_a_missing_name_end_it_sooner() -> None:
    refused, *rest = await see(CLOSED)
    assert refused.failure is Failure.TCP_REFUSED
    assert refused.facts["state"] == "refused"
    assert {one.detail for one in rest} == {"the gateway's port does not open"}
    missing, *rest = await see(CLOSED, name="none")
    assert missing.failure is Failure.NAME_NOT_FOUND
    assert missing.facts == {"asked": "none", "port": CLOSED}
    assert {one.status for one in rest} == {Status.NOT_RUN}


async def test_a_dead_address_is_waited_for_only_shortly() -> None:
    async with hosting(Gateway()) as host:
        seen = await see(host.port, Aside(BEHIND, LOOPBACK), connect_timeout=15)
    details = [one.detail for one in seen if one.status is Status.NOT_RUN]
    assert details == ["192.0.2.1 was still silent when another address had opened"]
    assert len(seen) == 4


SECOND = IPv4Address("192.0.2.9")


async def test_a_jump_box_that_does_not_forward_there_is_no_fault() -> None:
    class Narrow(Aside):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            if port != CLOSED:
                raise VantageError(Failure.JUMPBOX_FORWARDING, "denied", "forwarding-denied")
            return await super().connect(address, port, deadline)

    tcp, *_ = await see(2, Narrow())
    assert tcp.status is Status.NOT_RUN
    assert tcp.detail == "no way to the gateway from here: denied"


async def test_an_address_that_the_rules_close_refuses_the_look() -> None:
    class Closing(Aside):
        async def connect(self, address: Address, port: int, deadline: float) -> Stream:
            if address == SECOND:
                raise TargetRefused(str(address), "targets.deny")
            return await super().connect(address, port, deadline)

    with pytest.raises(TargetRefused, match=str(SECOND)):
        await see(443, Closing(SECOND))


async def test_a_name_server_that_is_not_forwarded_to_is_no_fault_of_the_jump_box() -> None:
    """Of a jump box that forwards to the host alone, which is looked at all the same."""

    class Narrow(Aside):
        async def lookup(self, name: str, deadline: float) -> Lookup:
            if name == NAME:
                raise VantageError(Failure.JUMPBOX_FORWARDING, "denied", "forwarding-denied")
            return await super().lookup(name, deadline)

    target = Target("127.0.0.1", CLOSED, Target(NAME, 443))
    deadline = asyncio.get_running_loop().time() + 20
    found = {one.probe: one for one in await look(Narrow(), target, deadline=deadline)}
    tcp, session = found["gateway.tcp"], found["jumpbox.session"]
    assert tcp.status is Status.NOT_RUN
    assert tcp.detail == "no way to a name server from here: denied"
    assert session.status is Status.PASSED


async def test_what_was_learned_of_a_chain_outlives_the_second_connection() -> None:
    """A gateway that takes one connection: the facts are missing, the judgement is not."""

    class Once(Gateway):
        async def __call__(self, peer: Peer) -> None:
            if not self.heard:
                self.heard.append(b"")
                await Secured(peer, self.context).handshake()

    tls = (await meet(Once(context=server_context(HEALTHY, "rdg"))))["gateway.tls"]
    assert (tls.failure, tls.facts) == (Failure.GATEWAY_TLS, {"trusted": False})
    assert tls.detail.startswith("its chain ends at no root that is trusted here; its facts")


@pytest.mark.parametrize(
    ("code", "said"),
    [(10, "out of date"), (18, "no root"), (20, "no root"), (26, "not made for servers")],
)
def test_the_reason_of_a_chain_that_is_not_trusted(code: int, said: str) -> None:
    assert said in Distrusted(code).why
