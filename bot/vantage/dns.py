"""DNS questions to the resolvers of a place, and what their answers mean for a name.

Strategy: dnspython makes the questions and ``exchange`` carries them, so that the same code asks
the jump box's resolver through the tunnel (TCP, there is nothing else) and the local one directly
(UDP first, as every resolver library does).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename

from bot.evidence import Failure
from bot.vantage.base import Address, VantageError
from bot.vantage.exchange import (
    Garbled,
    Open,
    Server,
    code,
    labels,
    over_tcp,
    server_label,
)
from bot.vantage.udp_first import udp_first
from bot.wire.dns import Answer

Kind = dns.rdatatype.RdataType

# Enough for a farm behind one name, too few to make a ticket long.
MAX_ADDRESSES = 16
_WORDS = {Failure.PROBE_DEADLINE: "timeout", Failure.TCP_TIMEOUT: "timeout"}


@dataclass(frozen=True, slots=True)
class Found:
    """What one absolute name has; ``status`` is ok, nxdomain, no-answer or timeout.

    ``leads_to`` is the name that the addresses are those of, where the asked one is its alias;
    ``heard`` tells whether anybody said so in DNS, or no server could be asked.
    """

    status: str
    addresses: tuple[Address, ...] = ()
    resolver: str | None = None
    detail: str = ""
    leads_to: str | None = None
    heard: bool = True


class Resolver:
    """Asks the servers in turn; ``opener`` makes the streams to them.

    ``datagrams``: this machine asks, and may ask over UDP first.
    """

    def __init__(self, servers: Sequence[Server], opener: Open, *, datagrams: bool = False) -> None:
        self._servers = tuple(servers)
        self._open = opener
        self._carry = udp_first if datagrams else over_tcp

    async def addresses(self, name: str, deadline: float) -> Found:
        """The addresses of an absolute name, IPv4 first; raises VantageError (``jumpbox.*``)."""
        try:
            asked = dns.name.from_text(name)
        except dns.exception.DNSException as error:
            return Found("nxdomain", detail=f"{name} cannot be a DNS name ({error})")
        found = Found("no-answer", detail="no resolver is known here", heard=False)
        for index, server in enumerate(self._servers):
            share = _share(deadline, len(self._servers) - index)
            found, final = await self._ask(server, asked, share, index)
            if final:
                break
        return found

    async def reverse(self, addresses: Sequence[Address], deadline: float) -> dict[str, str]:
        """The names that addresses point to; what is unknown or comes too late is absent."""
        asked = {dns.reversename.from_address(str(one)): str(one) for one in addresses}
        queries = [dns.message.make_query(name, Kind.PTR) for name in asked]
        if not queries or not self._servers:
            return {}
        try:
            answers = await self._carry(self._open, self._servers[0], queries, deadline)
        except (VantageError, Garbled):
            return {}
        names = {labels(name): address for name, address in asked.items()}
        return {
            names[answer.question.name]: answer.records[0]
            for answer in answers
            if answer.question is not None and answer.records and answer.records[0]
        }

    async def _ask(
        self, server: Server, name: dns.name.Name, deadline: float, index: int
    ) -> tuple[Found, bool]:
        """What one server says, and whether that settles the matter."""
        label = server_label(server)
        queries = [dns.message.make_query(name, kind) for kind in (Kind.A, Kind.AAAA)]
        try:
            answers = await self._carry(self._open, server, queries, deadline)
        except VantageError as error:
            forbidden = error.failure is Failure.JUMPBOX_FORWARDING
            last = index + 1 == len(self._servers)
            if error.failure.value.startswith("jumpbox.") and (last or not forbidden):
                raise
            status = _WORDS.get(error.failure, "no-answer")
            said = f"resolver {label}: {error.detail}"
            return Found(status, (), label, said, heard=False), False
        except Garbled as error:
            return Found("no-answer", (), label, f"resolver {label}: {error}", heard=False), False
        return _judged(answers, label)


def _share(deadline: float, servers: int) -> float:
    """A fair part of the time that is left, so that a dead server leaves some to the next."""
    now = asyncio.get_running_loop().time()
    return now + max(deadline - now, 0.0) / servers


def _judged(answers: Sequence[Answer], label: str) -> tuple[Found, bool]:
    """Addresses if there are any; otherwise what the server said instead of them."""
    found = [ip_address(record) for record in dict.fromkeys(_records(answers))]
    leads_to = next((answer.leads_to for answer in answers if answer.leads_to), None)
    if found:
        found.sort(key=lambda address: address.version)
        return Found("ok", tuple(found[:MAX_ADDRESSES]), label, leads_to=leads_to), True
    what = f"its alias' target {leads_to}" if leads_to else "it"
    codes = {answer.code for answer in answers}
    if dns.rcode.NXDOMAIN in codes:
        said = f"resolver {label} says that {what} does not exist"
        return Found("nxdomain", (), label, said), True
    trouble = [answer for answer in answers if answer.code != dns.rcode.NOERROR]
    if trouble:
        said = code(min(trouble, key=lambda answer: answer.code))
        return Found("no-answer", (), label, f"resolver {label} answered {said}"), False
    return Found("no-answer", (), label, f"resolver {label} has no address for {what}"), True


def _records(answers: Sequence[Answer]) -> list[str]:
    return [record for answer in answers for record in answer.records]
