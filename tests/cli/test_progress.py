"""What `check` and `sweep` show on a terminal while they look."""

import asyncio
import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from bot.lab import Lab

HOME = Path(__file__).parents[2]
PATIENCE = 60.0
ENVIRONMENT = {**os.environ, "TERM": "xterm"}


@pytest.mark.parametrize("command", ["check", "sweep"])
async def test_a_terminal_shows_progress_and_stdout_stays_clean(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "hosts").write_text("srv-app-07\nsrv-app-01\n", encoding="utf-8")
    async with Lab() as lab:
        lab.settings_toml(tmp_path)
        code, out, said = await in_terminal(tmp_path, command)
    assert code == 1
    assert "certificate has expired" in out
    assert "\x1b" not in out
    if command == "check":
        assert "…            TLS" in said
        assert "fault        Certificate" in said
        assert said.endswith("\x1b[J"), "the rows are taken away at the end"
        assert "…" not in out
    else:
        assert "Looking" in said
        assert "2/2" in said
        assert "2 hosts" in said


async def in_terminal(folder: Path, command: str) -> tuple[int | None, str, str]:
    """Exit code, stdout, and what a terminal on stderr showed."""
    what = "srv-app-07" if command == "check" else str(folder / "hosts")
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, what,
        "--config", str(folder / "rdp-triage.toml"),
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
        cwd=HOME,
        env=ENVIRONMENT,
    )  # fmt: skip
    os.close(theirs)
    shown = asyncio.create_task(asyncio.to_thread(read_all, ours))
    try:
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode, out.decode(), await shown


def read_all(descriptor: int) -> str:
    """Everything that a terminal shows until the other side has gone."""
    data = b""
    try:
        while piece := os.read(descriptor, 65536):
            data += piece
    except OSError:  # Linux: EIO once nobody holds the other side
        pass
    finally:
        os.close(descriptor)
    return data.decode()


async def test_ctrl_c_leaves_a_narrow_terminal_clean(tmp_path: Path) -> None:
    columns, lines = 30, 5
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (lines, columns))
    async with Lab() as lab:
        lab.settings_toml(tmp_path)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "check", "pc-sales-11",
            "--config", str(tmp_path / "rdp-triage.toml"),
            stdout=asyncio.subprocess.PIPE,
            stderr=theirs,
            cwd=HOME,
            env=ENVIRONMENT,
        )  # fmt: skip
        os.close(theirs)
        said = b""
        async with asyncio.timeout(PATIENCE):
            while b"Name" not in said and "…".encode() not in said:
                said += await asyncio.to_thread(os.read, ours, 65536)
            process.send_signal(signal.SIGINT)
            rest = await asyncio.to_thread(read_all, ours)
            out, _ = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    shown = said.decode() + rest
    assert shown.endswith("\x1b[Jinterrupted\r\n") or shown.endswith("\x1b[J\r\ninterrupted\r\n")
    assert "Traceback" not in shown
    for frame in shown.split("\x1b[J"):
        drawn = frame.split("\r\n")[:-1] if "\x1b[" in frame else []
        assert len(drawn) < lines
        assert all(len(line) < columns for line in drawn)
