"""The shipped unit, run by systemd itself: hardened, it still looks, restarts, reloads, stops."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.lab import Lab
from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest
from tests.deploy.manager import Manager, Unable, laid_out, manager
from tests.deploy.test_unit import UNIT
from tests.real_programs import program
from tests.whole.cards import said, settled, titled
from tests.whole.processes import PATIENCE
from tests.whole.support import HOST, free_port

pytestmark = pytest.mark.real

NAME = UNIT.name
ANOTHER = "srv-app-01"
SETTINGS = """\
[slack]
api_url = "{api_url}"
helpdesk_channels = ["C0HELPDESK"]
escalation_channel = "C0ESCALATE"

[store]
path = "/var/lib/rdp-triage/tickets.db"

[http]
listen = "127.0.0.1:{port}"
"""


def _possible() -> bool:
    if os.environ.get("RDP_TRIAGE_NAMESPACES") == "impossible" or os.getuid() != 0:
        return False
    spaces = [program("unshare"), "--pid", "--fork", "--mount", "--cgroup", "true"]
    return subprocess.run(spaces, check=False, capture_output=True).returncode == 0


@asynccontextmanager
async def service(tmp_path: Path) -> AsyncIterator[tuple[Manager, LocalSlack, int]]:
    """The unit as docs/operations.md says it is installed, between a local Slack and the lab."""
    if not _possible():
        pytest.skip("namespaces cannot be made here")
    folder = tmp_path / f"service-{os.getpid()}"
    folder.mkdir()
    laid_out(folder)
    port, etc = free_port(), folder / "etc/rdp-triage"
    async with Lab() as lab, LocalSlack(manifest(), limits="off") as slack:
        text = SETTINGS.format(api_url=slack.api_url, port=port)
        path = lab.settings_toml(etc, text)
        key = "/run/credentials/rdp-triage.service/jump_key"
        path.write_text(path.read_text().replace('"lab_key"', f'"{key}"'))
        path.chmod(0o644)
        (etc / "lab_known_hosts").chmod(0o644)
        (etc / "lab_key").rename(etc / "jump_key")
        secrets = etc / "secrets.env"
        secrets.touch(mode=0o600)
        secrets.write_text(
            f"SLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}\n"
        )
        place = manager(folder, UNIT)
        try:
            running = await asyncio.to_thread(place.__enter__)
        except Unable as error:
            pytest.skip(str(error))
        try:
            await slack.connected(within=PATIENCE)
            yield running, slack, port
        finally:
            print(running.said, running.ctl("status", NAME))
            await asyncio.to_thread(place.__exit__, None, None, None)


async def test_the_shipped_unit_serves(tmp_path: Path) -> None:
    async with service(tmp_path) as (systemd, slack, port):
        await _a_ticket_is_judged(slack, HOST)
        await _is_healthy(port)
        await _is_shut_in(systemd)
        await _reloads(systemd)
        await _comes_back(systemd, slack)
        await _a_ticket_is_judged(slack, ANOTHER)
        await asyncio.to_thread(systemd.ctl, "stop", NAME)
        ended = await asyncio.to_thread(systemd.ctl, "show", "-p", "ActiveState,Result", NAME)
        assert sorted(ended.split()) == ["ActiveState=inactive", "Result=success"], systemd.said


async def _a_ticket_is_judged(slack: LocalSlack, host: str) -> None:
    def judged() -> bool:
        cards = [each for each in slack.from_app("helpdesk") if titled(each, host)]
        return bool(cards) and settled(cards[-1]) and "Port 3389  open" in said(cards[-1])

    assert (await slack.command("asker", "helpdesk", f"/rdp {host} 0x904 0x7")).ok
    await slack.wait_for(judged, PATIENCE, "a verdict")


async def _is_healthy(port: int) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        for path in ("/livez", "/readyz"):
            async with client.get(path) as answer:
                assert answer.status == 200, await answer.text()


async def _is_shut_in(systemd: Manager) -> None:
    """What the unit promises, read from the running process."""
    pid = systemd.value(NAME, "MainPID")
    status = systemd.inside("cat", f"/proc/{pid}/status").stdout
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in told["Uid"].split()
    assert {told[each] for each in ("CapEff", "CapBnd", "CapPrm")} == {"0" * 16}
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2")
    hidden = systemd.inside("ls", "-A", f"/proc/{pid}/root/root")
    assert (hidden.returncode, hidden.stdout) == (0, "")
    (kept,) = (folder for folder in (systemd.folder / "lib/private").iterdir())
    assert kept.stat().st_mode & 0o777 == 0o700
    assert (kept / "tickets.db").stat().st_mode & 0o777 == 0o600


async def _reloads(systemd: Manager) -> None:
    before = systemd.value(NAME, "MainPID")
    assert systemd.inside(program("systemctl"), "reload", NAME).returncode == 0
    assert systemd.value(NAME, "MainPID") == before
    assert systemd.value(NAME, "ActiveState") == "active"


async def _comes_back(systemd: Manager, slack: LocalSlack) -> None:
    """Killed, it is started again by itself."""
    before = systemd.value(NAME, "MainPID")
    systemd.inside("kill", f"-{signal.SIGKILL.value}", before)
    async with asyncio.timeout(PATIENCE):
        while systemd.value(NAME, "MainPID") in (before, "0"):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    await slack.connected(within=PATIENCE)
    assert systemd.value(NAME, "NRestarts") == "1"
