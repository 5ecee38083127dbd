"""Real servers for the benchmarks: xrdp, FreeRDP's shadow server, OpenSSH, at given addresses."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.real.material import Recipe, certificate
from tests.real.processes import START_SECONDS, child
from tests.real.shadow import display
from tests.real.sshd import Jumpbox
from tests.real.xrdp import INI, Setup
from tests.real_programs import program

PORT = 3389
"""The only one on which all of nmap's scripts run by themselves."""

Inside = Callable[..., list[str]]
"""Puts a command where it shall run."""


def here(*command: str) -> list[str]:
    """Run it in this process's own network."""
    return list(command)


@contextlib.contextmanager
def xrdps(folder: Path, addresses: Sequence[str], inside: Inside = here) -> Iterator[None]:
    """One xrdp process an address, all with the same certificate."""
    folder.mkdir(parents=True)
    pair = certificate(folder, Recipe())
    rsa_keys, setup = folder / "rsakeys.ini", Setup()
    keygen = [program("xrdp-keygen"), "xrdp", str(rsa_keys)]
    subprocess.run(keygen, check=True, capture_output=True)
    with ExitStack() as running:
        for address in addresses:
            ini = folder / f"{address}.ini"
            listen, log = f"tcp://{address}:{PORT}", folder / f"{address}.log"
            text = INI.format(listen=listen, log=log, pair=pair, rsa_keys=rsa_keys, setup=setup)
            ini.write_text(text, encoding="utf-8")
            command = inside(program("xrdp"), "--nodaemon", "-c", str(ini))
            running.enter_context(child(command, folder / f"{address}.txt"))
        for address in addresses:
            _wait_for(address)
        yield


@contextlib.contextmanager
def nla_shadow(folder: Path, address: str, inside: Inside = here) -> Iterator[None]:
    """FreeRDP's shadow server, NLA required; nobody can log in."""
    home = folder / ".config" / "freerdp" / "shadow"
    home.mkdir(parents=True)
    pair = certificate(folder, Recipe())
    (home / "shadow.crt").write_bytes(pair.public.read_bytes())
    (home / "shadow.key").write_bytes(pair.private.read_bytes())
    (folder / "sam").touch()
    command = [program("freerdp-shadow-cli"), f"/port:{PORT}", f"/bind-address:{address}"]
    command += ["+auth", "/sec:nla", f"/sam-file:{folder / 'sam'}"]
    with display(folder) as screen:
        env = {"HOME": str(folder), "DISPLAY": screen}
        with child(inside(*command), folder / "shadow.txt", env=env):
            _wait_for(address)
            yield


@contextlib.contextmanager
def simulated(folder: Path, address: str, inside: Inside = here) -> Iterator[None]:
    """A simulated Windows Server that requires NLA."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "tests.benchmarks.simulated", address, str(PORT)]
    with child(inside(*command), folder / "simulated.txt"):
        _wait_for(address)
        yield


_DIRECT = """\
[targets]
allow = ["{network}"]
ports = [{port}]
direct = true
"""
_JUMPBOX = """\
[[jumpbox]]
name = "jump"
host = "127.0.0.1"
port = {port}
user = "root"
key = "{key}"
known_hosts = "known_hosts"
targets = ["{network}"]

"""


def settings(folder: Path, network: str, jumpbox: Jumpbox | None = None) -> Path:
    """Write settings that let everything in a network be looked at, here and from a jump box."""
    text = _DIRECT.format(network=network, port=PORT)
    if jumpbox is not None:
        port, key = jumpbox.server.port, jumpbox.client_key.private
        text = _JUMPBOX.format(port=port, key=key, network=network) + text
        pinned = jumpbox.host_key.public.read_text(encoding="ascii")
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {pinned}", encoding="ascii")
    path = folder / "rdp-triage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, PORT), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {address}")
