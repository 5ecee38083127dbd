"""Comparisons over a distance: hosts on a far side, a jump box on this one.

``python -m tests.benchmarks.delayed`` runs in a network namespace that the caller made for it.
"""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.chain import ANSWERS, TCP_PROBES, Pair, median, turns
from tests.benchmarks.farside import FAR, FarSide, far_side
from tests.benchmarks.figures import Figures, Goal
from tests.benchmarks.rivals import Host, compare
from tests.benchmarks.servers import nla_shadow, settings, simulated, xrdps
from tests.real.sshd import Jumpbox, sshd

DISTANCES = (0.0, 0.010, 0.040)
TURNS = 7
XRDP, SHADOW, WINDOWS = (
    Host("xrdp (TLS)", FAR[0]),
    Host("FreeRDP shadow server (NLA)", FAR[1]),
    Host("simulated Windows Server 2022 (NLA)", FAR[2]),
)
ANSWERS_GOAL, TCP_GOAL, LOST_GOAL = Goal(1.3), Goal(3), Goal(0)
SYN_LOST_MS = 900
"""A connect that takes this long has lost its first SYN."""


@contextmanager
def stage(folder: Path) -> Iterator[tuple[FarSide, Jumpbox, Path]]:
    """The three hosts on the far side, the jump box here, and settings for both."""
    with ExitStack() as stack:
        far = stack.enter_context(far_side())
        stack.enter_context(xrdps(folder / "xrdp", [XRDP.address], far.inside))
        stack.enter_context(nla_shadow(folder / "shadow", SHADOW.address, far.inside))
        stack.enter_context(simulated(folder / "simulated", WINDOWS.address, far.inside))
        jumpbox = stack.enter_context(sshd(folder / "sshd"))
        yield far, jumpbox, settings(folder, "10.77.0.0/24", jumpbox)


def chains(figures: Figures, far: FarSide, jumpbox: Jumpbox, config: Path) -> None:
    """Our look beside a bare chain, host by host and distance by distance."""
    for seconds in DISTANCES:
        far.distance(seconds)
        figures.title(
            f"Beside a bare connection, {seconds * 1000:.0f} ms from the jump box to the host"
        )
        before = far.lost()
        slow = 0
        for host in (WINDOWS, SHADOW, XRDP):
            pairs = asyncio.run(turns(jumpbox, config, host.address, TURNS))
            slow += sum(ms >= SYN_LOST_MS for pair in pairs for ms in pair.connects)
            # The goals are for a Windows-like host at the largest distance.
            _tell(figures, host, pairs, goals=seconds == DISTANCES[-1])
        for what, count in far.lost().items():
            figures.show(what, count - before[what], "", LOST_GOAL)
        figures.show(f"connects of {SYN_LOST_MS} ms or more", slow, "", LOST_GOAL)


def _tell(figures: Figures, host: Host, pairs: list[Pair], *, goals: bool) -> None:
    figures.say(f"{host.name}")
    figures.show("   bare: certificate", median(pairs, lambda pair: pair.certificate), "ms")
    figures.show("   bare: whole chain", median(pairs, lambda pair: pair.chain), "ms")
    figures.show("   ours: negotiation, certificate, challenge", median(pairs, _answers), "ms")
    ratio = median(pairs, lambda pair: _answers(pair) / pair.chain)
    figures.show("      ratio to the chain", ratio, "x", ANSWERS_GOAL if goals else None)
    figures.show("   ours: every TCP probe", median(pairs, _tcp), "ms")
    ratio = median(pairs, lambda pair: _tcp(pair) / pair.chain)
    figures.show("      ratio to the chain", ratio, "x", TCP_GOAL if goals else None)
    figures.show("   ours: the whole look", median(pairs, lambda pair: pair.whole), "ms")


def _answers(pair: Pair) -> float:
    return pair.when(ANSWERS)


def _tcp(pair: Pair) -> float:
    return pair.when(TCP_PROBES)


def main() -> None:
    """Print the figures; the last line is the count of goals, as JSON."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as name, stage(Path(name)) as (far, jumpbox, config):
        chains(figures, far, jumpbox, config)
        figures.title(
            f"Beside nmap and sslyze, {DISTANCES[-1] * 1000:.0f} ms from here to the host"
        )
        for host in (WINDOWS, SHADOW, XRDP):
            compare(figures, host, config, "jump")
    print(json.dumps([figures.reached, figures.missed]))


if __name__ == "__main__":
    main()
