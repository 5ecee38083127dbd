"""An RDP server that behaves until a stage and then does what it should not.

Strategy: the stages are those of a conversation (``accept`` before anything, ``confirm`` once the
request is there, ``flight`` once the ClientHello is there, ``inside`` once the TSRequest is
there); what it does then is one act.  Acts have no end of their own: the client ends them.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable

from bot.wire.x224 import REQUESTS
from tests.fuzz.capture import captures
from tests.probes.servers import (
    Peer,
    Secured,
    Serve,
    challenge,
    context,
    rdp,
    selected,
    windows_nla,
)
from tests.wire.samples import certificate, rsa_key

STAGES = ("accept", "confirm", "flight", "inside")
Channel = Peer | Secured
Act = Callable[[Peer, Channel, bytes], Awaitable[None]]
"""What is done at the stage: the connection, where its data goes, and what belongs there."""

FLIGHT = next(data for data in captures("tls") if data.startswith(b"\x16\x03\x03\x00\x5d"))
FLIGHT = FLIGHT.replace(b"DOWNGRD", b"dowNGRD")  # RFC 8446 4.1.3: a server that also knows TLS 1.3
"""A TLS 1.2 flight: it stands for the real one where nobody will finish the handshake."""
HUNDRED_MEGABYTES = 100 * 1024 * 1024


def until(stage: str, act: Act) -> Serve:
    """A server that is sound up to a stage and then does this."""

    async def serve(peer: Peer) -> None:
        if stage == "accept":
            return await act(peer, peer, selected(2))
        mask = await peer.request()
        if stage == "confirm":
            return await act(peer, peer, windows_nla(mask))
        await peer.send(windows_nla(mask))
        if mask not in (REQUESTS["nla"], REQUESTS["nla_ex"]):
            return None
        if stage == "flight":
            await peer.exactly(5)
            return await act(peer, peer, FLIGHT)
        secured = Secured(peer, context())
        await secured.handshake()
        await secured.read()
        return await act(peer, secured, challenge())

    return serve


async def drip(peer: Peer, channel: Channel, sound: bytes) -> None:
    """What belongs here, one byte a second; like all acts it ends when the client leaves."""
    for byte in sound:
        await channel.send(bytes((byte,)))
        if await left(peer, 1.0):
            return
    await left(peer, None)


async def left(peer: Peer, seconds: float | None) -> bool:
    """Whether the client leaves within some seconds; what it says meanwhile is passed over."""
    try:
        async with asyncio.timeout(seconds):
            while await peer.read():
                pass
    except TimeoutError:
        return False
    return True


async def silence(peer: Peer, channel: Channel, sound: bytes) -> None:
    """Nothing at all, and never the end."""
    del channel, sound
    while await peer.read():
        pass


async def close(peer: Peer, channel: Channel, sound: bytes) -> None:
    """A clean end."""


async def reset(peer: Peer, channel: Channel, sound: bytes) -> None:
    """A reset: unread bytes and a linger of zero."""
    del channel, sound
    sock = peer.writer.get_extra_info("socket")
    sock.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SOL_SOCKET, SO_LINGER


def flood(filler: bytes, *, sound_first: bool = False) -> Act:
    """A hundred megabytes."""

    async def act(peer: Peer, channel: Channel, sound: bytes) -> None:
        del peer
        if sound_first:
            await channel.send(sound)
        piece = filler * (16384 // len(filler))
        for _ in range(HUNDRED_MEGABYTES // len(piece)):
            await channel.send(piece)

    return act


def instead(data: bytes) -> Act:
    """These bytes, and silence."""

    async def act(peer: Peer, channel: Channel, sound: bytes) -> None:
        del sound
        await channel.send(data)
        await peer.read()

    return act


def chain(*certificates: bytes) -> bytes:
    """A TLS 1.2 flight with these certificates, in records as large as they may be."""
    hello = FLIGHT[: 5 + int.from_bytes(FLIGHT[3:5], "big")]
    entries = b"".join(len(one).to_bytes(3, "big") + one for one in certificates)
    body = len(entries).to_bytes(3, "big") + entries
    message = b"\x0b" + len(body).to_bytes(3, "big") + body
    done = b"\x0e\x00\x00\x00"
    payload = message + done
    parts = [payload[at : at + 16384] for at in range(0, len(payload), 16384)]
    return hello + b"".join(b"\x16\x03\x03" + len(one).to_bytes(2, "big") + one for one in parts)


def many_names(count: int) -> bytes:
    """A sound certificate for so many names."""
    names = [f"host-{number}.corp.example" for number in range(count)]
    return certificate("srv-app-07", names=names, key=rsa_key())


def good(answer: Callable[[int | None], bytes] = windows_nla) -> Serve:
    """A sound host."""
    return rdp(answer, context())


def cut_after(count: int) -> Serve:
    """A sound host whose connection ends after so many bytes of its own."""

    class Cut(Peer):
        left = count

        async def send(self, data: bytes) -> None:
            data, self.left = data[: self.left], self.left - min(len(data), self.left)
            await super().send(data)
            if not self.left:
                raise ConnectionResetError

    return lambda peer: good()(Cut(peer.reader, peer.writer))


def confirms(count: int) -> Serve:
    """A host that answers every request several times over."""

    def answer(mask: int | None) -> bytes:
        return windows_nla(mask) * count

    return good(answer)
