"""A new administrator's way: the commands of the README, as they stand there, one after the other.

The local Slack stands for the workspace and a real sshd for the jump box.  What a person does
beside the commands (paste tokens, type answers, copy the public key) is done as the README says.
"""

import asyncio
import json
import os
import pty
import pwd
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest
from tests.real.sshd import Jumpbox, sshd
from tests.whole.processes import HOME, PATIENCE

pytestmark = pytest.mark.real

WRAPPER = '#!/bin/sh\nPYTHONPATH="{home}" exec "{python}" -m bot "$@"\n'


def commands() -> list[str]:
    """The commands of the section, in their order."""
    text = (HOME / "README.md").read_text("utf-8")
    section = text.split("## Connect your workspace in ten minutes")[1].split("\n## ")[0]
    return re.findall(r"(?m)^ *\$ (.+)$", section)


class Walk:
    """One shell's worth of state: the folder, what was exported, and the program on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exports: list[str] = []
        program = folder / ".venv" / "bin" / "rdp-triage"
        program.parent.mkdir(parents=True)
        program.write_text(WRAPPER.format(home=HOME, python=sys.executable), "utf-8")
        program.chmod(0o755)

    @asynccontextmanager
    async def running(
        self, line: str, stdin: int = asyncio.subprocess.DEVNULL
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """A command in the shell as it is by now."""
        script = "\n".join([*self.exports, f"exec {line}"])
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", script),
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def run(self, line: str, typed: Sequence[str] = ()) -> str:
        """What a command printed, which must end well; ``typed`` are lines at a terminal."""
        controller, terminal = pty.openpty()
        try:
            async with self.running(line, terminal) as process, asyncio.timeout(PATIENCE):
                os.write(controller, "".join(f"{each}\n" for each in typed).encode())
                out, err = await process.communicate()
        finally:
            os.close(controller)
            os.close(terminal)
        assert process.returncode == 0, f"{line}: {out.decode()}{err.decode()}"
        return out.decode()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Jumpbox]:
    """A jump box that lets nobody in yet."""
    with sshd(tmp_path / "sshd") as running:
        running.client_key.public.write_text("")
        yield running


def answers(box: Jumpbox) -> list[str]:
    """What the administrator types when `init` asks."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    return [
        "",  # Socket Mode
        "C0HELPDESK",
        "C0ESCALATE",
        "*.corp.example 10.0.0.0/8",
        *("", "", "", ""),  # nothing denied, port 3389, not from here, no gateway
        f"{user}@127.0.0.1:{box.server.port}",
        "jump1",
        *("", "", ""),  # jump_key, known_hosts, the same hosts
        "U0ADMIN",
        "U0LEAD U0TEAMMATE",
        "Europe/Berlin",
        *("", "", "127.0.0.1:0"),
    ]


async def test_the_commands_of_the_readme_lead_to_an_answer_in_slack(
    tmp_path: Path, box: Jumpbox
) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    walk, done = Walk(folder), []
    lines = commands()
    async with LocalSlack(manifest(), limits="off") as slack:
        for line in lines[:-1]:
            done.append(line)
            await step(walk, line, slack, box)
        assert lines[-1] == "rdp-triage serve"
        async with walk.running(lines[-1]) as bot:
            await slack.connected(within=PATIENCE)
            assert (await slack.command("asker", "helpdesk", "/rdp help")).ok
            await slack.wait_for(lambda: slack.ephemerals("asker"), PATIENCE, "the help")
            bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE):
                _, err = await bot.communicate()
        assert bot.returncode == 0, err.decode()
    assert len(done) == len(lines) - 1


async def step(walk: Walk, line: str, slack: LocalSlack, box: Jumpbox) -> None:
    """One line of the README, and what a person does with it."""
    if line.startswith("make "):
        return  # the program is there already: that is what runs this test
    if line.startswith("export "):
        filled = line.replace("xoxb-…", slack.bot_token).replace("xapp-…", slack.app_token)
        assert "…" not in filled
        walk.exports.append(filled)
    elif line.startswith("ssh-copy-id "):
        key = (walk.folder / line.split()[2]).read_text("ascii")
        box.client_key.public.write_text(key, "ascii")
    elif line == "rdp-triage manifest":
        assert json.loads(await walk.run(line)) == manifest()
    elif line == "rdp-triage init":
        said = await walk.run(f"{line} --api-url {slack.api_url}", answers(box))
        assert said.splitlines()[1:] == [
            "  rdp-triage jumpbox trust jump1", "  rdp-triage doctor", "  rdp-triage serve",
        ]  # fmt: skip
    elif line == "rdp-triage doctor":
        assert (await walk.run(line)).startswith("All is well")
    else:
        await walk.run(line, ["y"])
