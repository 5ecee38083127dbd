"""Questions to one DNS server over a stream, and their answers (RFC 1035 4.2.2, RFC 7766).

Strategy: all questions of a lookup go out on one connection before the first answer is read; what
follows the first answer may take as long again, so that a server that ignores one kind of question
costs little.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import dns.message
import dns.name
import dns.rcode

from bot.vantage.base import Address, Stream, VantageError
from bot.wire.cursor import Malformed
from bot.wire.dns import Answer, Name, Question, read_answer

Server = tuple[str, int]
Open = Callable[[Address, int, float], Awaitable[Stream]]
Query = dns.message.QueryMessage

# An answer beyond this is not read: hundreds of addresses are in less.
MAX_MESSAGE = 16384
# What a further answer, or a courtesy such as reverse names, may always take, in seconds.
GRACE = 0.25


class Garbled(Exception):
    """A server's answer is not DNS, or does not belong to what was asked."""


async def over_tcp(
    opener: Open, server: Server, queries: Sequence[Query], deadline: float
) -> list[Answer]:
    """Ask everything on one connection; at least one answer, or Garbled or VantageError."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    stream = await opener(ip_address(server[0]), server[1], deadline)
    try:
        wires = [query.to_wire() for query in queries]
        framed = b"".join(struct.pack(">H", len(wire)) + wire for wire in wires)
        await stream.write(framed, deadline)
        answers = [matched(await _message(stream, deadline), queries)]
        elapsed = loop.time() - started
        deadline = min(deadline, loop.time() + max(GRACE, elapsed))
        try:
            while len(answers) < len(queries):
                answers.append(matched(await _message(stream, deadline), queries))
        except (VantageError, Garbled):
            return answers  # one kind of address is better than none
        return answers
    finally:
        await stream.close()


def server_label(server: Server) -> str:
    """A server for people: its address, and the port where it is not the usual one."""
    return server[0] if server[1] == 53 else f"{server[0]} port {server[1]}"


async def _message(stream: Stream, deadline: float) -> bytes:
    """One message of the stream, without its length."""
    (length,) = struct.unpack(">H", await _exactly(stream, 2, deadline))
    if length > MAX_MESSAGE:
        raise Garbled(f"an answer of {length} bytes")
    return await _exactly(stream, length, deadline)


async def _exactly(stream: Stream, length: int, deadline: float) -> bytes:
    data = b""
    while len(data) < length:
        piece = await stream.read(length - len(data), deadline)
        if not piece:
            raise Garbled("the connection ended before the answer did")
        data += piece
    return data


def matched(wire: bytes, queries: Sequence[Query]) -> Answer:
    """Read an answer and make sure that it answers one of the queries."""
    try:
        answer = read_answer(wire)
    except Malformed as error:
        raise Garbled(f"the answer is not DNS ({error})") from None
    if answer.number not in {query.id for query in queries}:
        raise Garbled("the answer belongs to another question")
    if answer.question is None:
        raise Garbled(f"it said {code(answer)}")
    if (answer.number, answer.question) not in [(query.id, _asked(query)) for query in queries]:
        raise Garbled("the answer belongs to another question")
    return answer


def _asked(query: Query) -> Question:
    return Question(labels(query.question[0].name), query.question[0].rdtype)


def labels(name: dns.name.Name) -> Name:
    """A name as answers have it: without case."""
    return tuple(label.lower() for label in name.labels if label)


def code(answer: Answer) -> str:
    """What an answer's code is called."""
    return dns.rcode.to_text(dns.rcode.Rcode(answer.code))
