"""The DNS server over both transports, asked by dnspython."""

import asyncio

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.reversename
import pytest

from bot.lab import JumpboxState, Lab


async def query(lab: Lab, name: str, kind: str = "A", *, tcp: bool = True) -> dns.message.Message:
    question = dns.message.make_query(name, kind)
    if tcp:
        return await dns.asyncquery.tcp(question, "127.0.0.1", 5, lab.nameserver.tcp_port)
    return await dns.asyncquery.udp(question, "127.0.0.1", 5, lab.nameserver.udp_port)


def texts(reply: dns.message.Message) -> list[str]:
    return [record.to_text() for answer in reply.answer for record in answer]


@pytest.mark.parametrize("tcp", [True, False], ids=["tcp", "udp"])
@pytest.mark.parametrize("name", ["srv-app-07.lab.example", "SRV-APP-07.Lab.Example"])
async def test_a_host_has_its_address(lab: Lab, name: str, *, tcp: bool) -> None:
    assert texts(await query(lab, name, tcp=tcp)) == ["192.0.2.17"]


async def test_an_address_has_its_name(lab: Lab) -> None:
    name = dns.reversename.from_address("192.0.2.17").to_text()
    assert texts(await query(lab, name, "PTR")) == ["srv-app-07.lab.example."]


async def test_no_ipv6_addresses(lab: Lab) -> None:
    reply = await query(lab, "srv-app-07.lab.example", "AAAA")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])


@pytest.mark.parametrize("name", ["nobody.lab.example", "srv-app-07", "example.com"])
async def test_other_names_do_not_exist(lab: Lab, name: str) -> None:
    assert (await query(lab, name)).rcode() == dns.rcode.NXDOMAIN


async def test_the_unregistered_host_gets_its_record_by_repair(lab: Lab) -> None:
    name = "pc-sales-13.lab.example"
    assert (await query(lab, name)).rcode() == dns.rcode.NXDOMAIN
    await lab.repair("pc-sales-13")
    assert texts(await query(lab, name)) == ["198.51.100.13"]


async def test_several_queries_on_one_connection(lab: Lab) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", lab.nameserver.tcp_port)
    for _ in range(2):
        wire = dns.message.make_query("srv-app-01.lab.example", "A").to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await reader.readexactly(2), "big")
        assert texts(dns.message.from_wire(await reader.readexactly(length))) == ["192.0.2.11"]
    writer.close()
    await writer.wait_closed()


async def test_a_dead_resolver_is_silent(lab: Lab) -> None:
    await lab.switch_jumpbox(JumpboxState.DEAD_RESOLVER)
    wire = dns.message.make_query("srv-app-01.lab.example", "A").to_wire()
    assert lab.nameserver.answer(wire) is None
    await lab.switch_jumpbox(JumpboxState.UP)
    assert lab.nameserver.answer(wire) is not None


def test_garbage_is_not_answered() -> None:
    assert Lab().nameserver.answer(b"\xff" * 7) is None
