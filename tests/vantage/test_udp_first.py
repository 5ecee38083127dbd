"""DNS from here: UDP first, TCP for what is cut, refused or silent, and nothing from strangers."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.rcode
import pytest

from bot.vantage import direct, system
from bot.vantage.direct import Direct
from bot.vantage.dns import Found, Resolver
from bot.vantage.names import Files
from bot.vantage.tcp import open_tcp
from tests.vantage.servers import RULES, DnsServer, Handler, Zone, reset, silence, soon, tcp_server

NAME = "srv.corp.example"
FREE_PORTS = 20
ZONE: Zone = {
    (NAME, "A"): ["10.0.0.1"],
    (NAME, "AAAA"): ["2001:db8::1"],
    ("broken.corp.example", "A"): dns.rcode.SERVFAIL,
    ("broken.corp.example", "AAAA"): dns.rcode.SERVFAIL,
    ("1.0.0.10.in-addr.arpa", "PTR"): ["srv.corp.example."],
}
Answers = Callable[[bytes], Sequence[bytes]]
"""What a server sends back to a datagram."""


class Server(asyncio.DatagramProtocol):
    """Counts what it is asked over UDP."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked = 0
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        self.asked += 1
        for answer in self.answers(data):
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def serving(answers: Answers, tcp: Handler | None = None) -> AsyncIterator[Server]:
    """Over UDP, and over TCP only where there is a handler."""
    server, loop = Server(answers), asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        for _ in range(FREE_PORTS):
            transport, _ = await loop.create_datagram_endpoint(lambda: server, ("127.0.0.1", 0))
            stack.callback(transport.abort)
            server.port = transport.get_extra_info("sockname")[1]
            with suppress(OSError):  # what is free for UDP may be taken for TCP
                if tcp is not None:
                    await stack.enter_async_context(tcp_server(tcp, server.port))
                break
        else:
            raise AssertionError("no port is free for both UDP and TCP")
        yield server


def sound(zone: Zone = ZONE) -> Answers:
    known = DnsServer(zone)
    return lambda wire: [known.reply(dns.message.from_wire(wire)).to_wire()]


def cut(wire: bytes) -> list[bytes]:
    answer = dns.message.make_response(dns.message.from_wire(wire))
    answer.flags |= dns.flags.TC
    return [answer.to_wire()]


def nothing(wire: bytes) -> list[bytes]:
    return []


async def ask(server: Server, name: str = NAME, seconds: float = 20.0) -> Found:
    resolver = Resolver([("127.0.0.1", server.port)], open_tcp, datagrams=True)
    return await resolver.addresses(name, soon(seconds))


@pytest.mark.parametrize("tcp", [None, silence, reset])
@pytest.mark.parametrize(
    ("name", "status", "detail"),
    [
        (NAME, "ok", ""),
        ("gone.corp.example", "nxdomain", "does not exist"),
        ("broken.corp.example", "no-answer", "SERVFAIL"),
    ],
)
async def test_a_server_that_answers_over_udp_only(
    tcp: Handler | None, name: str, status: str, detail: str
) -> None:
    async with serving(sound(), tcp) as server:
        found = await ask(server, name)
    assert found.status == status
    assert detail in found.detail
    assert found.heard


async def test_an_answer_over_udp_needs_no_connection() -> None:
    tcp = DnsServer(ZONE)
    async with serving(sound(), tcp.handle) as server:
        found = await ask(server)
    assert found.addresses == (ip_address("10.0.0.1"), ip_address("2001:db8::1"))
    assert (server.asked, tcp.asked) == (2, [])


async def test_the_place_direct_hears_a_server_that_answers_over_udp_only() -> None:
    async with serving(sound()) as server:
        files = Files((("127.0.0.1", server.port),), ("corp.example",))
        found = await Direct(RULES, files=files).lookup("srv", soon())
    assert (found.status, found.canonical) == ("ok", NAME)
    assert found.reverse == {"10.0.0.1": NAME}


async def test_where_the_system_cannot_tell_a_server_over_udp_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(name: str, deadline: float) -> Found:
        return Found("trouble", detail="try again")

    async with serving(sound()) as server:
        monkeypatch.setattr(system, "system_addresses", answer)
        monkeypatch.setattr(direct, "own_files", lambda: Files((("127.0.0.1", server.port),)))
        found = await Direct(RULES).lookup("broken.corp.example", soon())
    assert found.status == "no-answer"
    assert "SERVFAIL" in found.detail


async def test_a_truncated_answer_is_asked_for_over_tcp() -> None:
    many = [f"10.0.1.{number}" for number in range(60)]
    async with serving(cut, DnsServer({(NAME, "A"): many}).handle) as server:
        found = await ask(server)
    assert len(found.addresses) == 16


async def test_a_truncated_answer_is_better_than_none() -> None:
    def short(wire: bytes) -> list[bytes]:
        answer = DnsServer(ZONE).reply(dns.message.from_wire(wire))
        answer.flags |= dns.flags.TC
        return [answer.to_wire()]

    async with serving(short) as server:
        assert (await ask(server)).status == "ok"


@pytest.mark.parametrize("torn", [12, 20, 40])
async def test_a_truncated_answer_may_end_anywhere(torn: int) -> None:
    async with serving(
        lambda wire: [one[:torn] for one in cut(wire)], DnsServer(ZONE).handle
    ) as server:
        assert (await ask(server)).status == "ok"


async def test_where_udp_is_silent_tcp_is_asked() -> None:
    async with serving(nothing, DnsServer(ZONE).handle) as server:
        found = await ask(server)
    assert len(found.addresses) == 2


async def test_where_nobody_listens_for_datagrams_tcp_is_asked() -> None:
    async with tcp_server(DnsServer(ZONE).handle) as port:
        resolver = Resolver([("127.0.0.1", port)], open_tcp, datagrams=True)
        found = await resolver.addresses(NAME, soon())
        assert found.status == "ok"
        addresses = [ip_address("10.0.0.1")]
        assert await resolver.reverse(addresses, soon()) == {"10.0.0.1": NAME}


@pytest.mark.parametrize("tcp", [None, silence])
async def test_a_lost_question_is_asked_again(tcp: Handler | None) -> None:
    seen = set[bytes]()

    def second(wire: bytes) -> Sequence[bytes]:
        again = wire in seen
        seen.add(wire)
        return sound()(wire) if again else []

    async with serving(second, tcp) as server:
        assert len((await ask(server)).addresses) == 2


async def test_one_kind_of_answer_is_enough() -> None:
    def only_ipv4(wire: bytes) -> Sequence[bytes]:
        query = dns.message.from_wire(wire)
        return sound()(wire) if query.question[0].rdtype == 1 else []

    async with serving(only_ipv4) as server:
        found = await ask(server, seconds=3600.0)
    assert found.addresses == (ip_address("10.0.0.1"),)


async def test_an_empty_answer_beside_a_lost_one_says_nothing_yet() -> None:
    """The addresses may all be of the kind whose answer was lost."""

    def only_ipv4(wire: bytes) -> Sequence[bytes]:
        query = dns.message.from_wire(wire)
        return sound({(NAME, "AAAA"): ["::5"]})(wire) if query.question[0].rdtype == 1 else []

    async with serving(only_ipv4, DnsServer({(NAME, "AAAA"): ["::5"]}).handle) as server:
        assert (await ask(server)).addresses == (ip_address("::5"),)


@pytest.mark.parametrize("seconds", [0.05, 1.0])
@pytest.mark.parametrize("tcp", [None, silence])
async def test_a_server_that_never_answers_is_a_timeout(
    tcp: Handler | None, seconds: float
) -> None:
    async with serving(nothing, tcp) as server:
        found = await ask(server, seconds=seconds)
    assert found.status == "timeout"
    assert not found.heard


async def test_where_nobody_listens_at_all_there_is_no_answer() -> None:
    async with serving(nothing) as server:
        pass
    found = await ask(server)
    assert (found.status, found.heard) == ("no-answer", False)
    assert "refused" in found.detail.lower()


@pytest.mark.parametrize(
    "strange",
    [
        lambda wire: struct.pack(">H", int.from_bytes(wire[:2], "big") ^ 1) + wire[2:],
        lambda wire: b"",
        lambda wire: b"HTTP/1.1 400 Bad Request",
        lambda wire: wire,  # the question itself, sent back
    ],
)
@pytest.mark.parametrize("times", [1, 500])
async def test_what_answers_nothing_is_passed_over(
    strange: Callable[[bytes], bytes], times: int
) -> None:
    def mixed(wire: bytes) -> Sequence[bytes]:
        (true,) = sound()(wire)
        return [*[strange(true if strange(true) != true else wire)] * times, true]

    async with serving(mixed, DnsServer(ZONE).handle) as server:
        assert (await ask(server)).status == "ok"


async def test_a_forged_answer_is_not_believed() -> None:
    def forged(wire: bytes) -> Sequence[bytes]:
        query = dns.message.from_wire(wire)
        other = dns.message.make_query("evil.example", query.question[0].rdtype, id=query.id)
        evil = DnsServer({("evil.example", "A"): ["10.6.6.6"]}).reply(other)
        return [evil.to_wire(), *sound()(wire)]

    async with serving(forged) as server:
        assert ip_address("10.6.6.6") not in (await ask(server)).addresses
