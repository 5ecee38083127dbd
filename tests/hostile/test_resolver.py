"""DNS servers that answer without end, byte by byte, with far too much, or in circles."""

import struct

import pytest

from bot.evidence import Observation
from bot.probes import Target
from bot.targets import Rules
from bot.vantage.direct import Direct
from bot.vantage.names import Files
from tests.fuzz.names import framed
from tests.hostile.hosts import HUNDRED_MEGABYTES, left
from tests.hostile.meter import seen
from tests.probes.servers import Peer, Serve, hosting

NAME = "srv.corp.example"
CLOSED = 1
"""A port of the loopback where nobody listens."""
ANSWER = framed(f"{NAME}.", ["A 127.0.0.1"])
MOST_TAKEN = 8 * 1024 * 1024
"""What a server can get rid of when nobody reads on: the buffers of two sockets."""


def told(number: bytes, answer: bytes) -> bytes:
    """A framed answer with the number of a query; what is too short for one stays as it is."""
    return answer[:2] + number + answer[4:] if len(answer) > 4 else answer


def endless(*answers: bytes) -> Serve:
    """The same answers over and over, to the first question."""

    async def serve(peer: Peer) -> None:
        number = (await peer.exactly(14))[2:4]
        piece = b"".join(told(number, one) for one in answers)
        piece *= 16384 // len(piece) + 1
        for _ in range(HUNDRED_MEGABYTES // len(piece)):
            await peer.send(piece)

    return serve


async def drip(peer: Peer) -> None:
    number = (await peer.exactly(14))[2:4]
    for byte in told(number, ANSWER):
        await peer.send(bytes((byte,)))
        if await left(peer, 1.0):
            return


async def silence(peer: Peer) -> None:
    while await peer.read():
        pass


async def close(peer: Peer) -> None:
    await peer.read()


LARGE = struct.pack(">H", 0xFFFF) + ANSWER[2:] + bytes(65535 - len(ANSWER) + 2)
CHAIN = framed(f"{NAME}.", [f"CNAME a{number}.corp.example." for number in range(200)])
CIRCLE = framed(f"{NAME}.", ["CNAME a.corp.example.", f"CNAME {NAME}."])
STRANGE = framed("other.example.", ["A 10.0.0.9"])


async def looked_up(serve: Serve, seconds: float) -> Observation:
    async with hosting(serve) as host:
        files = Files(servers=(("127.0.0.1", host.port),))
        vantage = Direct(Rules.of(["*.corp.example", "127.0.0.0/8"], [], []), files=files)
        found = await seen(vantage, Target(NAME, CLOSED), seconds=seconds)
        assert host.connections <= 2
    return next(one for one in found if one.probe == "name.lookup")


@pytest.mark.parametrize(
    ("serve", "word"),
    [
        (endless(LARGE), "name.no_answer"),
        (endless(CHAIN), "name.no_answer"),
        (endless(CIRCLE), "name.no_answer"),
        (endless(STRANGE), "name.no_answer"),
        (endless(b"\x00\x00\x00\x00"), "name.no_answer"),
        (endless(b"\xff\xff\xff\xff"), "name.no_answer"),
        (close, "name.no_answer"),
        (drip, "name.timeout"),
        (silence, "name.timeout"),
    ],
    ids=["large", "chain", "circle", "strange", "empty", "huge", "close", "drip", "silence"],
)
async def test_a_resolver_that_goes_wrong(serve: Serve, word: str) -> None:
    found = await looked_up(serve, 3.0)
    assert str(found.failure) == word, found


async def test_a_flood_of_sound_answers_is_read_as_far_as_it_is_needed() -> None:
    sent = 0

    async def serve(peer: Peer) -> None:
        nonlocal sent
        number = (await peer.exactly(14))[2:4]
        piece = told(number, framed(f"{NAME}.", [f"A 127.9.9.{n}" for n in range(1, 100)]))
        for _ in range(HUNDRED_MEGABYTES // len(piece)):
            await peer.send(piece)
            sent += len(piece)

    found = await looked_up(serve, 3.0)
    assert found.status.value == "passed"
    assert len(found.facts["addresses"]) == 16
    assert sent <= MOST_TAKEN
