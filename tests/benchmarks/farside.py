"""A second network whose distance can be set: this machine's own TCP, delayed packet by packet.

Strategy: one process holds a tunnel device in its first network namespace and another in a new
one, and carries IP packets between them, each after half the round trip.  So a handshake takes as
long as it does over a real distance, a full accept queue loses its SYN, and the kernel's counters
of both namespaces are about this traffic alone.  A relay of TCP connections could do none of it:
it accepts before the target does.  Needs root, and a namespace that the caller made for this.

``python -m tests.benchmarks.farside`` is that process; it reads one delay in seconds a line.
"""

import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NEAR, FAR = "10.77.0.1", ("10.77.0.2", "10.77.0.3", "10.77.0.4")
"""This side, and the addresses of the far side."""

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MOST = 65536


@dataclass(frozen=True, slots=True)
class FarSide:
    """The running relay."""

    process: "subprocess.Popen[str]"

    def inside(self, *command: str) -> list[str]:
        """A command that runs on the far side."""
        return ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", "--", *command]

    def distance(self, round_trip: float) -> None:
        """Set the round trip in seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{round_trip / 2}\n")
        self.process.stdin.flush()
        time.sleep(0.1 + round_trip)

    def lost(self) -> dict[str, int]:
        """SYNs sent again on this side so far, and connections that a full queue dropped there."""
        return {
            "SYNs sent again": _counters("self")["TCPSynRetrans"],
            "dropped by a full queue": _counters(str(self.process.pid))["ListenDrops"],
        }


def _counters(process: str) -> dict[str, int]:
    lines = Path(f"/proc/{process}/net/netstat").read_text(encoding="ascii").splitlines()
    names, numbers = (line.split()[1:] for line in lines if line.startswith("TcpExt:"))
    return dict(zip(names, map(int, numbers), strict=True))


@contextmanager
def far_side() -> Iterator[FarSide]:
    """The far side, which lives as long as the block; call it in a namespace of your own."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.farside"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            process.stdout.readline()
            yield FarSide(process)
        finally:
            process.stdin.close()


def _tunnel(name: str, addresses: tuple[str, ...]) -> int:
    """Open a tunnel device in the present namespace and give it addresses."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    for address in addresses:
        subprocess.run(["ip", "address", "add", f"{address}/24", "dev", name], check=True)
    for each in ("lo", name):
        subprocess.run(["ip", "link", "set", each, "up"], check=True)
    return device


def relay() -> None:
    """Carry packets until standard input ends."""
    near = _tunnel("near", (NEAR,))
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no namespace of its own")
    far = _tunnel("far", FAR)
    print("ready", flush=True)
    delay: float | None = 0.0
    waiting = {near: deque[tuple[float, bytes]](), far: deque[tuple[float, bytes]]()}
    while delay is not None:
        now = time.monotonic()
        for device, queue in waiting.items():
            while queue and queue[0][0] <= now:
                os.write(device, queue.popleft()[1])
        due = [queue[0][0] for queue in waiting.values() if queue]
        wait = max(0.0, min(due) - time.monotonic()) if due else None
        ready = select.select([near, far, 0], [], [], wait)[0]
        for source, sink in ((near, far), (far, near)):
            if source in ready:
                _drain(source, waiting[sink], delay)
        if 0 in ready:
            line = os.read(0, 64)
            delay = float(line) if line else None


def _drain(source: int, queue: "deque[tuple[float, bytes]]", delay: float) -> None:
    while True:
        try:
            packet = os.read(source, _MOST)
        except BlockingIOError:
            return
        queue.append((time.monotonic() + delay, packet))


if __name__ == "__main__":
    relay()
