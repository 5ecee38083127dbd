"""How fast probing is, beside nmap, sslyze and a bare connection: one run, the same targets.

``python -m tests.benchmarks.probing`` takes three to four minutes; ``--full`` adds the sweep of
200 real servers by three tools and of 2,000 simulated ones.  Figures are medians.  What cannot be
measured here is said so: the distances need root, the rivals must be installed.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.benchmarks import crowd
from tests.benchmarks.figures import Figures, end_tidily
from tests.benchmarks.rivals import SSLYZE, Host, Way, compare
from tests.benchmarks.servers import settings, xrdps

NEAR = Host("xrdp (TLS)", "127.0.71.1")


def machine() -> str:
    """What all figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def distances(figures: Figures, *, full: bool) -> None:
    """Run ``delayed`` in a network namespace of its own; its output is ours."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        figures.title("Distances")
        figures.say("not measured: a network namespace of its own needs root and unshare")
        near(figures)
        return
    command = ["unshare", "--net", "--", sys.executable, "-m", "tests.benchmarks.delayed"]
    command += ["--full"] if full else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = ""
        try:
            for line in process.stdout:
                if last:
                    print(last, end="", flush=True)
                last = line
        finally:
            process.terminate()  # it has ended, unless we are being ended
    if process.returncode:
        print(last, end="")
        figures.say(f"not measured: ended with {process.returncode}")
        return
    reached, missed = json.loads(last)
    figures.reached += reached
    figures.missed += missed


def near(figures: Figures) -> None:
    """The rivals without a distance, where none can be made."""
    figures.title("Beside nmap and sslyze, on the loopback")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with xrdps(folder / "xrdp", [NEAR.address]):
            compare(figures, NEAR, Way(settings(folder, "127.0.0.0/8"), "direct", 1))


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.probing")
    parser.add_argument("--full", action="store_true", help="the long sweeps too")
    full = parser.parse_args(arguments).full
    end_tidily()
    figures = Figures()
    print(machine())
    if not SSLYZE.exists():
        print("sslyze: not installed (`make bench` installs it)")
    try:
        distances(figures, full=full)
        crowd.simulated(figures, crowd.SIMULATED if full else crowd.REAL)
        with tempfile.TemporaryDirectory() as name:
            crowd.real(figures, Path(name), crowd.REAL if full else crowd.FEW)
    except pytest.skip.Exception as missing:
        figures.say(f"not measured: {missing}")
    figures.close()


if __name__ == "__main__":
    main()
