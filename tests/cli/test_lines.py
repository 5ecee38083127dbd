"""Lines of a descriptor, and what Ctrl-C does while a line is awaited."""

import asyncio
import contextlib
import os
import pty
import signal
import sys

from bot.cli.lines import Lines

PROGRAM = [sys.executable, "-m", "bot"]


async def test_lines_come_one_by_one_and_the_end_stays_the_end() -> None:
    reader, writer = os.pipe()
    lines = Lines(reader)
    await asyncio.to_thread(os.write, writer, b"worked\nn\xff\n\nlast")
    os.close(writer)
    assert [await lines.next() for _ in range(6)] == ["worked\n", "n�\n", "\n", "last", "", ""]
    os.close(reader)


def test_ctrl_c_at_the_prompt_of_the_demo_ends_at_once() -> None:
    """On a terminal, as a person does it: no further key is needed, and no traceback is shown."""
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background ignores it
        os.execv(sys.executable, [*PROGRAM, "demo", "--terminal"])  # noqa: S606 - ourselves
    shown = _until(terminal, b"quit: ")
    assert b"quit: " in shown, shown
    os.write(terminal, b"\x03")
    shown = _until(terminal, b"")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    assert code == 130, shown
    assert b"interrupted" in shown
    assert b"Traceback" not in shown


def _until(terminal: int, end: bytes) -> bytes:
    """What a terminal shows up to ``end``, or until the program is gone."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux reports the end of a terminal as an error
        while not end or end not in shown:
            shown += os.read(terminal, 4096)
    return shown
