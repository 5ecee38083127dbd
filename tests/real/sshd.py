"""OpenSSH's server as a jump box that lets the user of the test run in with one key."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.material import Pair, ssh_key
from tests.real.processes import LOOPBACK, Place, Server, free_port, server
from tests.real_programs import program

CONFIG = """\
ListenAddress {place.address}
Port {port}
HostKey {host_key.private}
AuthorizedKeysFile {client_key.public}
AllowTcpForwarding {forwarding}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
PermitUserRC no
SetEnv HOME={folder}
{lines}
"""
# An empty home: whatever the account's own start-up files do is no business of the tests.


@dataclass(frozen=True, slots=True)
class Jumpbox:
    """A running sshd and what is needed to get in."""

    server: Server
    host_key: Pair
    client_key: Pair


@contextlib.contextmanager
def sshd(
    folder: Path,
    *,
    forwarding: bool = True,
    lines: str = "",
    place: Place = LOOPBACK,
    port: int | None = None,
) -> Iterator[Jumpbox]:
    """A jump box with fresh keys; ``lines`` of its configuration come last."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:  # only then does sshd insist on its empty folder
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port, config = port or free_port(), folder / "sshd_config"
    host_key, client_key = ssh_key(folder, "host_key"), ssh_key(folder, "client_key")
    config.write_text(
        CONFIG.format(
            place=place,
            folder=folder,
            port=port,
            host_key=host_key,
            client_key=client_key,
            forwarding="yes" if forwarding else "no",
            lines=lines,
        ),
        encoding="utf-8",
    )
    command = [program("sshd"), "-D", "-e", "-f", str(config)]
    with server(command, port, folder / "sshd.txt", place=place) as running:
        yield Jumpbox(running, host_key, client_key)
