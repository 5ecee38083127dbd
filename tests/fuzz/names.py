"""The DNS client over a stream that says whatever an input holds."""

import asyncio
import atexit
import struct
from collections.abc import Coroutine, Sequence
from functools import cache
from ipaddress import ip_address
from typing import Any, TypeVar
from unittest.mock import patch

import dns.message
import dns.rcode
import dns.reversename
import dns.rrset

from bot.vantage.base import Address
from bot.vantage.dns import Resolver

T = TypeVar("T")

NAME = "srv.corp.example"
ADDRESSES: tuple[Address, ...] = (ip_address("10.0.0.1"), ip_address("10.0.0.2"))
NUMBER = 7
"""The id of every question here; usually it is random, and an input would never fit it."""


class Pipe:
    """A stream that gives what was put into it, piece by piece."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = list(pieces)

    async def read(self, limit: int, deadline: float) -> bytes:
        del deadline
        if not self._pieces:
            return b""
        taken, rest = self._pieces[0][:limit], self._pieces[0][limit:]
        self._pieces[:1] = [rest] if rest else []
        return taken

    async def write(self, data: bytes, deadline: float) -> None:
        """Nobody listens."""

    async def ending(self, deadline: float) -> str:
        del deadline
        return "unknown"

    async def close(self) -> None:
        """Nothing is held."""


def addresses(pieces: Sequence[bytes]) -> object:
    """What a lookup finds when the server says this."""
    found = _done(_resolver(pieces).addresses(NAME, _later()))
    assert found.status in {"ok", "nxdomain", "no-answer", "timeout"}
    assert (found.status == "ok") == bool(found.addresses)
    assert len(found.addresses) == len(set(found.addresses)) <= 16
    return found


def reverse(pieces: Sequence[bytes]) -> object:
    """The names of two addresses when the server says this."""
    found = _done(_resolver(pieces).reverse(ADDRESSES, _later()))
    assert found.keys() <= {str(address) for address in ADDRESSES}
    return found


def samples(kind: str) -> list[bytes]:
    """Sound answers to the two questions, each with its length before it: A or PTR."""
    if kind == "PTR":
        owners = [dns.reversename.from_address(str(one)).to_text() for one in ADDRESSES]
        return [
            framed(owners[0], ["PTR srv-1.corp.example."])
            + framed(owners[1], ["PTR srv-2.corp.example.", "PTR other.corp.example."])
        ]
    plain = framed(f"{NAME}.", ["A 10.0.0.1", "A 10.0.0.2"])
    return [
        plain + framed(f"{NAME}.", ["AAAA 2001:db8::1"], "AAAA"),
        framed(f"{NAME}.", ["CNAME a.corp.example.", "CNAME b.corp.example.", "A 10.0.0.3"])
        + framed(f"{NAME}.", [], "AAAA"),
        framed(f"{NAME}.", [], rcode=dns.rcode.NXDOMAIN)
        + framed(f"{NAME}.", [], "AAAA", rcode=dns.rcode.SERVFAIL),
        plain + plain,
    ]


def framed(
    owner: str, records: Sequence[str], kind: str = "", rcode: dns.rcode.Rcode = dns.rcode.NOERROR
) -> bytes:
    """One answer as it goes over TCP; aliases lead to the next record."""
    kind = kind or (records[-1].partition(" ")[0] if records else "A")
    query = dns.message.make_query(owner, kind, id=NUMBER)
    answer = dns.message.make_response(query)
    answer.set_rcode(rcode)
    for record in records:
        found, _, data = record.partition(" ")
        answer.answer.append(dns.rrset.from_text(owner, 5, "IN", found, data))
        owner = data if found == "CNAME" else owner
    wire = answer.to_wire()
    return struct.pack(">H", len(wire)) + wire


def _resolver(pieces: Sequence[bytes]) -> Resolver:
    async def opened(address: Address, port: int, deadline: float) -> Pipe:
        del address, port, deadline
        return Pipe(pieces)

    return Resolver((("192.0.2.53", 53),), opened)


def _done(work: Coroutine[Any, Any, T]) -> T:
    with patch("dns.entropy.random_16", lambda: NUMBER):
        return _loop().run_until_complete(work)


def _later() -> float:
    return _loop().time() + 60


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return loop
