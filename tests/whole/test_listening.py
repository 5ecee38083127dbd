"""What the bot listens on: nothing but what the README says, and only what was set."""

from pathlib import Path

import pytest

from tests.whole.processes import HOME
from tests.whole.support import free_port, whole

LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def listening(leader: int) -> set[tuple[str, int]]:
    """The (address, port) of every listening TCP socket of a process."""
    inodes = {
        str(link.readlink()).removeprefix("socket:[").removesuffix("]")
        for link in Path(f"/proc/{leader}/fd").iterdir()
        if link.is_symlink()
    }
    found = set()
    for table in ("tcp", "tcp6"):
        lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        for row in (line.split() for line in lines):
            if row[3] == LISTENS and row[9] in inodes:
                address, _, port = row[1].rpartition(":")
                found.add((address, int(port, 16)))
    return found


LOOPBACK = "0100007F"


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_nothing_else_listens(tmp_path: Path, mode: str) -> None:
    """In Socket Mode health alone, in HTTP mode the address for Slack as well; both as set."""
    health = free_port()
    async with whole(tmp_path, mode=mode, start=False) as world:
        text = world.config.read_text(encoding="utf-8")
        text = text.replace('listen = "127.0.0.1:0"', f'listen = "127.0.0.1:{health}"')
        world.config.write_text(text, encoding="utf-8")
        await world.bot.start()
        await world.open()
        found = listening(world.bot.pid)
        await world.bot.stop()
    assert {address for address, _ in found} == {LOOPBACK}
    ports = {port for _, port in found}
    assert health in ports
    assert len(ports) == (2 if mode == "http" else 1)


def test_the_readme_lists_every_socket() -> None:
    page = (HOME / "README.md").read_text(encoding="utf-8")
    chapter = page.partition("## What listens")[2].partition("\n## ")[0]
    for setting in ("`slack.listen`", "`http.listen`", "`demo`", "`lab`"):
        assert setting in chapter
    for path in ("/slack/events", "/livez", "/readyz"):
        assert path in chapter
