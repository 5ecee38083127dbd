import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.store.base import StoreError
from bot.store.lock import AlreadyServed, ServeLock

HOLD = """
import os, sys, time
from pathlib import Path
from bot.store.lock import ServeLock
lock = ServeLock(Path(sys.argv[1]))
child = os.fork() if sys.argv[2] == "fork" else -1
if child:
    sys.stdout.write(f"{child}\\n")
    sys.stdout.flush()
time.sleep(60)
"""


def test_a_second_one_learns_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "tickets.db"
    with ServeLock(path):
        with pytest.raises(AlreadyServed, match=rf"process {os.getpid()} already serves") as caught:
            ServeLock(path)
        assert caught.value.pid == os.getpid()
        assert str(path) in str(caught.value)
    with ServeLock(path) as again:
        again.release()
        again.release()
        ServeLock(path).release()


@pytest.mark.parametrize("forks", ["fork", "alone"])
def test_a_killed_holder_frees_it(tmp_path: Path, forks: str) -> None:
    path = tmp_path / "tickets.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), forks], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        try:
            with pytest.raises(AlreadyServed, match=f"process {holder.pid} "):
                ServeLock(path)
            holder.kill()
            holder.wait()
            deadline = time.monotonic() + 30
            while True:
                try:
                    ServeLock(path).release()
                    break
                except AlreadyServed:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
        finally:
            if child > 0:
                os.kill(child, signal.SIGKILL)


def test_an_unreadable_pid(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    with ServeLock(path):
        (tmp_path / "tickets.db.serve").write_text("?")
        with pytest.raises(AlreadyServed, match="another process already serves"):
            ServeLock(path)


def test_no_place_for_the_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make the lock file"):
        ServeLock(tmp_path / "file" / "tickets.db")
