"""Pinning OpenSSH's host key from the command line: asked, told, replaced, never silently."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.real.cli import COMMAND, NAME, Way, settings
from tests.real.material import ssh_key
from tests.real.sshd import Jumpbox
from tests.real_programs import program

pytestmark = pytest.mark.real


def fingerprint(jumpbox: Jumpbox) -> str:
    """What the machine itself says about its key."""
    command = [program("ssh-keygen"), "-lf", f"{jumpbox.host_key.private}.pub"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1]


def trust(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "jumpbox", "trust", NAME, "--config", str(config), *more]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.fixture
def config(jumpbox: Jumpbox, tmp_path: Path) -> Path:
    """Settings whose jump box has no pinned key, in a file with somebody else's."""
    path = settings(tmp_path, Way.to(jumpbox), [3389])
    (tmp_path / "known_hosts").write_text("# ours\nother.example ssh-ed25519 AAAA\n", "ascii")
    return path


def works(config: Path, jumpbox: Jumpbox) -> bool:
    """Whether OpenSSH's own client takes the file as it is now."""
    server = jumpbox.server
    command = [
        program("ssh"), "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
        "-o", f"UserKnownHostsFile={config.parent / 'known_hosts'}",
        "-o", "GlobalKnownHostsFile=none", "-i", str(jumpbox.client_key.private),
        "-p", str(server.port), server.address, "true",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_told_fingerprint_is_pinned_and_openssh_agrees(jumpbox: Jumpbox, config: Path) -> None:
    assert not works(config, jumpbox)
    done = trust(config, "--fingerprint", fingerprint(jumpbox))
    assert done.returncode == 0, done.stderr
    assert fingerprint(jumpbox) in done.stdout
    assert works(config, jumpbox)
    kept = (config.parent / "known_hosts").read_text("ascii").splitlines()
    assert kept[:2] == ["# ours", "other.example ssh-ed25519 AAAA"]
    again = trust(config)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert (config.parent / "known_hosts").read_text("ascii").splitlines() == kept


def test_without_anybody_to_ask_nothing_is_pinned(jumpbox: Jumpbox, config: Path) -> None:
    before = (config.parent / "known_hosts").read_bytes()
    done = trust(config)
    assert (done.returncode, "--fingerprint" in done.stderr) == (2, True)
    wrong = trust(config, "--fingerprint", "SHA256:other")
    assert (wrong.returncode, "nothing was pinned" in wrong.stderr) == (2, True)
    assert (config.parent / "known_hosts").read_bytes() == before


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_a_person_is_asked(jumpbox: Jumpbox, config: Path, answer: str, code: int) -> None:
    controller, terminal = pty.openpty()
    command = [*COMMAND, "jumpbox", "trust", NAME, "--config", str(config)]
    with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE) as process:
        os.write(controller, answer.encode())
        said = process.communicate(timeout=60)[0].decode()
    os.close(terminal)
    os.close(controller)
    assert process.returncode == code
    assert "Does the machine itself show the same?" in said
    assert works(config, jumpbox) == (code == 0)


def test_a_changed_key_needs_to_be_said(jumpbox: Jumpbox, tmp_path: Path) -> None:
    way = Way(
        jumpbox.server.port, ssh_key(tmp_path, "formerly"), jumpbox.client_key,
        jumpbox.server.address,
    )  # fmt: skip
    config = settings(tmp_path, way, [3389])
    right = fingerprint(jumpbox)
    refused = trust(config, "--fingerprint", right)
    assert (refused.returncode, "--replace" in refused.stderr) == (2, True)
    assert not works(config, jumpbox)
    assert trust(config, "--fingerprint", right, "--replace").returncode == 0
    assert works(config, jumpbox)
    assert len((tmp_path / "known_hosts").read_text("ascii").splitlines()) == 1


def test_an_unknown_name_and_a_dead_jump_box(config: Path) -> None:
    other = subprocess.run(
        [*COMMAND, "jumpbox", "trust", "nobody", "--config", str(config)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (other.returncode, NAME in other.stderr) == (2, True)
    text = config.read_text("utf-8")
    config.write_text(text.replace("\nport = ", "\nport = 1 # "), "utf-8")
    dead = trust(config)
    assert (dead.returncode, NAME in dead.stderr) == (3, True)
