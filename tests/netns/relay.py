"""A cable with delay and loss: ``python -m tests.netns.relay LEFT RIGHT DELAY_MS LOSS SEED``.

The kernel's own emulator (tc netem) is not everywhere, so two TAP devices, made where this is
started, are joined by a queue.  Which frames are lost is drawn from the seed, for each protocol
and direction apart: so the same pings are lost however many other frames pass between them.  What
is lost is printed: the protocol's number and the length of the packet.
"""

import asyncio
import contextlib
import fcntl
import os
import random
import struct
import sys
from collections.abc import Callable

SET_INTERFACE = 0x400454CA
"""TUNSETIFF of linux/if_tun.h."""
TAP, NO_HEADER = 0x0002, 0x1000
LARGEST = 65536
MOST_FRAMES = 4096
"""As many frames wait at most; what comes beyond is lost, as in a full router."""
ADDRESS_RESOLUTION = b"\x08\x06"


def tap(name: str) -> int:
    """A new TAP device; it is gone when the descriptor is closed."""
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, SET_INTERFACE, struct.pack("16sH", name.encode(), TAP | NO_HEADER))
    return opened


def kind(frame: bytes) -> bytes:
    """What the losses are drawn for apart: the protocol in the IPv4 header."""
    return frame[12:14] + frame[23:24]


def lottery(loss: float, seed: str) -> Callable[[bytes], bool]:
    """Says of each frame whether it is lost; address resolution never is."""
    drawers = dict[bytes, random.Random]()

    def lost(frame: bytes) -> bool:
        if frame[12:14] == ADDRESS_RESOLUTION:
            return False
        drawer = drawers.setdefault(kind(frame), random.Random(seed + kind(frame).hex()))  # noqa: S311 - no secret
        unlucky = drawer.random() < loss
        if unlucky:
            print("lost", frame[23], int.from_bytes(frame[16:18], "big"), flush=True)
        return unlucky

    return lost


async def main(names: tuple[str, str], delay: float, loss: float, seed: str) -> None:
    """Carry frames both ways until ended."""
    loop = asyncio.get_running_loop()
    ends = [tap(name) for name in names]
    waiting = [0]

    def write(end: int, frame: bytes) -> None:
        waiting[0] -= 1
        with contextlib.suppress(OSError):  # a full or a removed device
            os.write(end, frame)

    def read(end: int, other: int, lost: Callable[[bytes], bool]) -> None:
        with contextlib.suppress(OSError):
            while frame := os.read(end, LARGEST):
                if not lost(frame) and waiting[0] < MOST_FRAMES:
                    waiting[0] += 1
                    loop.call_later(delay, write, other, frame)

    for end, other, way in ((ends[0], ends[1], "there"), (ends[1], ends[0], "back")):
        loop.add_reader(end, read, end, other, lottery(loss, seed + way))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    left, right, milliseconds, share, drawn = sys.argv[1:]
    asyncio.run(main((left, right), float(milliseconds) / 1000, float(share), drawn))
