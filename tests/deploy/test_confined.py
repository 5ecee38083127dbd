"""The bot as the unit confines it: no rights, none to gain, one folder that can be written."""

import asyncio
import json
import os
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.faults.tools import namespace
from tests.real_programs import program
from tests.whole.cards import said
from tests.whole.support import free_port, whole

pytestmark = pytest.mark.real

WITHOUT_RIGHTS = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")


async def test_a_ticket_without_rights_on_a_read_only_system(tmp_path: Path) -> None:
    state, port = tmp_path / "state", free_port()
    await asyncio.to_thread(state.mkdir)
    read_only = namespace(f"mount --bind '{state}' '{state}'; mount -o remount,bind,ro /")
    async with whole(tmp_path, start=False) as world:
        text = world.config.read_text(encoding="utf-8")
        text = text.replace('path = "tickets.db"', 'path = "state/tickets.db"')
        text = text.replace(
            '[http]\nlisten = "127.0.0.1:0"', f'[http]\nlisten = "127.0.0.1:{port}"'
        )
        await asyncio.to_thread(world.config.write_text, text, "utf-8")
        own_tmp = ("env", f"TMPDIR={state}")  # as PrivateTmp gives one
        world.bot.inside = (*read_only, program("setpriv"), *WITHOUT_RIGHTS, *own_tmp)
        await world.bot.start()
        card = await world.open()
        assert "certificate has expired" in said(card)
        await world.press(card, "Not sure")
        await asyncio.to_thread(confined, world.bot.pid)
        assert await asyncio.to_thread(alive, port)
        await world.bot.stop()
        assert world.slack.from_app("helpdesk")


def confined(pid: int) -> None:
    """That a process has no rights, can get none, and sees a read-only root."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    assert {fields["CapEff"], fields["CapPrm"], fields["CapBnd"]} == {"0" * 16}
    assert fields["NoNewPrivs"] == "1"
    assert os.statvfs(f"/proc/{pid}/root").f_flag & os.ST_RDONLY


def alive(port: int) -> bool:
    """Whether /livez says so."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=10) as answer:
        return bool(answer.read() == b'{"alive": true}')


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give rights up for good")
async def test_a_ping_that_may_not_be_run_is_not_known_and_blames_nobody() -> None:
    """Debian's ping gets its right from its file, which a program without new rights cannot use."""
    program("ping")
    without = [program("setpriv"), *WITHOUT_RIGHTS]
    process = await asyncio.create_subprocess_exec(
        *without,
        *(sys.executable, "-m", "bot", "check", "127.0.20.1", "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    told = json.loads(out)
    by_probe = {each["probe"]: each for each in told["observations"]}
    assert by_probe["host.companions"]["status"] == "passed"
    assert by_probe["host.companions"]["facts"]["ping"] == "unknown"
    assert "probe.internal" not in out.decode()
