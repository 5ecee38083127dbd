"""Our time, CPU and findings beside those of nmap's four RDP scripts and sslyze, on the same hosts.

Every tool is a whole process from its start to its end.  Our look is also timed inside a process
that is already running, which is how the bot looks.
"""

import asyncio
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk.looking import Scout
from bot.probes import Target
from bot.settings import read
from tests.benchmarks.figures import Figures, Goal, Ran, run
from tests.benchmarks.servers import PORT

SCRIPTS = "rdp-enum-encryption,rdp-ntlm-info,ssl-cert,ssl-enum-ciphers"
SSLYZE = Path(".venv-bench/bin/sslyze")
"""Made by ``make bench``, in an environment of its own."""

LOOKS = 5
PAUSE_S = 0.8  # FreeRDP's server side minds connections back to back
NMAP_GOAL, SSLYZE_GOAL = Goal(8, at_least=True), Goal(25, at_least=True)
_VERSIONS = {"TLSv1.0": "1.0", "TLSv1.1": "1.1", "TLSv1.2": "1.2", "TLSv1.3": "1.3"}


def nmap(*targets: str) -> list[str] | None:
    """nmap's four scripts; None where it is not installed."""
    path = shutil.which("nmap")
    return (path and [path, "-Pn", "-n", "-p", str(PORT), "--script", SCRIPTS, *targets]) or None


def sslyze(*options: str) -> list[str] | None:
    """An sslyze command for RDP; None where it is not installed."""
    return [str(SSLYZE), "--starttls=rdp", *options] if SSLYZE.exists() else None


def check(address: str, config: Path, via: str) -> list[str]:
    """Our whole command."""
    options = ("--json", "--via", via, "--config", str(config))
    return [sys.executable, "-m", "bot", "check", address, *options]


@dataclass(frozen=True, slots=True)
class Host:
    """A host to compare on."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Way:
    """How to compare: our settings, the place that our look is from, runs, whom to leave out."""

    config: Path
    via: str
    runs: int
    skipped: str = ""


def compare(figures: Figures, host: Host, way: Way) -> None:
    """Print one host's comparison.  The goals are for a look of a bot that runs already."""
    figures.about(host.name)
    look, cpu, seen = asyncio.run(_looks(host.address, way))
    figures.show(f"our look in a running bot, from {way.via}", look, "s")
    figures.show("   its CPU", cpu * 1000, "ms")
    command = _repeat(check(host.address, way.config, way.via), max(3, way.runs))
    figures.show("the whole command `rdp-triage check`", command.seconds, "s")
    figures.show("   its CPU", command.cpu * 1000, "ms")
    figures.say(f"   found: {ours(seen)}")
    rivals = (
        ("nmap, four scripts", nmap(host.address), NMAP_GOAL, _nmap_found),
        ("sslyze, everything", sslyze(f"{host.address}:{PORT}"), SSLYZE_GOAL, _sslyze_found),
    )
    for name, rival, goal, found in rivals:
        if rival is None or (way.skipped and name.startswith(way.skipped)):
            figures.say(f"{name}: {'only with --full' if rival else 'not installed'}")
            continue
        ran = _repeat(rival, way.runs if name.startswith("nmap") else 1)
        figures.show(name, ran.seconds, "s")
        figures.show("   its CPU", ran.cpu * 1000, "ms")
        figures.show("   its time / our look's", ran.seconds / look, "x", goal)
        figures.show("   its time / our whole command's", ran.seconds / command.seconds, "x")
        figures.show("   its CPU / our whole command's", ran.cpu / command.cpu, "x")
        figures.say(f"   found: {found(ran.output)}")


def _repeat(command: Sequence[str], runs: int) -> Ran:
    """The median of some runs."""
    done = []
    for _ in range(runs):
        done.append(run(command))
        time.sleep(PAUSE_S)
    seconds = statistics.median(one.seconds for one in done)
    return Ran(seconds, statistics.median(one.cpu for one in done), done[-1].output)


async def _looks(address: str, way: Way) -> tuple[float, float, list[Any]]:
    """Median seconds and CPU seconds of a look over a connection that is warm."""
    scout, target = Scout.of(read(way.config)), Target(address, PORT)
    spent, busy, seen = [], [], list[Any]()
    try:
        for _ in range(LOOKS + 1):
            began, cpu = time.perf_counter(), time.process_time()
            seen = await scout.look(target, (way.via,), seconds=10)
            spent.append(time.perf_counter() - began)
            busy.append(time.process_time() - cpu)
            await asyncio.sleep(PAUSE_S)
    finally:
        await scout.close()
    return statistics.median(spent[1:]), statistics.median(busy[1:]), seen


def ours(seen: Sequence[Any]) -> str:
    """The gist of our observations."""
    facts = {one.probe: one.facts for one in seen}
    negotiation, challenge = facts.get("rdp.negotiation", {}), facts.get("nla.challenge", {})
    certificate = facts.get("tls.certificate", {})
    parts = [
        f"security {negotiation.get('security', 'not known')}",
        f"TLS {_listed(facts.get('tls.hello', {}).get('versions', ()))}",
        f"certificate {'yes' if certificate.get('subject') else 'no'}",
        f"names in NTLM {'yes' if challenge.get('computer') else 'no'}",
        f"{sum(len(each) for each in facts.values())} facts",
    ]
    return ", ".join(parts)


def _nmap_found(output: str) -> str:
    nla = "CredSSP (NLA): SUCCESS" in output
    versions = [name for name in _VERSIONS if f"|   {name}:" in output]
    parts = [
        f"NLA {'offered' if nla else 'not offered'}",
        f"TLS {_listed(versions)}",
        f"certificate {'yes' if 'Subject:' in output else 'no'}",
        f"names in NTLM {'yes' if 'NetBIOS_Computer_Name' in output else 'no'}",
    ]
    return ", ".join(parts)


def _sslyze_found(output: str) -> str:
    versions = [
        name
        for name, digits in _VERSIONS.items()
        if "The server accepted" in _section(output, f"TLS {digits} Cipher Suites")
    ]
    shown = "yes" if "SHA1 Fingerprint" in output else "no"
    return f"TLS {_listed(versions)}, certificate {shown}, nothing of negotiation or NLA"


def _section(output: str, title: str) -> str:
    return output.partition(f" * {title}")[2].partition("\n * ")[0]


def _listed(versions: Sequence[str]) -> str:
    return " ".join(_VERSIONS[version] for version in versions) or "none"
