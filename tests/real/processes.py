"""Real servers as child processes on loopback ports, each in a process group of its own.

A server counts as started when it accepts a connection; its output is in a file that is shown
when it does not.  Nothing here needs root.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``log`` holds what it printed."""

    port: int
    log: Path


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
    command: Sequence[str], port: int, log: Path, *, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a server and wait until it listens on ``port``; fails the test if it never does."""
    with child(command, log, env=env) as process:
        _wait_for(process, port, log)
        yield Server(port, log)


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"{process.args!r} does not listen on {port} (exit {process.poll()}):\n{said}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            break
