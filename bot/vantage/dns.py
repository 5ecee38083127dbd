"""DNS questions over the TCP streams of a vantage (RFC 1035 section 4.2.2, RFC 7766).

Strategy: dnspython makes the questions, ``bot.wire.dns`` reads the answers and our streams carry
both, so that the same code asks the jump box's resolver through the tunnel and the local one
directly.  All questions of a lookup go out on one connection before the first answer is read;
what follows the first answer may take as long again, so that a server that ignores one kind of
question costs little.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename

from bot.evidence import Failure
from bot.vantage.base import Address, Stream, VantageError
from bot.wire.cursor import Malformed
from bot.wire.dns import Answer, Name, Question, read_answer

Server = tuple[str, int]
Open = Callable[[Address, int, float], Awaitable[Stream]]
Query = dns.message.QueryMessage
Kind = dns.rdatatype.RdataType

# Enough for a farm behind one name, too few to make a ticket long.
MAX_ADDRESSES = 16
# An answer beyond this is not read: hundreds of addresses are in less.
MAX_MESSAGE = 16384
# What a further answer, or a courtesy such as reverse names, may always take, in seconds.
GRACE = 0.25
_WORDS = {Failure.PROBE_DEADLINE: "timeout", Failure.TCP_TIMEOUT: "timeout"}


@dataclass(frozen=True, slots=True)
class Found:
    """What one absolute name has; ``status`` is ok, nxdomain, no-answer or timeout.

    ``leads_to`` is the name that the addresses are those of, where the asked one is its alias.
    """

    status: str
    addresses: tuple[Address, ...] = ()
    resolver: str | None = None
    detail: str = ""
    leads_to: str | None = None


class _Garbled(Exception):
    """A server's answer is not DNS, or does not belong to what was asked."""


class Resolver:
    """Asks the servers in turn; ``opener`` makes the streams to them."""

    def __init__(self, servers: Sequence[Server], opener: Open) -> None:
        self._servers = tuple(servers)
        self._open = opener

    async def addresses(self, name: str, deadline: float) -> Found:
        """The addresses of an absolute name, IPv4 first; raises VantageError (``jumpbox.*``)."""
        try:
            asked = dns.name.from_text(name)
        except dns.exception.DNSException as error:
            return Found("nxdomain", detail=f"{name} cannot be a DNS name ({error})")
        found = Found("no-answer", detail="no resolver is known here")
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
            answers = await self._exchange(self._servers[0], queries, deadline)
        except (VantageError, _Garbled):
            return {}
        names = {_labels(name): address for name, address in asked.items()}
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
            answers = await self._exchange(server, queries, deadline)
        except VantageError as error:
            forbidden = error.failure is Failure.JUMPBOX_FORWARDING
            last = index + 1 == len(self._servers)
            if error.failure.value.startswith("jumpbox.") and (last or not forbidden):
                raise
            status = _WORDS.get(error.failure, "no-answer")
            return Found(status, (), label, f"resolver {label}: {error.detail}"), False
        except _Garbled as error:
            return Found("no-answer", (), label, f"resolver {label}: {error}"), False
        return _judged(answers, label)

    async def _exchange(
        self, server: Server, queries: Sequence[Query], deadline: float
    ) -> list[Answer]:
        """Ask everything on one connection; returns at least one answer or raises."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        stream = await self._open(ip_address(server[0]), server[1], deadline)
        try:
            wires = [query.to_wire() for query in queries]
            framed = b"".join(struct.pack(">H", len(wire)) + wire for wire in wires)
            await stream.write(framed, deadline)
            answers = [_matched(await _message(stream, deadline), queries)]
            elapsed = loop.time() - started
            deadline = min(deadline, loop.time() + max(GRACE, elapsed))
            try:
                while len(answers) < len(queries):
                    answers.append(_matched(await _message(stream, deadline), queries))
            except (VantageError, _Garbled):
                return answers  # one kind of address is better than none
            return answers
        finally:
            await stream.close()


def server_label(server: Server) -> str:
    """A server for people: its address, and the port where it is not the usual one."""
    return server[0] if server[1] == 53 else f"{server[0]} port {server[1]}"


def _share(deadline: float, servers: int) -> float:
    """A fair part of the time that is left, so that a dead server leaves some to the next."""
    now = asyncio.get_running_loop().time()
    return now + max(deadline - now, 0.0) / servers


async def _message(stream: Stream, deadline: float) -> bytes:
    """One message of the stream, without its length."""
    (length,) = struct.unpack(">H", await _exactly(stream, 2, deadline))
    if length > MAX_MESSAGE:
        raise _Garbled(f"an answer of {length} bytes")
    return await _exactly(stream, length, deadline)


async def _exactly(stream: Stream, length: int, deadline: float) -> bytes:
    data = b""
    while len(data) < length:
        piece = await stream.read(length - len(data), deadline)
        if not piece:
            raise _Garbled("the connection ended before the answer did")
        data += piece
    return data


def _matched(wire: bytes, queries: Sequence[Query]) -> Answer:
    """Read an answer and make sure that it answers one of the queries."""
    try:
        answer = read_answer(wire)
    except Malformed as error:
        raise _Garbled(f"the answer is not DNS ({error})") from None
    if answer.number not in {query.id for query in queries}:
        raise _Garbled("the answer belongs to another question")
    if answer.question is None:
        raise _Garbled(f"it said {_code(answer)}")
    if (answer.number, answer.question) not in [(query.id, _asked(query)) for query in queries]:
        raise _Garbled("the answer belongs to another question")
    return answer


def _asked(query: Query) -> Question:
    return Question(_labels(query.question[0].name), query.question[0].rdtype)


def _labels(name: dns.name.Name) -> Name:
    return tuple(label.lower() for label in name.labels if label)


def _code(answer: Answer) -> str:
    return dns.rcode.to_text(dns.rcode.Rcode(answer.code))


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
        said = _code(min(trouble, key=lambda answer: answer.code))
        return Found("no-answer", (), label, f"resolver {label} answered {said}"), False
    return Found("no-answer", (), label, f"resolver {label} has no address for {what}"), True


def _records(answers: Sequence[Answer]) -> list[str]:
    return [record for answer in answers for record in answer.records]
