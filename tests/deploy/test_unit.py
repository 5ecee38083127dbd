"""The systemd unit: read by systemd itself, hardened, and in step with the program."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.app import DRAIN
from tests.real_programs import program

HOME = Path(__file__).parents[2]
UNIT = HOME / "deploy" / "rdp-triage.service"
MOST_EXPOSED = 2.0
"""Of 10; a service without any hardening has 9.6."""


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_program_has_the_time_that_it_needs_to_stop() -> None:
    assert int(settings()["TimeoutStopSec"][0]) >= 2 * DRAIN


def test_the_dangerous_things_are_closed() -> None:
    found = settings()
    for name in ("NoNewPrivileges", "DynamicUser", "ProtectHome", "MemoryDenyWriteExecute"):
        assert found[name] == ["yes"], name
    assert found["ProtectSystem"] == ["strict"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert re.fullmatch(r"\d+M", found["MemoryMax"][0])


@pytest.mark.real
def test_systemd_reads_it_and_finds_it_hardened(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    unit = tmp_path / UNIT.name
    text = re.sub(r"ExecStart=\S+", f"ExecStart={program('true')}", UNIT.read_text())
    unit.write_text(text.replace("file:///opt/rdp-triage/docs/operations.md", "man:true(1)"))
    read = subprocess.run(
        [analyze, "verify", str(unit)], check=False, capture_output=True, text=True
    )
    assert (read.returncode, read.stderr) == (0, "")
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(unit)],
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.search(r"exposure level .*: ([0-9.]+)", rated.stdout)
    assert found, rated.stdout + rated.stderr
    print(f"exposure {found[1]} of 10")
    assert float(found[1]) <= MOST_EXPOSED
    assert rated.returncode == 0, rated.stderr
