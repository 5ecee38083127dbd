"""How a host is treated, seen from its side: connections counted, every byte read.

At most 15 connections a run, 3 of them pending at once, 4 in a sweep; nothing that signs in.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab.client import AUTHENTICATE, NEGOTIATE, secured
from tests.real.cli import COMMAND, NAME, Way, check, settings
from tests.real.material import Recipe, certificate
from tests.real.park import Park
from tests.real.processes import START_SECONDS, Server, free_port, server
from tests.real.sshd import Jumpbox

pytestmark = pytest.mark.real

SIGNATURE = b"NTLMSSP\0"
NEGOTIATES, AUTHENTICATES = (SIGNATURE + kind.to_bytes(4, "little") for kind in (1, 3))
MOST, MOST_PENDING, MOST_IN_A_SWEEP = 15, 3, 4

Tapped = Callable[[str], Server]


@pytest.fixture
def tapped(park: Park, tmp_path: Path) -> Iterator[Tapped]:
    """A relay in front of a server of the park."""
    with ExitStack() as stack:

        def start(name: str) -> Server:
            port = free_port()
            command = [sys.executable, "-m", "tests.real.tap", str(port)]
            command.append(str(park.server(name).port))
            return stack.enter_context(server(command, port, tmp_path / f"{name}.tap"))

        yield start


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Server]:
    """A host with NLA that records what comes inside TLS."""
    port, pair = free_port(), certificate(tmp_path, Recipe())
    command = [sys.executable, "-m", "tests.real.recorder", str(port)]
    command += [str(pair.public), str(pair.private)]
    with server(command, port, tmp_path / "recorder.txt") as running:
        yield running


def lines(running: Server, least: int) -> list[dict[str, Any]]:
    """What a relay or a recorder wrote so far, once it is at least so many lines."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        text = running.log.read_text(encoding="utf-8")
        found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        if len(found) >= least or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def ended(running: Server) -> list[dict[str, Any]]:
    """The connections of a relay, when all have ended; the first is that of the test itself."""
    found = lines(running, 2)
    while len(found) < max(one["number"] for one in found):
        found = lines(running, max(one["number"] for one in found))
    return sorted(found, key=lambda one: one["number"])[1:]


@pytest.mark.parametrize("name", ["xrdp-good", "xrdp-mismatch", "shadow-nla", "weston"])
@pytest.mark.parametrize("via", [NAME, "direct"])
def test_a_check_is_polite(
    tapped: Tapped, jumpbox: Jumpbox, tmp_path: Path, name: str, via: str
) -> None:
    host = tapped(name)
    config = settings(tmp_path, Way.to(jumpbox), [host.port])
    result = check(f"127.0.0.1:{host.port}", config, "--json", via=via)
    assert result.seen["ladders"][via] in {"ok", "tls"}
    seen = ended(host)
    assert 3 <= len(seen) <= MOST
    assert max(one["pending"] for one in seen) <= MOST_PENDING
    # Of what is not encrypted, nothing belongs to a sign-in; the only name is our own.
    for one in seen:
        sent = bytes.fromhex(one["sent"])
        assert SIGNATURE not in sent
        assert set(re.findall(rb"mstshash=([^\r]*)", sent)) <= {b"rdptriage"}


@pytest.mark.parametrize("name", ["xrdp-good", "shadow-nla"])
def test_a_sweep_is_more_polite(
    tapped: Tapped, jumpbox: Jumpbox, tmp_path: Path, name: str
) -> None:
    host, listed = tapped(name), tmp_path / "hosts.txt"
    config = settings(tmp_path, Way.to(jumpbox), [host.port])
    listed.write_text(f"127.0.0.1:{host.port}\n", encoding="ascii")
    words = ["sweep", str(listed), "--via", NAME, "--format", "jsonl", "--config", str(config)]
    ran = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, timeout=90, check=False
    )
    assert ran.returncode == 0, ran.stderr
    seen = ended(host)
    assert 1 <= len(seen) <= MOST_IN_A_SWEEP
    assert max(one["pending"] for one in seen) <= MOST_PENDING


@pytest.mark.parametrize("via", [NAME, "direct"])
def test_nothing_follows_the_first_message_of_a_sign_in(
    recorder: Server, jumpbox: Jumpbox, tmp_path: Path, via: str
) -> None:
    config = settings(tmp_path, Way.to(jumpbox), [recorder.port])
    result = check(f"127.0.0.1:{recorder.port}", config, "--json", via=via)
    told = result.facts("nla.challenge", via)
    assert (told["computer"], told["os_build"]) == ("RECORDER", 22631)
    (spoken,) = lines(recorder, 1)
    first = bytes.fromhex(spoken["first"])
    assert NEGOTIATES in first
    assert AUTHENTICATES not in first
    assert spoken["rest"] == ""


async def test_the_recorder_would_see_a_sign_in(recorder: Server) -> None:
    """Else the test above would prove nothing."""
    async with secured(recorder.port) as stream:
        stream.writer.write(NEGOTIATE)
        assert SIGNATURE + b"\x02" in await stream.reader.read(4096)
        stream.writer.write(AUTHENTICATE + AUTHENTICATES)
        await stream.writer.drain()
    (spoken,) = lines(recorder, 1)
    assert AUTHENTICATES in bytes.fromhex(spoken["rest"])
