"""Comparisons over a distance: hosts on a far side, a jump box on this one.

``python -m tests.benchmarks.delayed`` runs in a network namespace that the caller made for it.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.chain import ANSWERS, TCP_PROBES, Pair, median, turns
from tests.benchmarks.farside import FAR, FarSide, far_side
from tests.benchmarks.figures import Figures, Goal, end_tidily
from tests.benchmarks.rivals import Host, Way, compare
from tests.benchmarks.servers import nla_shadow, settings, simulated, xrdps
from tests.real.sshd import Jumpbox, sshd

DISTANCES = (0.0, 0.010, 0.040)
TURNS, RUNS = {False: 5, True: 9}, {False: 1, True: 3}
XRDP, SHADOW, WINDOWS = (
    Host("xrdp (TLS)", FAR[0]),
    Host("FreeRDP shadow server (NLA)", FAR[1]),
    Host("simulated Windows Server 2022 (NLA)", FAR[2]),
)
ANSWERS_GOAL, TCP_GOAL, LOST_GOAL = Goal(1.3), Goal(3), Goal(0)
CERTIFICATE, ALL_THREE = "certificate / chain", "these three / chain"
EVERYTHING = "every TCP probe / chain"
SYN_LOST_MS = 900
"""A connect that takes this long has lost its first SYN."""

Stage = tuple[FarSide, Jumpbox, Path]


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The three hosts on the far side, the jump box here, and settings for both."""
    with ExitStack() as stack:
        far = stack.enter_context(far_side())
        stack.enter_context(xrdps(folder / "xrdp", [XRDP.address], far.inside))
        stack.enter_context(nla_shadow(folder / "shadow", SHADOW.address, far.inside))
        stack.enter_context(simulated(folder / "simulated", WINDOWS.address, far.inside))
        jumpbox = stack.enter_context(sshd(folder / "sshd"))
        yield far, jumpbox, settings(folder, "10.77.0.0/24", jumpbox)


def chains(figures: Figures, staged: Stage, runs: int) -> None:
    """Our look beside a bare chain, host by host and distance by distance."""
    far, jumpbox, config = staged
    for seconds in DISTANCES:
        far.distance(seconds)
        figures.title(f"Beside a bare connection, {seconds * 1000:.0f} ms behind the jump box")
        before, slow = far.lost(), 0
        for host in (WINDOWS, SHADOW, XRDP):
            pairs = asyncio.run(turns(jumpbox, config, host.address, runs))
            slow += sum(ms >= SYN_LOST_MS for pair in pairs for ms in pair.connects)
            figures.about(host.name)
            _tell(figures, pairs, _goals(host) if seconds == DISTANCES[-1] else {})
        figures.about("all of them")
        for what, count in far.lost().items():
            figures.show(what, count - before[what], "", LOST_GOAL)
        figures.show(f"connects of {SYN_LOST_MS} ms or more", slow, "", LOST_GOAL)


def _goals(host: Host) -> dict[str, Goal]:
    """They are for the largest distance: without one the processors are all that counts.

    A host without NLA has told all when its certificate is there; the five negotiation requests
    are two rounds of two trips by then, because three connections may be pending.
    """
    first = CERTIFICATE if host is XRDP else ALL_THREE
    return {first: ANSWERS_GOAL, EVERYTHING: TCP_GOAL}


def _tell(figures: Figures, pairs: list[Pair], goals: dict[str, Goal]) -> None:
    figures.show("bare: certificate", median(pairs, lambda pair: pair.certificate), "ms")
    figures.show("bare: whole chain", median(pairs, lambda pair: pair.chain), "ms")
    for probe in sorted(ANSWERS):
        at = median(pairs, partial(Pair.when, probes=frozenset({probe})))
        figures.show(f"ours: {probe}", at, "ms")
    for what, probes in (
        (CERTIFICATE, frozenset({"tls.certificate"})),
        (ALL_THREE, ANSWERS),
        (EVERYTHING, TCP_PROBES),
    ):
        ratio = median(pairs, partial(_ratio, probes=probes))
        figures.show(what, ratio, "x", goals.get(what))
    figures.show("ours: the whole look", median(pairs, lambda pair: pair.whole), "ms")


def _ratio(pair: Pair, probes: frozenset[str]) -> float:
    return pair.when(probes) / pair.chain


def main(*, full: bool) -> None:
    """Print the figures; the last line is the count of goals, as JSON."""
    end_tidily()
    figures = Figures()
    hosts = (WINDOWS, SHADOW, XRDP) if full else (SHADOW, XRDP)
    with tempfile.TemporaryDirectory() as name, stage(Path(name)) as staged:
        chains(figures, staged, TURNS[full])
        figures.title(f"Beside nmap and sslyze, {DISTANCES[-1] * 1000:.0f} ms to the host")
        for host in hosts:
            # On FreeRDP's server sslyze takes most of a minute.
            skipped = "" if full or host is XRDP else "sslyze"
            compare(figures, host, Way(staged[2], "jump", RUNS[full], skipped))
    print(json.dumps([figures.reached, figures.missed]))


if __name__ == "__main__":
    main(full="--full" in sys.argv)
