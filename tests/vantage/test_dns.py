"""DNS over a stream: every kind of answer, and servers that lie, stall or say nonsense."""

import asyncio
import struct
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence import Failure
from bot.vantage.base import Address, Stream, VantageError
from bot.vantage.dns import Found, Resolver
from bot.vantage.tcp import open_tcp
from tests.vantage.servers import DnsServer, Handler, silence, soon, tcp_server

LOOPBACK = "127.0.0.1"


async def ask(handler: Handler, name: str, seconds: float = 20.0) -> Found:
    async with tcp_server(handler) as port:
        return await Resolver([(LOOPBACK, port)], open_tcp).addresses(name, soon(seconds))


async def test_both_families_come_ipv4_first() -> None:
    server = DnsServer({("a.example", "A"): ["10.0.0.1"], ("a.example", "AAAA"): ["::5"]})
    found = await ask(server.handle, "a.example")
    assert found.addresses == (ip_address("10.0.0.1"), ip_address("::5"))
    assert found.status == "ok"


async def test_one_family_is_enough_even_if_the_other_fails() -> None:
    server = DnsServer(
        {("a.example", "A"): ["10.0.0.1"], ("a.example", "AAAA"): dns.rcode.SERVFAIL}
    )
    assert (await ask(server.handle, "a.example")).status == "ok"
    server.one_answer = True
    assert (await ask(server.handle, "a.example")).addresses == (ip_address("10.0.0.1"),)


async def test_a_server_that_ignores_one_kind_of_question_costs_little() -> None:
    server = DnsServer({("a.example", "A"): ["10.0.0.1"]})

    async def only_ipv4(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
        wire = server.reply(dns.message.from_wire(await reader.readexactly(length))).to_wire()
        writer.write(struct.pack(">H", len(wire)) + wire)
        await silence(reader, writer)

    async with asyncio.timeout(60):  # not the hour that the deadline allows
        found = await ask(only_ipv4, "a.example", 3600.0)
    assert found.status == "ok"


async def test_many_addresses_are_cut() -> None:
    records = [f"10.0.1.{number}" for number in range(100)]
    found = await ask(DnsServer({("a.example", "A"): records}).handle, "a.example")
    assert len(found.addresses) == 16


@pytest.mark.parametrize(
    ("record", "status", "detail"),
    [
        (dns.rcode.NXDOMAIN, "nxdomain", "does not exist"),
        (dns.rcode.SERVFAIL, "no-answer", "SERVFAIL"),
        (dns.rcode.REFUSED, "no-answer", "REFUSED"),
        ([], "no-answer", "no address"),
        (["CNAME b.example.", "CNAME a.example."], "no-answer", "no address"),
        (["CNAME b.example."], "no-answer", "no address for its alias' target b.example"),
    ],
)
async def test_answers_without_addresses_are_told_apart(
    record: list[str] | dns.rcode.Rcode, status: str, detail: str
) -> None:
    server = DnsServer({("a.example", "A"): record, ("a.example", "AAAA"): record})
    found = await ask(server.handle, "a.example")
    assert found.status == status
    assert detail in found.detail


async def test_silence_is_a_timeout() -> None:
    assert (await ask(silence, "a.example", 0.1)).status == "timeout"


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\x00",
        b"\x00\x05abc",
        b"\x00\x04abcd",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\x00",
    ],
)
async def test_nonsense_is_no_answer(wire: bytes) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(wire)
        await writer.drain()
        writer.write_eof()
        await silence(reader, writer)

    found = await ask(nonsense, "a.example", 20.0)
    assert found.status == "no-answer"
    assert "resolver 127.0.0.1" in found.detail


async def test_an_answer_to_another_question_is_not_believed() -> None:
    class Liar(DnsServer):
        def reply(self, query: dns.message.Message) -> dns.message.Message:
            reply = super().reply(query)
            reply.id ^= 1
            return reply

    server = Liar({("a.example", "A"): ["10.0.0.1"]})
    found = await ask(server.handle, "a.example")
    assert found.status == "no-answer"
    assert "another question" in found.detail


async def test_the_next_server_is_asked_when_one_cannot_answer() -> None:
    broken = DnsServer({("a.example", "A"): dns.rcode.SERVFAIL})
    sound = DnsServer({("a.example", "A"): ["10.0.0.1"]})
    async with tcp_server(broken.handle) as first, tcp_server(sound.handle) as second:
        servers = [(LOOPBACK, first), (LOOPBACK, second)]
        found = await Resolver(servers, open_tcp).addresses("a.example", soon())
        assert (found.status, found.resolver) == ("ok", f"127.0.0.1 port {second}")
        gone = DnsServer({})
        async with tcp_server(gone.handle) as third:
            servers.insert(0, (LOOPBACK, third))
            found = await Resolver(servers, open_tcp).addresses("a.example", soon())
            assert found.status == "nxdomain"  # a clear answer is not asked for twice


async def test_without_servers_there_is_no_answer() -> None:
    resolver = Resolver([], open_tcp)
    assert (await resolver.addresses("a.example", soon())).status == "no-answer"
    assert await resolver.reverse([ip_address("10.0.0.1")], soon()) == {}


async def test_what_cannot_be_a_name_does_not_exist() -> None:
    resolver = Resolver([(LOOPBACK, 1)], open_tcp)
    assert (await resolver.addresses("a..b", soon())).status == "nxdomain"
    assert (await resolver.addresses("a" * 70, soon())).status == "nxdomain"


async def test_reverse_names_are_a_courtesy() -> None:
    server = DnsServer({("1.0.0.10.in-addr.arpa", "PTR"): ["srv.example.", "other.example."]})
    addresses = [ip_address("10.0.0.1"), ip_address("10.0.0.2")]
    async with tcp_server(server.handle) as port:
        resolver = Resolver([(LOOPBACK, port)], open_tcp)
        assert await resolver.reverse(addresses, soon()) == {"10.0.0.1": "srv.example"}
        assert await resolver.reverse([], soon()) == {}
    async with tcp_server(silence) as port:
        resolver = Resolver([(LOOPBACK, port)], open_tcp)
        assert await resolver.reverse(addresses, soon(0.05)) == {}


@pytest.mark.parametrize(
    ("failures", "wanted"),
    [
        ([Failure.JUMPBOX_UNREACHABLE, None], Failure.JUMPBOX_UNREACHABLE),
        ([Failure.JUMPBOX_FORWARDING, Failure.JUMPBOX_FORWARDING], Failure.JUMPBOX_FORWARDING),
        ([Failure.JUMPBOX_FORWARDING, None], None),
        ([Failure.TCP_REFUSED, None], None),
    ],
)
async def test_a_broken_jump_box_is_not_a_missing_name(
    failures: list[Failure | None], wanted: Failure | None
) -> None:
    server = DnsServer({("a.example", "A"): ["10.0.0.1"]})
    async with tcp_server(server.handle) as port:
        left = list(failures)

        async def opener(address: Address, number: int, deadline: float) -> Stream:
            failure = left.pop(0)
            if failure is not None:
                raise VantageError(failure)
            return await open_tcp(address, port, deadline)

        resolver = Resolver([(LOOPBACK, 53)] * 2, opener)
        if wanted is None:
            assert (await resolver.addresses("a.example", soon())).status == "ok"
        else:
            with pytest.raises(VantageError) as caught:
                await resolver.addresses("a.example", soon())
            assert caught.value.failure is wanted


class Canned:
    """A stream that plays back bytes whatever is asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def read(self, limit: int, deadline: float) -> bytes:
        taken, self.data = self.data[:limit], self.data[limit:]
        return taken

    async def write(self, data: bytes, deadline: float) -> None:
        """Nobody reads it."""

    async def ending(self, deadline: float) -> str:
        return "unknown"

    async def close(self) -> None:
        """Nothing is held."""


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    async def opener(address: Address, port: int, deadline: float) -> Stream:
        return Canned(struct.pack(">H", len(data)) + data)

    async def run() -> Found:
        return await Resolver([(LOOPBACK, 53)], opener).addresses("a.example", soon())

    assert asyncio.run(run()).status in {"no-answer", "nxdomain"}
