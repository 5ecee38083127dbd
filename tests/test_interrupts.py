"""Ctrl-C in the first moments of a command, while its modules are loaded."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.interrupts import deadly

PRESSED = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise ImportError('went on')\n"


def usual() -> None:
    """As a shell starts a program; a job in the background ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("module", ["click", "idna"])
def test_ctrl_c_while_modules_are_loaded_ends_quietly(tmp_path: Path, module: str) -> None:
    """The first is loaded for the command line itself, the second for the command."""
    (tmp_path / f"{module}.py").write_text(PRESSED)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check", "127.0.0.1:1"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},
        preexec_fn=usual,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_who_ignores_or_handles_it_goes_on_to(handler: signal.Handlers) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        with deadly():
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_is_handled_again_afterwards() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with deadly():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_changes_nothing() -> None:
    seen = list[object]()

    def look() -> None:
        with deadly():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
