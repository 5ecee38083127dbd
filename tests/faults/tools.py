"""What breaks the ground under a running bot, from outside: limits, disks of its own, wires."""

import asyncio
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.real_programs import program

CHUNK = 1 << 16


@contextmanager
def limited(pid: int, kind: int, most: int) -> Iterator[None]:
    """Lower a limit of a process; afterwards it is what it was."""
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, before)


def descriptors(pid: int) -> int:
    """One more than the highest descriptor that is open: a limit of this lets no new one in."""
    return 1 + max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir())


def namespace(script: str) -> tuple[str, ...]:
    """The words that run a command with mounts of its own, made by a shell script before it."""
    own = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    words = ("unshare", *own, "--mount", "--propagation", "private")
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        required = os.environ.get("RDP_TRIAGE_REAL") == "required"
        if required and os.environ.get("RDP_TRIAGE_NAMESPACES") != "impossible":
            pytest.fail("this machine lets nobody make mount namespaces")
        pytest.skip("this machine lets nobody make mount namespaces")
    return (*words, "sh", "-ec", f'{script}\nexec "$@"', "sh")


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the disk under a folder to its last byte; afterwards there is room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(CHUNK))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x")
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def read_only(pid: int, database: Path) -> Iterator[None]:
    """Have the kernel refuse a process to write a database that it holds open, until the end.

    As a file system does that has become read-only.  A real one cannot be had for a while only:
    it is not remounted while files are open for writing, and what a fault makes read-only stays so.
    """
    paths = [f"--trace-path={database}{end}" for end in ("", "-wal", "-shm")]
    refused = "pwrite64,ftruncate,fallocate,fsync,fdatasync:error=EROFS"
    command = [program("strace"), "-f", f"--inject={refused}", *paths, "-p", str(pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        tracer.communicate()
        if os.geteuid() == 0 and os.environ.get("RDP_TRIAGE_REAL") == "required":
            pytest.fail(said)
        pytest.skip(f"nobody may trace a process here: {said}")
    reading = threading.Thread(target=tracer.stderr.read)  # or it stops where nobody listens
    reading.start()
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)  # it lets go of the process
        tracer.wait()
        reading.join()
        tracer.stderr.close()


def children(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, task.read_text(encoding="ascii").split())
    return [each for one in found for each in (one, *children(one))]


class Wire:
    """A TCP forwarder on the loopback that can go deaf while its ends notice nothing."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._deaf: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> "Wire":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen; the second time on the port of the first."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Be gone: connections are refused."""
        assert self._server is not None
        self._server.close()
        self.cut()

    def deafen(self) -> None:
        """Whatever is connected now stays connected and hears nothing any more."""
        self._deaf |= self._writers

    def cut(self) -> None:
        """Break whatever is connected now."""
        for writer in self._writers:
            writer.transport.abort()

    def cut_deaf(self) -> None:
        """Break what has gone deaf."""
        for writer in self._deaf:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, outer}
        await asyncio.gather(self._pump(reader, outer), self._pump(inner, writer))
        self._writers -= {writer, outer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if writer not in self._deaf:
                    writer.write(data)
                    await writer.drain()
        writer.close()
