"""The lab as a process of its own, driven over its standard input."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Process = subprocess.Popen[str]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Process]:
    with subprocess.Popen(
        [sys.executable, "-m", "bot.lab", str(tmp_path / "lab")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def heard(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    assert isinstance(answer, dict)
    return answer


def told(process: Process, command: str) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(command + "\n")
    process.stdin.flush()
    return heard(process)


def test_it_tells_where_it_is_and_obeys(lab: Process, tmp_path: Path) -> None:
    first = heard(lab)
    assert Path(first["settings"]) == tmp_path / "lab" / "rdp-triage.toml"
    assert Path(first["settings"]).is_file()
    assert first["hosts"]["srv-app-07.lab.example"]["cause"] == "certificate-expired"
    assert "SessionEnv" in told(lab, "repair srv-app-07")["done"]
    assert "expired" in told(lab, "damage srv-app-07")["done"]
    assert told(lab, "seen srv-app-07")["connections"] == 0
    assert told(lab, "jumpbox down")["ok"]
    assert not told(lab, "jumpbox on-fire")["ok"]
    assert told(lab, "jumpbox down branch")["place"] == "branch"
    assert "it has: lab, branch" in told(lab, "jumpbox down cellar")["error"]
    assert "nowhere" in told(lab, "repair nowhere")["error"]
    lab.communicate("quit\n", timeout=20)
    assert lab.returncode == 0


def test_every_port_that_it_names_listens(lab: Process) -> None:
    said = heard(lab)
    ports = [each["port"] for kind in ("hosts", "gateways") for each in said[kind].values()]
    for place in (said, said["branch"]):
        ports += [place["jumpbox"], place["dns"]["tcp"]]
    assert all(ports.count(each) == 1 for each in ports if each)
    silent = [each["port"] for each in said["hosts"].values() if not each["port"]]
    assert len(silent) == 1, "only the host whose port refuses has no listener"
    for port in filter(None, ports):
        socket.create_connection(("127.0.0.1", port), 5).close()


def test_the_end_of_input_ends_it(lab: Process) -> None:
    heard(lab)
    lab.communicate(timeout=20)
    assert lab.returncode == 0
