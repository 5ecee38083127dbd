"""Where the output cannot go: no exit code may then speak of the host."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "bot"]
CLOSED = ["bash", "-c", '"$@" >&-', "bash"]
FULL = Path("/dev/full")
EXPLAINED = ["code", "0x904"]


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_a_reader_that_has_gone_is_no_fault_of_the_host() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *EXPLAINED], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [EXPLAINED, [*EXPLAINED, "--json"]])
def test_a_full_disk_is_named(words: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "rdp-triage: the output cannot be written: No space left on device\n"


def test_a_program_without_stdout_still_tells_by_its_code() -> None:
    done = ran(*CLOSED, *COMMAND, *EXPLAINED)
    assert (done.returncode, done.stderr) == (0, "")
    done = ran(*CLOSED, *COMMAND, "code", "banana")
    assert done.returncode == 2
    assert "banana" in done.stderr


def test_a_bug_is_no_fault_of_the_host() -> None:
    broken = "import bot.__main__ as program;program.run = lambda: 1 / 0;program.main()"
    done = ran(sys.executable, "-c", broken)
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
