"""Sweeps: 200 real xrdp beside nmap and sslyze with the same list; simulated hosts by the thousand.

Whole processes are compared, each from its start to its end.  The servers share this machine's
processors with whoever asks them.
"""

import json
import subprocess
import sys
from pathlib import Path

from bot.vantage.icmp_sockets import echo_socket
from tests.benchmarks.figures import Figures, Goal, Ran, run
from tests.benchmarks.load import IN_FLIGHT
from tests.benchmarks.rivals import nmap, sslyze
from tests.benchmarks.servers import PORT, settings, xrdps
from tests.benchmarks.sweep import alone, hosts

FEW, REAL, SIMULATED = 20, 200, 2000
NMAP_GOAL, SSLYZE_GOAL = Goal(15, at_least=True), Goal(2, at_least=True)
CPU_GOAL = Goal(8)


def real(figures: Figures, folder: Path, count: int) -> None:
    """Sweep real servers with three tools; ours before and after each rival, as the load drifts."""
    addresses = [f"127.0.{72 + number // 200}.{number % 200 + 1}" for number in range(count)]
    listed = folder / "addresses"
    listed.write_text("".join(f"{address}\n" for address in addresses), encoding="ascii")
    with_port = folder / "with-port"
    with_port.write_text("".join(f"{one}:{PORT}\n" for one in addresses), encoding="ascii")
    config = settings(folder, "127.0.0.0/8")
    with xrdps(folder / "xrdps", addresses):
        figures.title(f"Sweep of {count} real xrdp processes, no delay")
        mine = _sweep(listed, config)
        _told(figures, "rdp-triage sweep", mine, 0)
        figures.show("   CPU a host, the program's start included", mine.cpu * 1000 / count, "ms")
        for name, rival, goal, sign in (
            ("nmap, four scripts", nmap("-iL", str(listed)), NMAP_GOAL, "|     SSL: SUCCESS"),
            (
                "sslyze --certinfo",
                sslyze("--certinfo", "--mozilla_config=disable", f"--targets_in={with_port}"),
                SSLYZE_GOAL,
                "Certificate Chain #1 (",
            ),
        ):
            if rival is None:
                figures.say(f"{name}: not installed")
                continue
            ran, again = run(rival), _sweep(listed, config)
            ours, mine = (mine.seconds + again.seconds) / 2, again
            figures.show("rdp-triage sweep, before and after the next", ours, "s")
            _told(figures, name, ran, ran.output.count(sign))
            figures.show(
                "   its time / ours",
                ran.seconds / ours,
                "x",
                goal if count == REAL else None,
            )
            figures.show("   its CPU / ours", ran.cpu / mine.cpu, "x")


def _sweep(listed: Path, config: Path) -> Ran:
    """Our whole command; the output holds a line a host."""
    command = [sys.executable, "-m", "bot", "sweep", str(listed), "--format", "jsonl"]
    return run([*command, "--config", str(config)])


def _told(figures: Figures, name: str, ran: Ran, found: int) -> None:
    if name.startswith("rdp-triage"):
        found = sum(1 for line in ran.output.splitlines() if '"not_after"' in line)
    figures.show(name, ran.seconds, "s")
    figures.show("   its CPU", ran.cpu, "s")
    figures.say(f"   hosts that it tells something about: {found}")


def simulated(figures: Figures, count: int) -> None:
    """Sweep simulated hosts in this program's own process, and look at some completely."""
    figures.title(f"Sweep of {count} simulated hosts, no delay")
    with hosts(count) as ports:
        swept = _measured("swept", ports)
        figures.show("hosts a second", count / swept["seconds"], "")
        figures.show("hosts judged", swept["judged"], f"of {count}")
        figures.show("client CPU a host, at most 4 connections", swept["cpu_ms"], "ms", CPU_GOAL)
        few = ports[:200]
        figures.show("   CPU of a bare handshake, for comparison", alone(few), "ms")
        whole = _measured("whole", few)
        figures.show("client CPU a host, everything, direct", whole["cpu_ms"], "ms", CPU_GOAL)
        figures.say(f"   echoes by {_echoes()}")
        one, many = _measured("one", few), _measured("many", few)
        each = (many["heap"] - one["heap"]) / (IN_FLIGHT - 1)
        figures.show("memory a host in flight (Python's heap)", each / 1024, "KiB")
        each = (many["resident"] - one["resident"]) / (IN_FLIGHT - 1)
        figures.show("memory a host in flight (resident)", each / 1024, "KiB")


def _echoes() -> str:
    """How this machine lets us ping, on which the figure for everything depends."""
    opened = echo_socket(4)
    if opened is None:
        return "processes of ping: neither ping_group_range nor CAP_NET_RAW gives us a socket"
    opened.socket.close()
    return "a datagram socket of ours" if opened.ident is None else "a raw socket of ours"


def _measured(what: str, ports: list[int]) -> dict[str, float]:
    """Figures of a process that does nothing else."""
    command = [sys.executable, "-m", "tests.benchmarks.load", what]
    done = subprocess.run(
        command, input=json.dumps(ports), stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
