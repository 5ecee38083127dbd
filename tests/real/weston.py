"""Weston, the Wayland reference compositor, whose desktop is shown over RDP: TLS, no NLA."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.real.material import Pair
from tests.real.processes import Server, free_port, server
from tests.real_programs import program


@contextlib.contextmanager
def weston(folder: Path, pair: Pair) -> Iterator[Server]:
    """A compositor without screen, with a run-time folder of its own."""
    port, runtime = free_port(), folder / "run"
    runtime.mkdir(parents=True, mode=0o700)
    command = [
        program("weston"),
        "--backend=rdp-backend.so",
        "--no-config",
        "--idle-time=0",
        "--socket=rdp-triage",
        "--address=127.0.0.1",
        f"--port={port}",
        f"--rdp-tls-cert={pair.public}",
        f"--rdp-tls-key={pair.private}",
    ]
    env = {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)}
    with server(command, port, folder / "weston.txt", env=env) as running:
        yield running
