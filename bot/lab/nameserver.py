"""The lab's DNS server: one zone and its reverse zones, over UDP and TCP on the loopback.

Strategy: it answers from a lookup that the lab gives it, so that a repair shows at once; other
zones do not exist.  ``dead`` makes it silent on both transports.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename
import dns.rrset

from bot.lab.listener import Listener

TTL_S = 5
Zone = Callable[[], Mapping[str, str]]
"""Full names (lower case, no final dot) to addresses, as they are now."""


class NameServer:
    """A and PTR records of the zone; ``udp_port`` and ``tcp_port`` are set by ``start``."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._tcp = Listener(self._over_tcp)
        self._udp: asyncio.DatagramTransport | None = None
        self.dead = False
        self.udp_port = 0

    @property
    def tcp_port(self) -> int:
        """Where the server listens for TCP."""
        return self._tcp.port

    async def start(self) -> None:
        """Listen on both transports."""
        await self._tcp.open()
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self.answer), local_addr=("127.0.0.1", 0)
        )
        self.udp_port = self._udp.get_extra_info("sockname")[1]

    async def close(self) -> None:
        """Stop both."""
        if self._udp is not None:
            self._udp.close()
        await self._tcp.close()

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one query; None when the server stays silent."""
        if self.dead:
            return None
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, struct.error):
            return None
        reply = dns.message.make_response(query, recursion_available=True)
        for question in query.question:
            self._fill(reply, question)
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, question: dns.rrset.RRset) -> None:
        name, kind = question.name, question.rdtype
        records = self._records(name)
        if records is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in records:
            reply.answer.append(dns.rrset.from_text(name, TTL_S, "IN", kind, records[kind]))

    def _records(self, name: dns.name.Name) -> dict[dns.rdatatype.RdataType, str] | None:
        """The records of a name by their type; None when there is no such name."""
        zone = self._zone()
        text = name.to_text(omit_final_dot=True).lower()
        if text in zone:
            return {dns.rdatatype.A: zone[text]}
        for host, address in zone.items():
            if name == dns.reversename.from_address(address):
                return {dns.rdatatype.PTR: f"{host}."}
        return None

    async def _over_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Queries and answers with their length in front (RFC 1035 section 4.2.2)."""
        while True:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            reply = self.answer(await reader.readexactly(length))
            if reply is not None:
                writer.write(struct.pack(">H", len(reply)) + reply)
                await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._answer(data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)
