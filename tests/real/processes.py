"""Real servers as child processes, each in a process group of its own.

A server counts as started when it accepts a connection; its output is in a file that is shown
when it does not.  By default it runs on a loopback port, for which nothing here needs root; it
may also run in a network namespace (see ``tests.netns``).
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

START_SECONDS = 30
_NEW_NET = 0x40000000
"""CLONE_NEWNET of sched.h."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server runs: its address, the network namespace, the words before its command."""

    address: str = "127.0.0.1"
    namespace: Path | None = None
    inside: tuple[str, ...] = ()


LOOPBACK = Place()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``log`` holds what it printed."""

    port: int
    log: Path
    address: str = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def child(
    command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None, keep: int = -1
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program; ``keep`` is a file descriptor that it inherits.  Its group ends with it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            pass_fds=() if keep < 0 else (keep,),
        )
    try:
        yield process
    finally:
        _end(process)


@contextlib.contextmanager
def server(
    command: Sequence[str],
    port: int,
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    place: Place = LOOPBACK,
) -> Iterator[Server]:
    """Run a server and wait until it listens on ``port``; fails the test if it never does."""
    with child([*place.inside, *command], log, env=env) as process:
        wait_for(process, log, lambda: accepts(place, port))
        yield Server(port, log, place.address)


def wait_for(process: "subprocess.Popen[bytes]", log: Path, ready: Callable[[], bool]) -> None:
    """Wait until a program is ready; fails the test, and shows its output, if it never is."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"{process.args!r} does not get ready (exit {process.poll()}):\n{said}")


def accepts(place: Place, port: int) -> bool:
    """Whether something accepts a connection there, seen from the place itself."""
    found: list[bool] = []
    seeing = threading.Thread(target=lambda: found.append(_dial(place, port)))
    seeing.start()
    seeing.join()
    return found == [True]


def _dial(place: Place, port: int) -> bool:
    """Runs in a thread of its own, since a namespace is entered by the thread that asks."""
    try:
        if place.namespace is not None:
            enter(place.namespace)
        with socket.create_connection((place.address, port), 1):
            return True
    except OSError:
        return False


def enter(namespace: Path) -> None:
    """Move the calling thread into a network namespace; raises OSError."""
    with namespace.open("rb") as opened:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(opened.fileno(), _NEW_NET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(namespace))


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            break
