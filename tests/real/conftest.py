"""The real servers, each started once a session when a test first asks for it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.park import Park
from tests.real.processes import Server, free_port, server
from tests.real.shadow import display
from tests.real.sshd import Jumpbox, sshd


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="session")
def park(real: Path, request: pytest.FixtureRequest) -> Iterator[Park]:
    """The RDP servers by name."""
    found = Park(real, lambda: str(request.getfixturevalue("screen")))
    with found.stack:
        yield found


@pytest.fixture(scope="session")
def good_xrdp(park: Park) -> Server:
    """Sound certificate, TLS 1.2 and 1.3, no NLA (xrdp has none)."""
    return park.server("xrdp-good")


@pytest.fixture(scope="session")
def expired_xrdp(park: Park) -> Server:
    """As the good one, but its certificate ended three days ago."""
    return park.server("xrdp-expired")


@pytest.fixture(scope="session")
def rdp_only_xrdp(park: Park) -> Server:
    """Only the old RDP security."""
    return park.server("xrdp-rdp-only")


@pytest.fixture(scope="session")
def screen(real: Path) -> Iterator[str]:
    """An empty virtual X display."""
    with display(real) as name:
        yield name


@pytest.fixture(scope="session")
def nla_shadow(park: Park) -> Server:
    """FreeRDP's server; NLA required."""
    return park.server("shadow-nla")


@pytest.fixture(scope="session")
def web(real: Path) -> Iterator[Server]:
    """An HTTP server that refuses at once what is no HTTP, as most do."""
    port = free_port()
    command = [sys.executable, "-m", "aiohttp.web", "-H", "127.0.0.1", "-P", str(port)]
    with server([*command, "tests.real.website:site"], port, real / "web.txt") as running:
        yield running


@pytest.fixture(scope="session")
def line_web(real: Path) -> Iterator[Server]:
    """An HTTP server that waits for a whole line before it says anything; its folder is empty."""
    port, folder = free_port(), real / "line-web"
    folder.mkdir()
    command = [sys.executable, "-m", "http.server", str(port)]
    command += ["--bind", "127.0.0.1", "--directory", str(folder)]
    with server(command, port, real / "line-web.txt") as running:
        yield running


@pytest.fixture(scope="session")
def mute(real: Path) -> Iterator[Server]:
    """A server that never answers."""
    port = free_port()
    command = [sys.executable, "-m", "tests.real.silence", str(port)]
    with server(command, port, real / "mute.txt") as running:
        yield running


@pytest.fixture(scope="session")
def closed_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def jumpbox(real: Path) -> Iterator[Jumpbox]:
    """A sshd that forwards."""
    with sshd(real / "sshd") as running:
        yield running


@pytest.fixture(scope="session")
def strict_jumpbox(real: Path) -> Iterator[Jumpbox]:
    """A sshd that lets us in and forbids forwarding."""
    with sshd(real / "sshd-strict", forwarding=False) as running:
        yield running
