"""How long `make demo` takes after set-up until its page works, and what that is spent on.

It is started as a person starts it, with a terminal attached, and counts as ready when the
address that it prints answers 200 with the page, in which the bot then publishes its Home. CPU
seconds stand beside the seconds, because others may keep the machine busy: they are those of all
its processes until then.
"""

import asyncio
import os
import pty
import re
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from bot.lab.world import Lab
from tests.benchmarks.figures import Figures, Goal
from tests.benchmarks.start import serving, timed

RUNS = 5
GOAL = Goal(3.0)
PATIENCE = 60.0
LINK = re.compile(rb"open +(http://127\.0\.0\.1:\d+/\?token=\S+)\s")
TICKS = os.sysconf("SC_CLK_TCK")


class Start(NamedTuple):
    """One start: seconds until the page and until the Home tab, CPU seconds until the page."""

    page: float
    home: float
    cpu: float


def spent(root: int) -> float:
    """CPU seconds of a process and its descendants, those that ended included."""
    used: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has gone
            continue
        after = text.rpartition(")")[2].split()  # proc(5): the name may hold anything
        used[int(entry.parent.name)] = (int(after[1]), sum(map(int, after[11:15])) / TICKS)
    family = {root}
    while grown := {pid for pid, (parent, _) in used.items() if parent in family} - family:
        family |= grown
    return sum(used[pid][1] for pid in family if pid in used)


async def home(session: aiohttp.ClientSession, origin: str) -> None:
    """Open the Home tab as the page does, and wait until the bot has filled it."""
    person, headers = {"user": "asker"}, {"Origin": origin}
    async with session.ws_connect(
        f"{origin}/page/live", params=person, headers=headers, max_msg_size=0
    ) as live:
        await session.post(f"{origin}/page/do/home", json=person, headers=headers)
        async for message in live:
            if message.json().get("screen", {}).get("home"):
                return


async def started() -> Start:
    """`make demo` once, from the command to Ctrl-C; raises RuntimeError with its last words."""
    own, its = pty.openpty()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *("make", "-s", "demo", f"PYTHON={sys.executable}"),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    said = bytearray()
    try:
        while not (found := LINK.search(said)):
            said += await asyncio.wait_for(asyncio.to_thread(_read, own), PATIENCE)
        link = found[1].decode()
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address, not of a name
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            async with session.get(link) as answer:
                if answer.status != 200 or "composer" not in await answer.text():
                    raise RuntimeError(f"no page at {link}: {answer.status}")
            page, cpu = time.perf_counter() - began, spent(process.pid)
            whole = urlsplit(link)
            await asyncio.wait_for(home(session, f"{whole.scheme}://{whole.netloc}"), PATIENCE)
        return Start(page, time.perf_counter() - began, cpu)
    except EOFError:
        raise RuntimeError(f"it ended: {said.decode(errors='replace')}") from None
    finally:
        os.killpg(process.pid, signal.SIGINT)
        await process.wait()
        os.close(own)


def _read(terminal: int) -> bytes:
    """What a terminal shows next; raises EOFError where nobody writes to it any more."""
    try:
        found = os.read(terminal, 4096)
    except OSError:  # Linux says so at the end of a terminal
        found = b""
    if not found:
        raise EOFError
    return found


async def lab() -> float:
    """Seconds until the lab's hosts, jump boxes and name servers listen."""
    began = time.perf_counter()
    async with Lab():
        return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    figures = Figures()
    figures.title("make demo, after set-up")
    begun = [asyncio.run(started()) for _ in range(RUNS)]
    page = [one.page for one in begun]
    figures.show("until the page answers, median", statistics.median(page), "s", GOAL)
    figures.show("   the slowest", max(page), "s", GOAL)
    figures.show("   CPU of all its processes", statistics.median(one.cpu for one in begun), "s")
    figures.show("until the Home tab is filled", statistics.median(one.home for one in begun), "s")
    figures.about("spent on")
    bare = timed(sys.executable, "-c", "pass")
    figures.show("a bare interpreter", bare, "s")
    figures.show("importing lab, local Slack and page", _imported("bot.cli.show") - bare, "s")
    figures.show("the lab", asyncio.run(lab()), "s")
    with tempfile.TemporaryDirectory() as folder:
        ready, _ = asyncio.run(serving(Path(folder)))
    figures.show("the bot, a process of its own, until its socket is open", ready, "s")
    figures.show("   of this, importing it", _imported("bot.app") - bare, "s")
    figures.close()


def _imported(module: str) -> float:
    return timed(sys.executable, "-c", f"import {module}")


if __name__ == "__main__":
    main()
