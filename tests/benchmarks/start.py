"""How long starting takes and how much memory a serving bot holds, beside the goals.

A bare interpreter is timed in the same run, so that the ratio holds on a slow machine too.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.cli.stage import SLACK
from bot.lab.world import Lab
from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest

RUNS = 7


def timed(*command: str) -> float:
    """Median seconds of a whole process."""
    spent = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def serving(folder: Path) -> tuple[float, float]:
    """Seconds until a started bot has its socket open, and its memory in MB then."""
    async with Lab() as lab, LocalSlack(manifest()) as slack:
        settings = lab.settings_toml(folder, SLACK.format(api_url=slack.api_url))
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        command = (sys.executable, "-m", "bot", "serve", "--config", str(settings))
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **tokens})
        try:
            await slack.connected(within=30)
            ready = time.perf_counter() - began
            await slack.command("asker", "helpdesk", "/rdp srv-app-07 0x904 0x7")
            await slack.wait_for(lambda: slack.from_app("helpdesk"), 10)
            return ready, resident(process.pid)
        finally:
            process.terminate()
            await process.wait()


def main() -> None:
    """Print the figures."""
    bare = timed(sys.executable, "-c", "pass")
    helped = timed(sys.executable, "-m", "bot", "--help")
    with tempfile.TemporaryDirectory() as folder:
        ready, memory = asyncio.run(serving(Path(folder)))
    print(f"bare interpreter          {bare:6.3f} s")
    print(f"rdp-triage --help         {helped:6.3f} s   {helped / bare:.1f} x bare   goal 0.15 s")
    print(f"serve until socket open   {ready:6.3f} s   {ready / bare:.0f} x bare   goal 2 s")
    print(f"resident while serving    {memory:6.1f} MB  goal 120 MB")


if __name__ == "__main__":
    main()
