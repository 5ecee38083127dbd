"""FreeRDP's shadow server: one user, a SAM file, an X display."""

import contextlib
import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.material import Pair
from tests.real.processes import LOOPBACK, START_SECONDS, Place, Server, child, free_port, server
from tests.real_programs import program

USER, PASSWORD = "probe", "password"
NT_HASH = "8846f7eaee8fb117ad06bdd830b7586c"
"""The MD4 of the password in UTF-16LE; a SAM line is user:domain:LM hash:NT hash:::"""


@contextlib.contextmanager
def shadow(
    folder: Path, pair: Pair, screen: str, *, security: str = "nla", place: Place = LOOPBACK
) -> Iterator[Server]:
    """A shadow server that shares the X display ``screen``; in a namespace on port 3389."""
    port, sam = free_port() if place.namespace is None else 3389, folder / "sam"
    home = folder / "home" / ".config" / "freerdp" / "shadow"
    home.mkdir(parents=True)
    (home / "shadow.crt").write_bytes(pair.public.read_bytes())
    (home / "shadow.key").write_bytes(pair.private.read_bytes())
    sam.write_text(f"{USER}:::{NT_HASH}:::\n", encoding="ascii")
    command = [
        program("freerdp-shadow-cli"),
        f"/port:{port}",
        f"/bind-address:{place.address}",
        "+auth",
        f"/sec:{security}",
        f"/sam-file:{sam}",
    ]
    env = {"HOME": str(folder / "home"), "DISPLAY": screen}
    with server(command, port, folder / "shadow.txt", env=env, place=place) as running:
        yield running


@contextlib.contextmanager
def display(folder: Path) -> Iterator[str]:
    """A virtual X display that chose its own number."""
    reading, writing = os.pipe()
    command = [program("Xvfb"), "-displayfd", str(writing)]
    # Without -noreset it restarts whenever its last client leaves, and refuses the next meanwhile.
    command += ["-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"]
    with child(command, folder / "xvfb.txt", keep=writing):
        os.close(writing)
        with os.fdopen(reading) as pipe:
            if not select.select([pipe], [], [], START_SECONDS)[0]:
                pytest.fail(f"Xvfb: {(folder / 'xvfb.txt').read_text(encoding='utf-8')}")
            yield f":{pipe.readline().strip()}"
